import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { feedsOf, parseConnection } from '../../functions/core/config/connection.ts';
import { destinationFor } from '../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import type { Feed, Source } from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { SIMPLEST_TYPE } from '../../functions/destinations/destination-types.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import type { RunningSimulator } from '../../simulators/simulator.ts';
import { rowEvents } from '../../tools/golden.ts';
import { readDelivered } from '../e2e/delivered.ts';
import { KEY } from '../local/signatures.ts';
import { type Between, type Moment, type Services, startBetween } from './between.ts';
import type { Kind } from './kind.ts';
import type { Step } from './steps.ts';

/** Where a worker is killed: the step, its number among steps of the same kind, and when within the step. */
export interface Blow {
  readonly step: Step;
  readonly nth: number;
  readonly moment: Moment;
}

/** The result of killing a worker. */
export interface Outcome {
  readonly blow: Blow;
  /** Whether the step was reached. */
  readonly struck: boolean;
  readonly lost: number;
  /** Events that match none of the vendor's records, or that came under a second id. */
  readonly invented: number;
  /** Number of events that the killed worker had in flight. They may be repeated. */
  readonly inFlight: number;
  readonly repeated: number;
  /** Repeated events that a later worker had in flight when its time was up. */
  readonly repeatedByOthers: number;
  /** Repeated events that no worker had in flight. */
  readonly repeatedForNothing: number;
  /** Time from the kill to the next progress in the table, when the next run tries continuously. */
  readonly progressMs: number | undefined;
  readonly ended: string;
}

/** Time limit of a worker, and so the longest that its lease can outlive it. */
export const BUDGET_MS = 4_000;
const ROOT = new URL('../../', import.meta.url);
/** After a kill during a sign-in, the next runs wait a minute to learn whether it was refused. */
const MOST_RUNS = 40;
/** The start of each arena: its data are the same every time, and the overlap no longer reaches the day before. */
const START = Date.UTC(2026, 0, 10, 0, 40, 0);
const HOUR_MS = 3_600_000;

/** Whether nothing was lost or invented, only events in flight were repeated, and the feed made progress. */
export function isKept({ struck, lost, invented, repeatedForNothing, ended }: Outcome): boolean {
  return struck && lost === 0 && invented === 0 && repeatedForNothing === 0 && ended === 'caught-up';
}

interface ArenaParts {
  readonly folder: string;
  readonly kind: Kind;
  readonly services: ChildProcess;
  readonly urls: Services;
  readonly vendor: RunningSimulator;
  /** Start of the vendor's log, in milliseconds. */
  readonly from: number;
  /** Added to the clock of this machine, so that each arena starts at the same time. */
  readonly clockOffset: number;
}

/** The services, a vendor, and workers to kill: all processes of their own but the vendor and what stands in between. */
export class Arena {
  readonly #folder: string;
  readonly #kind: Kind;
  readonly #services: ChildProcess;
  readonly #urls: Services;
  readonly #vendor: RunningSimulator;
  readonly #from: number;
  readonly #clockOffset: number;
  #cases = 0;

  static async open(kind: Kind): Promise<Arena> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-crash-'));
    await writeFile(join(folder, 'secrets.json'), JSON.stringify({ crash: kind.secret }), { mode: 0o600 });
    const clockOffset = START - Date.now();
    const services = spawn(process.execPath, [file('services.ts'), folder, String(clockOffset), kind.source], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const urls = await firstLine(services);
    const to = START - 5_000;
    // A day has to be over before all of it is read.
    const from = kind.stream === 'user-activities' ? to - 30 * HOUR_MS : to - HOUR_MS;
    const vendor = await kind.start(from, to, () => Date.now() + clockOffset);
    return new Arena({ folder, kind, services, urls, vendor, from, clockOffset });
  }

  private constructor({ folder, kind, services, urls, vendor, from, clockOffset }: ArenaParts) {
    this.#folder = folder;
    this.#kind = kind;
    this.#services = services;
    this.#urls = urls;
    this.#vendor = vendor;
    this.#from = from;
    this.#clockOffset = clockOffset;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#services.once('exit', resolve));
    this.#services.stdin?.end();
    await Promise.all([ended, this.#vendor.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** How often each step occurs in a run without faults. */
  async count(): Promise<ReadonlyMap<Step, number>> {
    const one = this.#begin(undefined);
    await this.#prepare([one]);
    await this.#drift();
    const { counts } = await this.#play(one);
    return counts;
  }

  /** Strikes each of these blows at a feed of its own, and compares what came of it with a feed that met none. */
  async strike(blows: readonly Blow[], atOnce: number): Promise<Outcome[]> {
    const all = [undefined, ...blows].map((blow) => this.#begin(blow));
    this.#vendor.setFaults(this.#kind.drift ? {} : this.#vendor.faults);
    await this.#prepare(all, atOnce);
    await this.#drift();
    const played: ({ one: Case } & Play)[] = [];
    await inParallel(all, atOnce, async (one) => {
      played.push({ one, ...(await this.#play(one)) });
    });
    const { events } = await readDelivered(join(this.#folder, 'out'), 'lake');
    const byConnection = Map.groupBy(events, ({ tidemark }) => tidemark.connection);
    const undisturbed = all[0] as Case;
    const expected = new Map<string, ReadonlySet<string>>();
    if (this.#kind.held) for (const { id } of all) expected.set(id, await this.#idsFor(id));
    return played.flatMap(({ one, killedWith, othersWith, struck, progressMs, ended }) => {
      const delivered = byConnection.get(one.id) ?? [];
      const compared = this.#kind.held
        ? compareIds(expected.get(one.id) as ReadonlySet<string>, delivered)
        : compareKinds(byConnection.get(undisturbed.id) ?? [], delivered);
      if (!one.blow) {
        if (compared.lost + compared.invented > 0)
          throw new Error(`undisturbed, it lost and invented: ${JSON.stringify(compared)}`);
        return [];
      }
      const repeated = repetitions(delivered);
      const byOthers = repeated.filter((id) => !killedWith.has(id) && othersWith.has(id));
      const forNothing = repeated.filter((id) => !killedWith.has(id) && !othersWith.has(id));
      return [
        {
          blow: one.blow,
          ...compared,
          struck,
          progressMs,
          ended,
          inFlight: killedWith.size,
          repeated: repeated.length,
          repeatedByOthers: byOthers.length,
          repeatedForNothing: forNothing.length,
        },
      ];
    });
  }

  /** The ids of all the vendor's records, as a feed of this connection has to deliver them. */
  async #idsFor(id: string): Promise<ReadonlySet<string>> {
    const { source: sourceId, stream, settings, held, found = {} } = this.#kind;
    const source = (await findSources()).find((one) => one.id === sourceId) as Source;
    const { settings: usual, secret: _, ...rest } = this.#vendor.connection;
    const connection = parseConnection(source, {
      ...rest,
      id,
      source: sourceId,
      settings: { ...(usual as object), ...settings },
    });
    const feed = feedsOf(source, connection).find((one) => one.stream.name === stream) as Feed;
    const answer = { status: 200, ...(held as NonNullable<Kind['held']>)(this.#vendor) };
    const { rows } = feed.stream.read(answer, { url: '/' });
    const known: Feed = { ...feed, connection: { ...feed.connection, found } };
    return new Set(rowEvents(known, rows).map(({ event }) => event.id));
  }

  #begin(blow: Blow | undefined): Case {
    return { id: `c${++this.#cases}`, ...(blow && { blow }) };
  }

  /** For snapshots, which deliver only differences, the first read comes before. */
  async #prepare(cases: readonly Case[], atOnce = 1): Promise<void> {
    if (!this.#kind.drift) return;
    await inParallel(cases, atOnce, async ({ id }) => {
      await this.#play({ id });
    });
  }

  async #drift(): Promise<void> {
    if (this.#kind.drift) this.#vendor.setFaults(this.#kind.drift);
  }

  /** Runs the feed until it has caught up. Its worker is killed at the given step, and later ones go on. */
  async #play({ id, blow }: Case): Promise<Play> {
    let worker: ChildProcess | undefined;
    let killedAt: number | undefined;
    let killedWith: ReadonlySet<string> = new Set();
    const othersWith = new Set<string>();
    const origin = new URL(this.#vendor.connection.origin as string);
    const between = await startBetween(this.#urls, origin.origin, (step, nth, moment) => {
      const isIt = blow?.step === step && blow.nth === nth && blow.moment === moment;
      if (!isIt || killedAt !== undefined) return 'go-on';
      killedAt = performance.now();
      worker?.kill('SIGKILL');
      return 'dead';
    });
    try {
      let ended = 'not caught up';
      let patience = 3;
      for (let run = 0; run < MOST_RUNS; run++) {
        worker = this.#work(between, id, origin.pathname);
        const { said, signal, complained } = await endOf(worker);
        if (said === '' && signal !== 'SIGKILL') throw new Error(`a worker ended by itself: ${complained}`);
        const inFlight = await between.workerEnded();
        if (signal === 'SIGKILL') killedWith = inFlight;
        else for (const one of inFlight) othersWith.add(one);
        const [report] = said === '' ? [] : (JSON.parse(said) as { feeds: FeedReport[] }).feeds;
        if (report?.state === 'caught-up') {
          ended = report.state;
          // What a run has no time for any more, such as the ledger, a later one does.
          const isDone = blow ? killedAt !== undefined : this.#kind.steps.every((step) => between.counts.has(step));
          if (isDone || --patience === 0) break;
          continue;
        }
        ended = report ? `${report.state} ${report.error?.message ?? ''}` : 'killed';
        const until =
          report?.until === undefined ? 0 : Date.parse(report.until) - (Date.now() + this.#clockOffset) + 50;
        await wait(Math.max(report ? 250 : 0, until));
      }
      const progressAt = killedAt === undefined ? undefined : between.progressAfter(killedAt);
      const progressMs = killedAt === undefined || progressAt === undefined ? undefined : progressAt - killedAt;
      return { struck: killedAt !== undefined, killedWith, othersWith, progressMs, ended, counts: between.counts };
    } finally {
      await between.close();
    }
  }

  #work(between: Between, id: string, path: string): ChildProcess {
    const { source, stream, settings, drift } = this.#kind;
    const timing = { startFrom: new Date(this.#from).toISOString(), settle: '1s', overlap: '30m' };
    const { settings: usual, id: _, secret: __, ...rest } = this.#vendor.connection;
    const connection = {
      ...rest,
      id,
      source,
      origin: `${between.vendorUrl}${path}`,
      secret: 'crash',
      settings: { ...(usual as object), ...settings },
      streams: { [stream]: drift ? {} : timing },
    };
    const told = [
      destinationFor(source, {
        id: 'lake',
        type: SIMPLEST_TYPE.id,
        heldFor: 0,
        shape: { format: 'ecs' },
        settings: {},
      }),
    ];
    const child = spawn(process.execPath, [file('worker.ts'), source, String(BUDGET_MS), String(this.#clockOffset)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(this.#folder, 'compiled'),
        TIDEMARK_TABLE: 'tidemark',
        TIDEMARK_DESTINATIONS: JSON.stringify(told),
        AWS_ENDPOINT_URL: between.awsUrl,
        AWS_ACCESS_KEY_ID: KEY.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
        AWS_REGION: 'us-east-1',
      },
    });
    // The worker may die before it has read all of its input.
    child.stdin?.on('error', () => undefined).end(JSON.stringify({ connection, streams: [stream] }));
    return child;
  }
}

interface Case {
  readonly id: string;
  readonly blow?: Blow;
}

/** The outcome of a feed, with or without a killed worker. */
interface Play {
  readonly struck: boolean;
  /** The ids that the killed worker had in flight, and those that other workers had at their end. */
  readonly killedWith: ReadonlySet<string>;
  readonly othersWith: ReadonlySet<string>;
  readonly progressMs: number | undefined;
  readonly ended: string;
  readonly counts: ReadonlyMap<Step, number>;
}

/** Compares both ways: records that did not arrive, and events that are no record. */
function compareIds(expected: ReadonlySet<string>, delivered: readonly EcsEvent[]): { lost: number; invented: number } {
  const ids = new Set(delivered.filter(isVendors).map(({ event }) => event.id));
  const lost = [...expected].filter((id) => !ids.has(id)).length;
  return { lost, invented: [...ids].filter((id) => !expected.has(id)).length };
}

/** The same, by what the events tell, where their ids hang on when it was looked. */
function compareKinds(whole: readonly EcsEvent[], delivered: readonly EcsEvent[]): { lost: number; invented: number } {
  const [expected, found] = [kindsOf(whole), kindsOf(delivered)];
  let [lost, invented] = [0, 0];
  for (const what of new Set([...expected.keys(), ...found.keys()])) {
    const surplus = (found.get(what) ?? 0) - (expected.get(what) ?? 0);
    if (surplus < 0) lost -= surplus;
    else invented += surplus;
  }
  return { lost, invented };
}

/** The different events, by what they tell. */
function kindsOf(events: readonly EcsEvent[]): Map<string, number> {
  const kinds = new Map<string, number>();
  const distinct = new Map(events.filter(isVendors).map((one) => [one.event.id, one]));
  for (const { event } of distinct.values()) {
    const what = `${event.action} ${event.original}`;
    kinds.set(what, (kinds.get(what) ?? 0) + 1);
  }
  return kinds;
}

/** The ids that arrived more than once, Tidemark's own events included. */
function repetitions(events: readonly EcsEvent[]): string[] {
  const counts = new Map<string, number>();
  for (const { event } of events) counts.set(event.id, (counts.get(event.id) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([id]) => id);
}

function isVendors({ event }: EcsEvent): boolean {
  return event.module !== 'tidemark';
}

/** What a worker said, once all of it has come; only then it is told how it ended. */
async function endOf(worker: ChildProcess): Promise<{ said: string; complained: string; signal: string | null }> {
  const [said, complained, [, signal]] = await Promise.all([
    text(worker.stdout as NodeJS.ReadableStream),
    text(worker.stderr as NodeJS.ReadableStream),
    once(worker, 'close') as Promise<[number | null, string | null]>,
  ]);
  return { said, complained: complained.slice(-2_000), signal };
}

async function inParallel<T>(list: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...list];
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function file(name: string): string {
  return fileURLToPath(new URL(`test/crash/${name}`, ROOT));
}

async function firstLine(child: ChildProcess): Promise<Services> {
  return await new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`the services ended with ${code}`)));
    child.stdout?.on('data', (part: Buffer) => {
      said += String(part);
      if (said.includes('\n')) resolve(JSON.parse(said) as Services);
    });
  });
}
