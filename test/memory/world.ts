// A world in memory for the unmodified engine: a clock, a vendor, a table and Firehose, all of it decided by a seed.
//
//   const world = createWorld({ seed: 7, vendor: { order: 'newest-first', pageSize: 3 }, stream: { overlap: HOUR } });
//   world.vendor.add({ time: world.now - HOUR, name: 'sign-in' });       // the log; `visibleAt` makes it a latecomer
//   world.vendor.faults.push({ status: 503 }, { network: 'reset' });     // the next two requests
//   world.vendor.onRequest = ({ offset }) => (offset > 50 ? { status: 500 } : undefined);
//   const [report] = await world.run({ budget: MINUTE });                // one invocation: runConnection, all feeds
//   world.clock.advance(5 * MINUTE);                                     // time between runs
//   await expect(world.run({ onEffect: ({ name, nth }) => (name === 'put' && nth === 2 ? 'crash-after' : undefined) }))
//     .rejects.toThrow(Crash);                                           // dies at that effect, and nothing happens after it
//   await world.runUntilCaughtUp();
//   world.names();                                                       // names of the delivered events, in order of delivery
//   expect(world.census()).toMatchObject({ missing: [], repeated: [] }); // what the vendor has against what was delivered
//
// A run may be concurrent with another (`Promise.all([world.run(...), world.run(...)])`): they share the clock. Faults of
// effects are listed in faults.ts, the vendor's habits in vendor.ts, what a run can be given in invocation.ts.

import type { Auth } from '../../functions/core/auth.ts';
import type { ClockOffsets } from '../../functions/core/clocks/believed-clocks.ts';
import type { Writer } from '../../functions/core/delivery/event-writer.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { runConnection } from '../../functions/core/invocation/run-connection.ts';
import type { Metric } from '../../functions/core/metrics.ts';
import {
  type AnyFeed,
  type Connection,
  type Destination,
  isSnapshot,
  type Request,
  type SnapshotStream,
  type Source,
  type Stream,
  type Visibility,
} from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import type { Checkpoint, FeedCheckpoint, SnapshotCheckpoint } from '../../functions/core/stored/checkpoint.ts';
import { ofKind } from '../../functions/core/stored/checkpoint-kind.ts';
import { type Duration, type Instant, MINUTE, parseInstant } from '../../functions/core/time.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { type Census, takeCensus } from './census.ts';
import { MemoryClock } from './clock.ts';
import type { EffectHook } from './faults.ts';
import { MemoryFirehose } from './firehose.ts';
import { Invocation, type RunOptions, type WarmMemory } from './invocation.ts';
import { MemoryLogin } from './login.ts';
import { seededRandom } from './random.ts';
import { memorySource, memoryStream, pageAfter } from './source.ts';
import { MemoryTable } from './table.ts';
import { type Answered, MemoryVendor, type Reply, type VendorOptions } from './vendor.ts';

export { Crash, type EffectCall, type EffectHook, type EffectName, type Fault } from './faults.ts';
export type { RunOptions } from './invocation.ts';

/** A log at the vendor and the stream that reads it. */
export interface LogOptions {
  readonly vendor?: Partial<VendorOptions>;
  readonly stream?: Partial<Stream>;
}

/** What a world is made of; everything has a default. */
export interface WorldOptions extends LogOptions {
  readonly seed?: number;
  /** When it begins: an RFC 3339 text, or an instant. */
  readonly start?: Instant | string;
  /** Ids of `ecs` destinations, or whole ones; one, `siem`, unless said. */
  readonly destinations?: readonly (string | Destination)[];
  /** More logs of the same connection, each with a `stream.name` of its own. */
  readonly more?: readonly LogOptions[];
  readonly visibility?: Visibility;
  /** Whether one signs in to this vendor (true), or gets an access token. */
  readonly login?: boolean | 'access-token';
  /** What else the source is: lookups, pace, snapshot streams behind the logs ... */
  readonly source?: Partial<Omit<Source, 'streams'>> & { readonly snapshots?: readonly SnapshotStream[] };
  readonly settings?: Readonly<Record<string, string>>;
  readonly requestsInFlight?: number | undefined;
  readonly startFrom?: Instant;
}

const DEFAULT_BUDGET: Duration = 5 * MINUTE;

export function createWorld(options: WorldOptions = {}): World {
  return new World(options);
}

/** See the top of this file. Its parts are public: a test may look at and change all of them. */
export class World {
  readonly clock: MemoryClock;
  readonly random: () => number;
  readonly table = new MemoryTable();
  readonly firehose = new MemoryFirehose();
  /** By stream name; `vendor` is the first. */
  readonly vendors = new Map<string, MemoryVendor>();
  readonly vendor: MemoryVendor;
  readonly source: Source;
  readonly login: MemoryLogin | undefined;
  readonly counts: { readonly metric: Metric; readonly value: number }[] = [];
  readonly logs: {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[] = [];
  /** Answers for paths that are no stream's, such as `/@visibility`. */
  readonly routes = new Map<string, (secretVersion: string, url: string) => Reply>();
  destinations: Destination[];
  settings: Readonly<Record<string, string>>;
  readonly #requestsInFlight: number | undefined;
  startFrom: Instant | undefined;
  /** Changes when somebody replaces the secret. */
  secretVersion = 'v1';
  /** Changes when the connection gets another one. */
  origin = 'https://memory.example';
  /** The memory of a warm function, for worlds in which one process runs all invocations; a crash of it clears the memory. */
  warm: WarmMemory | undefined;
  /** Maximum characters of an answer: a longer one is too large, or comes in pieces. */
  answerLimit = Number.POSITIVE_INFINITY;
  /** The share of the memory for answers that each of them takes, whatever its length. */
  answerShare: number | undefined;
  /** Characters of a piece. */
  pieceLength = 1_000;
  /** The clocks of the services, less the true one. The table answers every run. */
  serviceClocks: ClockOffsets = { table: 0 };
  onEffect: EffectHook | undefined;
  /** Whether delivery streams can be looked at. */
  canLook = true;
  /** Called when a delivery stream is looked at; it may throw. */
  onLook: ((deliveryStream: string) => void) | undefined;
  /** How events are written; a test may put a writer in its place that fails. */
  write: Writer = writeEvent;
  /** The version of the program. */
  code: string | undefined = '0.1.0+memory';
  #runs = 0;

  constructor(options: WorldOptions) {
    const { seed = 1, start = '2026-03-02T12:00:00Z', destinations = ['siem'], more = [], settings = {} } = options;
    this.clock = new MemoryClock(typeof start === 'string' ? (parseInstant(start) as Instant) : start);
    this.random = seededRandom(seed);
    this.destinations = destinations.map((one) => (typeof one === 'string' ? ecsDestination(one) : one));
    this.settings = settings;
    this.startFrom = options.startFrom;
    this.#requestsInFlight = options.requestsInFlight;
    const streams = [options, ...more].map((log, at) => this.#addLog(log, seed + at));
    this.vendor = this.vendors.values().next().value as MemoryVendor;
    this.login = options.login ? new MemoryLogin(this.clock) : undefined;
    if (this.login) this.login.tellsLife = options.login === 'access-token';
    const { snapshots = [], ...own } = options.source ?? {};
    const source = memorySource([...streams, ...snapshots], options.visibility);
    this.source = {
      ...source,
      ...(options.login && { auth: options.login === true ? SESSION : ACCESS_TOKEN }),
      ...own,
    };
  }

  /** True time. */
  get now(): Instant {
    return this.clock.now;
  }

  get connection(): Connection {
    const { settings, source } = this;
    return {
      id: 'acme',
      source: source.id,
      origin: this.origin,
      secret: 'tidemark/memory/acme',
      settings,
      ...(this.#requestsInFlight !== undefined && { requestsInFlight: this.#requestsInFlight }),
    };
  }

  get feeds(): AnyFeed[] {
    const { source, connection, startFrom } = this;
    return [...source.streams, ...(source.watched?.(connection) ?? [])].map((stream) => {
      const common = { name: `${source.id}/${stream.name}/${connection.id}`, source, connection };
      if (isSnapshot(stream)) return { ...common, stream };
      const { settle, overlap, rereads = [] } = stream;
      return { ...common, stream, settle, overlap, rereads, ...(startFrom !== undefined && { startFrom }) };
    });
  }

  /** The effects of an invocation that begins now, for tests that call a part of the engine themselves. */
  invoke(options: RunOptions = {}): Invocation {
    return new Invocation(this, options, options.budget ?? DEFAULT_BUDGET);
  }

  /** One invocation. Rejects with the Crash when its process died, or outlived its budget. */
  async run(options: RunOptions = {}): Promise<FeedReport[]> {
    const invocation = this.invoke(options);
    const { streams } = options;
    this.#runs++;
    try {
      return await runConnection({
        effects: invocation.effects,
        source: this.source,
        connection: this.connection,
        feeds: this.feeds.filter(({ stream }) => streams === undefined || streams.includes(stream.name)),
        destinations: this.destinations,
        write: this.write,
        owner: options.owner ?? `worker-${this.#runs}`,
        maxSeenKeys: options.maxSeenKeys ?? 500_000,
        seenFor: this.table.seenFor,
        askAgain: options.askAgain ?? false,
        task: options.act ?? { act: 'run' },
      });
    } finally {
      if (invocation.death && this.warm) this.warm = {};
      // Whatever the engine made of its own death, the process is dead.
      invocation.end();
    }
  }

  /** Runs on a schedule until every feed has caught up; the reports of all runs. */
  async runUntilCaughtUp(options: RunOptions & { every?: Duration; mostRuns?: number } = {}): Promise<FeedReport[][]> {
    const { every = 5 * MINUTE, mostRuns = 500, ...run } = options;
    const all: FeedReport[][] = [];
    while (all.length < mostRuns) {
      const reports = await this.run(run);
      all.push(reports);
      if (reports.every(({ state }) => state === 'caught-up')) return all;
      this.clock.advance(every);
    }
    throw new Error(`not caught up after ${mostRuns} runs: ${JSON.stringify(all.at(-1))}`);
  }

  /** The checkpoint of a stream's feed. */
  checkpoint(stream = this.#firstStream): FeedCheckpoint {
    return this.#checkpoint<FeedCheckpoint>(stream, 'feed');
  }

  /** The checkpoint of a snapshot's feed. */
  snapshotCheckpoint(stream: string): SnapshotCheckpoint {
    return this.#checkpoint<SnapshotCheckpoint>(stream, 'snapshot');
  }

  #checkpoint<C extends Checkpoint>(stream: string, kind: C['kind']): C {
    const key = `memory/${stream}/acme`;
    const found = ofKind<C>(key, this.table.load(key), kind);
    if (!found) throw new Error(`no checkpoint of ${stream}`);
    return found;
  }

  /** The events that a destination of format `ecs` has accepted, in order, with all repetitions. */
  delivered(destination = this.#firstDestination): EcsEvent[] {
    return this.firehose.events(`tidemark-${destination}`);
  }

  /** The names of the delivered records. */
  names(destination = this.#firstDestination): string[] {
    return this.delivered(destination).map(({ message = '' }) => message);
  }

  ids(destination = this.#firstDestination): string[] {
    return this.delivered(destination).map(({ event }) => event.id);
  }

  /** Compares what the vendor has (all it ever had, unless rows are given) with what a destination has accepted. */
  census(rows = [...this.vendors.values()].flatMap((vendor) => vendor.rows), destination?: string): Census {
    return takeCensus(rows, this.delivered(destination));
  }

  /** The sum of a metric so far. */
  count(metric: Metric): number {
    return this.counts.filter((count) => count.metric === metric).reduce((sum, { value }) => sum + value, 0);
  }

  /** @param session what the request belongs to, at vendors where one signs in */
  answer(url: string, secretVersion: string, session?: number): Answered {
    const name = /^\/([^/?]+)/.exec(url)?.[1] ?? '';
    const { latency = 0 } = this.vendors.get(name)?.options ?? {};
    if (this.login && !this.login.admits(session)) return { status: 401, headers: {}, text: 'no session', latency };
    const route = this.routes.get(`/${name}`);
    const answer = route ? route(secretVersion, url) : this.vendors.get(name)?.answer(url, secretVersion);
    if (!answer) throw new Error(`nothing answers ${url}`);
    return { latency: 0, status: 200, headers: {}, text: '', ...answer };
  }

  #addLog({ vendor: habits = {}, stream: own = {} }: LogOptions, seed: number): Stream {
    const vendor = new MemoryVendor(this.clock, habits, seed);
    const { precision, paging } = vendor.options;
    const offsets = paging === 'offset' && { pageAfter: (asked: Request) => pageAfter(asked, vendor.options.pageSize) };
    const stream = memoryStream(own.name ?? 'events', precision, paging === 'offset', { ...offsets, ...own });
    if (this.vendors.has(stream.name)) throw new Error(`two logs are named ${stream.name}`);
    this.vendors.set(stream.name, vendor);
    return stream;
  }

  get #firstStream(): string {
    return this.source.streams[0]?.name ?? '';
  }

  get #firstDestination(): string {
    return this.destinations[0]?.id ?? '';
  }
}

const SESSION: Auth = {
  kind: 'session',
  secret: [{ key: 'any', secret: 'any' }],
  signIn: [{ url: '/@sign-in', body: 'json' }],
  answer: { token: 'token', expires: 'expires' },
  extend: '/@extend',
};

const ACCESS_TOKEN: Auth = {
  kind: 'oauth2-client-credentials',
  secret: [{ id: 'any', secret: 'any' }],
  tokenUrl: '/@token',
  body: 'form',
  client: { id: 'id', secret: 'secret', in: 'body' },
};

/** A destination whose events can be read back. */
export function ecsDestination(id: string): Destination {
  return { id, shape: { format: 'ecs' }, heldFor: 5 * MINUTE, deliveryStream: `tidemark-${id}` };
}
