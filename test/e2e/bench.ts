import { writeFile } from 'node:fs/promises';
import { test as base, expect } from 'vitest';
import { parseConnection, type StreamSettings } from '../../functions/core/config/connection.ts';
import type { Metric } from '../../functions/core/metrics.ts';
import { isSnapshot, type Source } from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import type { LogLine } from '../../local/lambda.ts';
import type { FirehoseService } from '../../local/services/firehose.ts';
import type { HeldQuery, RunningSimulator, SimulatorOptions } from '../../simulators/simulator.ts';
import { bytesBelow, difference, readDelivered } from './delivered.ts';
import { DESTINATIONS, nextNumber, takeStage } from './stage.ts';
import { type Quarantined, readItems, readQuarantine } from './table-items.ts';

/** A vendor as tests take it: its source, its simulator, and how both are set up where a test says nothing else. */
export interface Subject<Options extends SimulatorOptions, Running extends RunningSimulator> {
  readonly source: Source;
  /** The streams that are run; the first is what a bench's one report is about. */
  readonly streams: readonly [string, ...string[]];
  readonly vendor: Options;
  readonly settings: object;
  start(options: Options): Promise<Running>;
  /** The secret that opens a simulator with these options. */
  secretOf(options: Options): unknown;
  /** What the simulator holds, as events carry it. */
  held(running: Running, query: HeldQuery): string[];
}

/** The whole way on this machine: a simulated vendor, the real handler in a thread, the embedded services. */
export interface Bench<
  Options extends SimulatorOptions = SimulatorOptions,
  Running extends RunningSimulator = RunningSimulator,
> {
  /** The vendor's logs hold their rows from here, and nothing from `to` on. Both in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly id: string;
  readonly secretName: string;
  readonly vendor: Running;
  readonly firehose: FirehoseService;
  readonly out: string;
  /** Everything that the function has written for this bench. */
  readonly lines: readonly LogLine[];
  /** Gives the vendor another clock, in milliseconds. */
  setClock(now: () => number): void;
  /** What time it is at the vendor and in the function, unless they differ: a bench can travel. */
  now(): number;
  travel(ms: number): void;
  /** Sends the function anything. */
  invoke(input: object): Promise<unknown>;
  /** The connection as it stands in a tidemark.json. */
  described(): object;
  /** The same, checked, with its defaults. */
  connection(): object;
  /** Runs the feed once. */
  run(options?: RunOptions): Promise<FeedReport>;
  /** Runs several feeds in one invocation; returns the reports by stream. */
  runAll(options?: RunOptions): Promise<Readonly<Record<string, FeedReport>>>;
  /** Runs the feed until it is caught up, whatever its runs say on the way; returns their reports. */
  catchUp(options?: RunOptions): Promise<FeedReport[]>;
  /** Puts another value, or another text that is no value, in the secret's place. */
  setSecret(value: unknown): Promise<void>;
  removeSecret(): Promise<void>;
  /** The vendor starts anew at the same place with other options. */
  restartVendor(options: Options): Promise<void>;
  /** All items of the table that are about this connection, as JSON, with what is packed unpacked. */
  items(): Promise<string>;
  /** These items, what is delivered, to the byte, and what the function has written. */
  everything(): Promise<string>;
  quarantined(): Promise<Quarantined[]>;
  /** The rows that the vendor holds, by now and in all of its range unless said otherwise. */
  held(query?: Partial<HeldQuery>): string[];
}

/** How a bench is set up. */
export interface BenchOptions<Options extends SimulatorOptions = SimulatorOptions> {
  readonly vendor?: Options;
  /** What time it is when the bench begins (milliseconds), at the vendor and in the function. */
  readonly at?: number;
  /** Milliseconds that pass for both with each request to the vendor: its time then depends on no machine. */
  readonly msPerRequest?: number;
  /** The rows lie in so many minutes that end shortly before that. */
  readonly minutes?: number;
  /** The first run starts here (milliseconds) instead of where the rows do. */
  readonly startFrom?: number;
  /** The timing of all streams but snapshots: what differs from a bench's usual one, or each stream's own. */
  readonly timing?: StreamSettings | 'own';
  readonly streams?: readonly string[];
  readonly settings?: object;
  /** The most memory that the function may have. */
  readonly heapMb?: number;
  /** What the function's environment has besides. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How one run is invoked. */
export interface RunOptions {
  readonly budgetMs?: number;
  readonly askAgain?: boolean;
  readonly settings?: object;
  readonly streams?: readonly string[];
}

const BUDGET_MS = 60_000;
/** No backlog of these tests needs more runs than that. */
const MOST_RUNS = 60;

/** Tests that may start benches with a vendor; they are gone when the test ends. */
export function benchTest<Options extends SimulatorOptions, Running extends RunningSimulator>(
  subject: Subject<Options, Running>,
) {
  return base.extend<{ start: (options?: BenchOptions<Options>) => Promise<Bench<Options, Running>> }>({
    start: async ({ onTestFinished }, use) => {
      await use((options = {}) => startBench(subject, options, onTestFinished));
    },
  });
}

/** Every row of the vendor has reached every destination exactly once, and no two events share an id. */
export async function expectExactlyOnce(
  bench: Pick<Bench, 'out' | 'held'>,
  query: Partial<HeldQuery> = {},
): Promise<void> {
  const held = bench.held(query);
  for (const { id } of DESTINATIONS) {
    const { texts, ids } = await readDelivered(bench.out, id);
    expect({ [id]: difference(texts, held) }).toEqual({ [id]: { missing: [], extra: [] } });
    expect(new Set(ids).size).toBe(ids.length);
  }
}

/** The values of a metric that the function has written so far; waits until there is one. */
export async function metric(bench: Pick<Bench, 'lines'>, name: Metric): Promise<number[]> {
  const values = () => bench.lines.flatMap((line) => (line[name] ?? []) as number | number[]);
  await until(`metric ${name}`, () => values().length > 0);
  return values();
}

/** Waits for a condition, however long it takes up to a generous end. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, longestMs = 240_000): Promise<void> {
  const end = performance.now() + longestMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${longestMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface ConnectionChanges {
  readonly timing: StreamSettings;
  readonly changes?: object;
  readonly settings?: object;
}

/** The connection to a simulator, as in tidemark.json. */
export function describeConnection(
  source: Source,
  running: RunningSimulator,
  { timing, changes = {}, settings = {} }: ConnectionChanges,
) {
  const { settings: usual, ...connection } = running.connection;
  const { every } = timing;
  const streams = Object.fromEntries(
    source.streams.map((stream) => [stream.name, isSnapshot(stream) ? { ...(every && { every }) } : timing]),
  );
  return { ...connection, ...changes, settings: { ...(usual as object), ...settings }, streams };
}

async function startBench<Options extends SimulatorOptions, Running extends RunningSimulator>(
  subject: Subject<Options, Running>,
  options: BenchOptions<Options>,
  onEnd: (close: () => Promise<void>) => void,
): Promise<Bench<Options, Running>> {
  const { source } = subject;
  const { stage, giveBack } = await takeStage(source, options.heapMb, options.environment);
  onEnd(giveBack);
  const { firehose, out } = stage;
  const firstLine = stage.lines.length;
  const id = `demo-${nextNumber()}`;
  const secretName = `tidemark/${id}`;
  const { at = Date.now(), msPerRequest = 0 } = options;
  let aheadMs = at - Date.now();
  const passed = new Float64Array(new SharedArrayBuffer(8));
  const now = () => Date.now() + aheadMs + (passed[0] ?? 0);
  let clock = now;
  let requests = () => 0;
  const vendorNow = () => {
    passed[0] = requests() * msPerRequest;
    return clock();
  };
  const to = Math.floor(now() / 1000) * 1000 - 5_000;
  const from = to - (options.minutes ?? 20) * 60_000;
  // A log without end has a rate instead of a count.
  const rows = options.vendor?.perMinute === undefined ? { from, to, count: 300 } : {};
  const simulator: Options = { ...subject.vendor, ...rows, now: vendorNow, ...options.vendor };
  let running = await subject.start(simulator);
  requests = () => running.counters.requests;
  onEnd(() => running.stop());
  const writeSecrets = (secrets: object) => writeFile(stage.secretsFile, JSON.stringify(secrets), { mode: 0o600 });
  await writeSecrets({ [secretName]: subject.secretOf(simulator) });
  const startFrom = new Date(options.startFrom ?? from).toISOString();
  const { timing: changes = {} } = options;
  const timing = { startFrom, ...(changes !== 'own' && { settle: '1s', overlap: '30m', ...changes }) };
  const usualStreams = options.streams ?? subject.streams;

  const described = (settings: object = {}) => {
    return describeConnection(source, running, {
      timing,
      changes: { id, secret: secretName },
      settings: { ...subject.settings, ...options.settings, ...settings },
    });
  };

  async function invoke({
    budgetMs = BUDGET_MS,
    askAgain = false,
    settings,
    streams,
  }: RunOptions = {}): Promise<readonly FeedReport[]> {
    const connection = parseConnection(source, described(settings));
    const input = { connection, streams: streams ?? usualStreams, askAgain };
    const answer = await stage
      .invoke({ input, sentAt: Date.now(), benchAt: Date.now() + aheadMs, passed }, budgetMs)
      .catch((thrown: Error) => {
        const last = stage.lines.slice(-5).map((line) => JSON.stringify(line));
        throw new Error([thrown.message, ...last].join('\n'));
      });
    return (answer as { feeds: FeedReport[] }).feeds;
  }

  async function runAll(options?: RunOptions): Promise<Record<string, FeedReport>> {
    return Object.fromEntries((await invoke(options)).map((report) => [report.feed.split('/')[1] ?? '', report]));
  }

  async function run(options?: RunOptions): Promise<FeedReport> {
    const [first] = options?.streams ?? usualStreams;
    return (await runAll(options))[first as string] as FeedReport;
  }

  return {
    from,
    to,
    id,
    secretName,
    described: () => described(),
    connection: () => parseConnection(source, described()),
    invoke: (input) => stage.invoke({ input, sentAt: Date.now(), benchAt: Date.now() + aheadMs, passed }, BUDGET_MS),
    get vendor() {
      return running;
    },
    firehose,
    out,
    get lines() {
      return stage.lines.slice(firstLine);
    },
    setClock: (now) => {
      clock = now;
    },
    now,
    travel: (ms) => {
      aheadMs += ms;
    },
    run,
    runAll,
    async catchUp(options) {
      const reports: FeedReport[] = [];
      while (reports.at(-1)?.state !== 'caught-up') {
        if (reports.length === MOST_RUNS) throw new Error(`not caught up: ${JSON.stringify(reports.at(-1))}`);
        reports.push(await run(options));
      }
      return reports;
    },
    setSecret: (value) => writeSecrets({ [secretName]: value }),
    removeSecret: () => writeSecrets({}),
    async restartVendor(changes) {
      const port = Number(new URL(running.origin).port);
      await running.stop();
      running = await subject.start({ ...simulator, ...changes, port });
    },
    items: () => readItems(stage.tableUrl, id),
    async everything() {
      const items = await readItems(stage.tableUrl, id);
      return [items, await bytesBelow(out), JSON.stringify(stage.lines.slice(firstLine))].join('\n');
    },
    quarantined: () => readQuarantine(stage.tableUrl, id),
    held: (query = {}) => subject.held(running, { from, to, ...query }),
  };
}
