import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as z from 'zod/mini';
import { check } from '../core/config/connection.ts';
import type { Effects } from '../core/effects.ts';
import { TidemarkError } from '../core/errors.ts';
import { examineConnection } from '../core/examine/examine-connection.ts';
import type { Finding } from '../core/examine/finding.ts';
import { type CensusReport, takeCensus } from '../core/invocation/census.ts';
import { feedMetrics } from '../core/invocation/feed-metrics.ts';
import { type FeedStatusReport, reportFeedStatus } from '../core/invocation/feed-status.ts';
import { type InvocationInput, readInput } from '../core/invocation/invocation-input.ts';
import { findLeftFeeds, type Leaving, type LeftFeed, listLeftFeeds } from '../core/invocation/left-feeds.ts';
import { runConnection } from '../core/invocation/run-connection.ts';
import { findSilentFeeds, type SilentFeed } from '../core/invocation/silence/find-silent.ts';
import { tellFinding } from '../core/invocation/tell-finding.ts';
import { type AnyFeed, type Connection, type Destination, isSnapshotFeed, type Source } from '../core/model.ts';
import type { FeedReport } from '../core/run/report.ts';
import { DAY, formatDuration, MILLISECOND } from '../core/time.ts';
import { ENVELOPES } from '../destinations/envelopes.ts';
import { shapeSchema, writeEvent } from '../destinations/write-event.ts';
import { checkOrigins } from './auth/origins.ts';
import { SecretMemory } from './auth/secret-memory.ts';
import { TokenMemory } from './auth/token-memory.ts';
import { Vendor } from './auth/vendor.ts';
import { Firehose } from './network/firehose.ts';
import { pause } from './network/pause.ts';
import { heardSince } from './network/service-clocks.ts';
import { ownCodeHash, ownVersion } from './own-code.ts';
import { sealKey } from './table/seal-key.ts';
import { sipHash } from './table/sip-hash.ts';
import { TableClient } from './table/table-client.ts';
import { type TableSettings, tableEffects } from './table/table-effects.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { CheckpointMemory } from './warm/checkpoint-memory.ts';
import { HeapSize } from './warm/heap-size.ts';
import { Memo } from './warm/memo.ts';

/** The host of an invocation: its remaining time, and a signal if the host can stop it early. */
export interface HostContext {
  getRemainingTimeInMillis(): number;
  readonly signal?: AbortSignal;
}

const destinations = z.array(
  z.strictObject({
    id: z.string(),
    deliveryStream: z.string(),
    heldFor: z.number(),
    shape: shapeSchema(ENVELOPES),
  }),
);

/**
 * Number of days for which delivered events are remembered: longer than the longest re-read plus an outage, and longer than a
 * session, whose start is shown again with its end.
 */
const SEEN_DAYS = '30';
/** Number of days for which entries in quarantine are kept. */
const QUARANTINE_DAYS = '90';
/** Maximum number of seen keys that a run holds in memory, 16 bytes each. */
const MAX_SEEN_KEYS = 500_000;

/** The answer of an invocation: the feeds' reports, their statuses, what an examination has found, or the census. */
export type Answered =
  | { readonly feeds: readonly FeedReport[] }
  | {
      readonly looks: readonly FeedStatusReport[];
      readonly left: readonly LeftFeed[];
      /** The version of the function and the hash of its code. */
      readonly code?: string;
    }
  | {
      readonly examined: readonly Finding[];
      /** Which code has answered. */
      readonly code: string;
    }
  | {
      readonly census: CensusReport & { readonly left: readonly LeftFeed[]; readonly silent: readonly SilentFeed[] };
    };

/** The handler of a source's Lambda: one invocation performs one task for feeds of one connection, or takes the census. */
export function serve(source: Source): (input: unknown, context: HostContext) => Promise<Answered> {
  let kept: Kept | undefined;
  const heap = new HeapSize(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  const inputs = new Memo<InvocationInput>();
  const environments = new Memo<Environment>();
  return async (input, context) => {
    const begunAt = Date.now();
    const { env } = process;
    const environment = environments.get(VARIABLES.map((name) => env[name] ?? '').join('\n'), readEnvironment);
    const telemetry = new Telemetry(source.id, process.env.TIDEMARK_LOG_LEVEL, process.env.TIDEMARK_NAMESPACE);
    let vendor: Vendor | undefined;
    try {
      const { seenDays } = environment;
      const order = inputs.get(`${seenDays} ${JSON.stringify(input)}`, () => readOrder(source, input, seenDays));
      kept ??= {
        table: new TableClient(environment.table, environment.seenDays),
        firehose: new Firehose(),
        tokens: new TokenMemory(),
        secrets: new SecretMemory(),
        checkpoints: new CheckpointMemory(),
      };
      // The bundle is hashed while the table answers.
      const code = ownVersion(environment.version);
      kept.sealKey ??= await sealKey(kept.table, source.id);
      const { connection = NO_CONNECTION } = order;
      const { tokens, secrets } = kept;
      vendor = new Vendor({ source, connection, telemetry, memory: tokens, secrets, stop: context.signal });
      const settings = {
        connection: `${source.id}/@connection/${connection.id}`,
        feeds: `${source.id}/@feeds`,
        quarantineFor: environment.quarantineDays * DAY,
      };
      const effects = makeEffects({
        begunAt,
        settings,
        host: context,
        telemetry,
        kept,
        vendor,
        heap,
        code: await code,
      });
      const answer = await carryOut(source, order, effects, environment);
      for (const report of 'feeds' in answer ? answer.feeds : []) {
        logReport(telemetry, report);
        if (environment.perFeedMetrics) telemetry.countFeed(report.feed, feedMetrics(report));
      }
      return telemetry.redactValue(answer);
    } catch (thrown) {
      // Lambda logs it, with its stack and causes.
      throw telemetry.redactError(thrown);
    } finally {
      vendor?.close();
      telemetry.flush(Date.now());
    }
  };
}

/** Reads and checks the input. */
function readOrder(source: Source, input: unknown, seenDays: number): InvocationInput {
  const order = readInput(source, input);
  if (order.connection) checkOrigins(source.auth, order.connection);
  for (const feed of order.feeds) checkOverlap(feed, seenDays);
  return order;
}

/** The census is about all connections. */
const NO_CONNECTION: Connection = { id: '', source: '', origin: '', secret: '', settings: {} };

async function carryOut(
  source: Source,
  order: InvocationInput,
  effects: Effects,
  environment: Environment,
): Promise<Answered> {
  const { task, feeds, connection = NO_CONNECTION, askAgain } = order;
  const { destinations } = environment;
  if (task.act === 'census') {
    const census = await takeCensus(effects, source, task.feeds);
    const telling = { effects, source, destinations, write: writeEvent, owner: randomUUID() };
    const tell = (leaving: Leaving) =>
      tellFinding(telling, leaving, { act: 'feed-left', watermark: leaving.watermark });
    const left = await findLeftFeeds({ effects, source, configured: task.feeds, retired: task.retired ?? [], tell });
    const silent = await findSilentFeeds({
      effects,
      source,
      configured: task.feeds,
      quiet: census.quiet,
      seenFor: environment.seenDays * DAY,
      tell: ({ since, readUntil, usual, ...feed }) =>
        tellFinding(telling, feed, { act: 'feed-silent', range: { from: since, to: readUntil }, usual }),
    });
    return { census: { ...census, left, silent } };
  }
  if (task.act === 'look') {
    const wanted = {
      days: task.range,
      connection: await effects.loadConnection(),
      ...(task.evidence && { evidence: { seenFor: environment.seenDays * DAY } }),
    };
    const looks = await Promise.all(feeds.map((feed) => reportFeedStatus(effects, feed, wanted)));
    const left = task.left ? await listLeftFeeds(effects, source) : [];
    const code = effects.code();
    return { looks, left, ...(code !== undefined && { code }) };
  }
  if (task.act === 'examine') {
    const { signInAgain = false, servicesShareClock = false } = task;
    const owner = randomUUID();
    const input = { effects, source, connection, feeds, owner, signInAgain, servicesShareClock };
    return { examined: await examineConnection(input), code: await ownCodeHash() };
  }
  return {
    feeds: await runConnection({
      effects,
      source,
      connection,
      feeds,
      destinations,
      write: writeEvent,
      owner: randomUUID(),
      maxSeenKeys: MAX_SEEN_KEYS,
      seenFor: environment.seenDays * DAY,
      askAgain,
      task,
    }),
  };
}

/** State that a warm Lambda keeps between invocations. */
interface Kept {
  readonly table: TableClient;
  readonly firehose: Firehose;
  /** Sessions and access tokens, as long as they last; they are stored nowhere else. */
  readonly tokens: TokenMemory;
  readonly secrets: SecretMemory;
  readonly checkpoints: CheckpointMemory;
  sealKey?: Uint8Array;
}

/** Checks that seen keys outlast the overlaps: events in a longer overlap would be delivered repeatedly. */
function checkOverlap(feed: AnyFeed, seenDays: number): void {
  if (isSnapshotFeed(feed)) return;
  const rereads = (feed.rereads ?? []).map(({ overlap }, at) => [`rereads[${at}].overlap`, overlap] as const);
  const tooLong = [['overlap', feed.overlap] as const, ...rereads].find(
    ([, length]) => length + feed.settle >= seenDays * DAY,
  );
  if (!tooLong) return;
  const { name } = feed.stream;
  const [field, length] = tooLong;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `$.streams.${name}.${field} of ${feed.name}: there is ${formatDuration(length)}, wanted less than the ${seenDays} days that delivered events are remembered.`,
    remedy: 'Shorten it, or raise TIDEMARK_SEEN_DAYS.',
  });
}

interface Environment {
  readonly table: string;
  readonly destinations: Destination[];
  readonly seenDays: number;
  readonly quarantineDays: number;
  readonly perFeedMetrics: boolean;
  /** The version of the code, where the code cannot tell it. */
  readonly version: string | undefined;
}

/** The variables that the environment is read from. */
const VARIABLES = [
  'TIDEMARK_TABLE',
  'TIDEMARK_DESTINATIONS',
  'TIDEMARK_SEEN_DAYS',
  'TIDEMARK_QUARANTINE_DAYS',
  'TIDEMARK_PER_FEED_METRICS',
  'TIDEMARK_VERSION',
];

function readEnvironment(): Environment {
  const { TIDEMARK_TABLE: table, TIDEMARK_DESTINATIONS: json } = process.env;
  const { TIDEMARK_PER_FEED_METRICS: perFeed = 'false' } = process.env;
  const remedy = 'The deployment sets these variables: deploy again.';
  if (!table)
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'The environment has no TIDEMARK_TABLE.',
      remedy,
    });
  const seenDays = readDays('TIDEMARK_SEEN_DAYS', SEEN_DAYS, remedy);
  const quarantineDays = readDays('TIDEMARK_QUARANTINE_DAYS', QUARANTINE_DAYS, remedy);
  if (perFeed !== 'true' && perFeed !== 'false')
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `TIDEMARK_PER_FEED_METRICS is ${JSON.stringify(perFeed)}, wanted true or false.`,
      remedy,
    });
  try {
    return {
      table,
      destinations: check(destinations, JSON.parse(json ?? ''), 'TIDEMARK_DESTINATIONS') as Destination[],
      seenDays,
      quarantineDays,
      perFeedMetrics: perFeed === 'true',
      version: process.env.TIDEMARK_VERSION,
    };
  } catch (thrown) {
    if (thrown instanceof TidemarkError) throw thrown;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'TIDEMARK_DESTINATIONS is missing or not JSON.',
      remedy,
      cause: thrown,
    });
  }
}

function readDays(name: string, usual: string, remedy: string): number {
  const days = process.env[name] ?? usual;
  if (/^[1-9]\d{0,4}$/.test(days)) return Number(days);
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is ${JSON.stringify(days)}, wanted a number of days.`,
    remedy,
  });
}

/** Inputs of the effects of one invocation. */
interface World {
  /** Our clock when the invocation began, in milliseconds. */
  readonly begunAt: number;
  readonly settings: TableSettings;
  readonly host: HostContext;
  readonly telemetry: Telemetry;
  readonly kept: Kept;
  readonly vendor: Vendor;
  readonly heap: HeapSize;
  readonly code: string | undefined;
}

/** The real effects: AWS, the vendor, and this machine's clock. */
function makeEffects({ begunAt, settings, host, telemetry, kept, vendor, heap, code }: World): Effects {
  const { table, firehose, checkpoints } = kept;
  return {
    now: () => Date.now() * MILLISECOND,
    clocks: () => Object.fromEntries([...heardSince(begunAt)].map(([clock, offset]) => [clock, offset * MILLISECOND])),
    random: Math.random,
    sleep: (time) => pause(time / MILLISECOND, host.signal),
    giveWay: () => {
      heap.check();
      return setImmediate();
    },
    remainingTime: () => Math.floor(host.getRemainingTimeInMillis()) * MILLISECOND,
    stopping: () => host.signal?.aborted ?? false,
    code: () => code,
    ...vendor.effects,
    ...tableEffects(table, checkpoints, settings),
    seal: (eventId) => sipHash(kept.sealKey as Uint8Array, Buffer.from(eventId)),
    put: (stream, records, timeout) => firehose.put(stream, records, timeout),
    lookAtStream: (stream, maxAge, timeout) =>
      firehose.look(stream, { maxAge, timeout, now: Date.now() * MILLISECOND }),
    count: (metric, value) => telemetry.count(metric, value),
    log: (level, message, fields) => telemetry.log(level, message, fields),
  };
}

/** The log level of each state: an error needs a person, a warning may resolve itself. */
const LEVEL = {
  'caught-up': 'info',
  more: 'info',
  paused: 'info',
  busy: 'info',
  stopped: 'info',
  forbidden: 'warn',
  refused: 'error',
  failed: 'error',
} as const;

function logReport(telemetry: Telemetry, { warnings, next: _, ...report }: FeedReport): void {
  for (const warning of warnings) telemetry.log('warn', warning, { feed: report.feed });
  telemetry.log(LEVEL[report.state], `Run of ${report.feed}: ${report.state}.`, { ...report });
  if (report.state === 'failed') telemetry.count('Failing', 1);
  if (report.state === 'refused') telemetry.count('Refused', 1);
  if (report.state === 'forbidden') telemetry.count('Forbidden', 1);
}
