import { writeFile } from 'node:fs/promises';
import { test as base, expect } from 'vitest';
import { parseConnection } from '../../functions/core/config.ts';
import type { Metric } from '../../functions/core/metrics.ts';
import type { FeedReport } from '../../functions/core/report.ts';
import { source } from '../../functions/sources/thousandeyes/source.ts';
import type { LogLine } from '../../local/lambda.ts';
import type { FirehoseService } from '../../local/services/firehose.ts';
import { type ThousandEyesOptions, vendor } from '../../local/vendors/thousandeyes.ts';
import type { HeldQuery, RunningVendor } from '../../local/vendors/vendor.ts';
import { difference, readDelivered } from './delivered.ts';
import { DESTINATIONS, nextNumber, returnStage, takeStage } from './stage.ts';
import { type Quarantined, readItems, readQuarantine } from './table-items.ts';

export const STREAM = 'audit-user-events';
export const TOKEN = vendor.demo.secretValue.token;

/** The whole way on this machine: a simulated vendor, the real handler in a thread, the embedded services. */
export interface Bench {
  /** The log holds its rows from here, and nothing from `to` on. Both in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly secretName: string;
  readonly vendor: RunningVendor;
  readonly firehose: FirehoseService;
  readonly out: string;
  /** Everything that the function has written for this bench. */
  readonly lines: readonly LogLine[];
  /** Gives the vendor another clock, in milliseconds. */
  setClock(now: () => number): void;
  /** Runs the feed once. */
  run(options?: RunOptions): Promise<FeedReport>;
  /** Runs the feed until it is caught up, whatever its runs say on the way; returns their reports. */
  catchUp(options?: RunOptions): Promise<FeedReport[]>;
  /** Puts another value, or another text that is no value, in the secret's place. */
  setSecret(value: unknown): Promise<void>;
  removeSecret(): Promise<void>;
  /** The vendor starts anew at the same place with other options. */
  restartVendor(options: ThousandEyesOptions): Promise<void>;
  /** All items of the table that are about this connection, as JSON, with what is packed unpacked. */
  items(): Promise<string>;
  quarantined(): Promise<Quarantined[]>;
  /** The rows that the vendor holds, by now and in all of its range unless said otherwise. */
  held(query?: Partial<HeldQuery>): string[];
}

/** How a bench is set up. */
export interface BenchOptions {
  readonly vendor?: ThousandEyesOptions;
  /** The rows lie in so many minutes that end shortly before now. */
  readonly minutes?: number;
  /** The first run starts here (milliseconds) instead of where the rows do. */
  readonly startFrom?: number;
  readonly overlap?: string;
}

/** How one run is invoked. */
export interface RunOptions {
  readonly budgetMs?: number;
  readonly askAgain?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

const BUDGET_MS = 60_000;
/** No backlog of these tests needs more runs than that. */
const MOST_RUNS = 60;

/** A test that may start benches; they are gone when it ends. */
export const test = base.extend<{ start: (options?: BenchOptions) => Promise<Bench> }>({
  start: async ({ onTestFinished }, use) => {
    await use((options = {}) => startBench(options, onTestFinished));
  },
});

/** Every row of the vendor has reached every destination exactly once, and no two events share an id. */
export async function expectExactlyOnce(bench: Bench, query: Partial<HeldQuery> = {}): Promise<void> {
  const held = bench.held(query);
  for (const { id } of DESTINATIONS) {
    const { texts, ids } = await readDelivered(bench.out, id);
    expect({ [id]: difference(texts, held) }).toEqual({ [id]: { missing: [], extra: [] } });
    expect(new Set(ids).size).toBe(ids.length);
  }
}

/** The values of a metric that the function has written so far; waits until there is one. */
export async function metric(bench: Bench, name: Metric): Promise<number[]> {
  const values = () => bench.lines.flatMap((line) => (line[name] ?? []) as number | number[]);
  await until(`metric ${name}`, () => values().length > 0);
  return values();
}

/** Waits for a condition, however long it takes up to a generous end. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, longestMs = 30_000): Promise<void> {
  const end = performance.now() + longestMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${longestMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a tidemark.json says of a simulator. */
export function describeFeed(running: RunningVendor, timing: object, changes: object = {}, settings: object = {}) {
  const { settings: usual, ...connection } = running.connection;
  return { ...connection, ...changes, settings: { ...(usual as object), ...settings }, streams: { [STREAM]: timing } };
}

async function startBench(options: BenchOptions, onEnd: (close: () => Promise<void>) => void): Promise<Bench> {
  const stage = await takeStage();
  onEnd(() => returnStage(stage));
  const { handler, firehose, out } = stage;
  const firstLine = stage.lines.length;
  const id = `demo-${nextNumber()}`;
  const secretName = `tidemark/${id}`;
  let clock = Date.now;
  const to = Math.floor(Date.now() / 1000) * 1000 - 5_000;
  const from = to - (options.minutes ?? 20) * 60_000;
  // A log without end has a rate instead of a count.
  const rows = options.vendor?.perMinute === undefined ? { from, to, count: 300 } : {};
  const simulator = { ...rows, limit: 1_000_000, now: () => clock(), ...options.vendor };
  let running = await vendor.start(simulator);
  onEnd(() => running.stop());
  const writeSecrets = (secrets: object) => writeFile(stage.secretsFile, JSON.stringify(secrets), { mode: 0o600 });
  await writeSecrets({ [secretName]: { token: simulator.token ?? TOKEN } });
  const startFrom = new Date(options.startFrom ?? from).toISOString();
  const timing = { startFrom, settle: '1s', overlap: options.overlap ?? '30m' };

  async function run({ budgetMs = BUDGET_MS, askAgain = false, settings = {} }: RunOptions = {}): Promise<FeedReport> {
    const connection = parseConnection(source, describeFeed(running, timing, { id, secret: secretName }, settings));
    const input = { connection, streams: [STREAM], askAgain };
    const answer = await handler.invoke(input, budgetMs).catch((thrown: Error) => {
      const last = stage.lines.slice(-5).map((line) => JSON.stringify(line));
      throw new Error([thrown.message, ...last].join('\n'));
    });
    return (answer as { feeds: [FeedReport] }).feeds[0];
  }

  return {
    from,
    to,
    secretName,
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
    run,
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
      running = await vendor.start({ ...simulator, ...changes, port });
    },
    items: () => readItems(stage.tableUrl, id),
    quarantined: () => readQuarantine(stage.tableUrl, id),
    held: (query = {}) => [...running.events({ from, to, ...query })].map((row) => row.text),
  };
}
