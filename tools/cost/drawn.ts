import { feedsOf } from '../../functions/core/config/connection.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { isSnapshotFeed, type Source } from '../../functions/core/model.ts';
import { DAY, type Duration } from '../../functions/core/time.ts';
import type { DeliverySign } from '../../functions/destinations/delivery-signs.ts';
import { type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import { planSchedules } from '../../lib/plan/plan-schedules.ts';
import { CONDITIONS } from '../../lib/watching/conditions.ts';
import { QUEUE_SIGNS } from '../../lib/watching/notification-alarms.ts';
import { total } from './costs.ts';

/** A schedule that reads some streams of a connection. */
export interface Runs {
  readonly source: string;
  readonly aDay: number;
  readonly streams: readonly string[];
  /** The overlap of each stream that has events. */
  readonly overlaps: readonly Duration[];
}

/** Everything of a configuration that AWS bills. */
export interface Drawn {
  readonly runs: readonly Runs[];
  readonly verifications: readonly {
    readonly source: string;
    readonly aDay: number;
    readonly streams: readonly string[];
  }[];
  readonly censuses: readonly {
    readonly aDay: number;
    readonly feeds: number;
    /** The connections that it notes (each by one of those that look at it), and all of its source. */
    readonly connections: number;
    readonly known: number;
  }[];
  readonly connections: Readonly<Record<string, number>>;
  readonly destinations: DrawnDestinations;
  readonly memoryMb: number;
  readonly logDays: number;
  /** Only warnings, errors and metrics are written. */
  readonly quiet: boolean;
  readonly seenDays: number;
  /** How long archived events are kept. If they are never deleted, the storage after a year is shown. */
  readonly archiveDays: number;
  readonly secrets: number;
  readonly fixed: Fixed;
}

export interface DrawnDestinations {
  readonly all: number;
  /** Those whose events are kept in the archive. */
  readonly archived: number;
  /** Those of them whose objects are announced in a queue. */
  readonly announced: number;
  /** Those that take one event a record, without tables. */
  readonly onePerRecord: number;
  /** Those that are tables, each with its share of the events' bytes and its requests to S3 each time it is written. */
  readonly tables: readonly { readonly bytes: number; readonly puts: number }[];
  /** How often a day they read their secrets, one stream of each. */
  readonly secretCalls: number;
}

/** What is paid for whether anything happens or not. */
export interface Fixed {
  /** The metrics of all alarms: an alarm that computes with two metrics is billed as two. */
  readonly alarmMetrics: number;
  readonly dashboards: number;
  readonly keys: number;
  /** In a month. Nothing is started unless somebody asks for it. */
  readonly transitions: number;
}

/** Alarms of a whole deployment: about the queue of missed invocations, and about backfills that gave up. */
const COMMON_ALARMS = 2;
const DASHBOARDS = 1;
/** The key that signs evidence. Signing costs less than a cent a month. */
const EVIDENCE_KEYS = 1;
const TRANSITIONS = 0;

/** Counts what lib/ draws for a configuration. */
export function drawnFor(
  config: Config,
  sources: readonly Source[],
  destinationTypes: readonly DestinationType[],
): Drawn {
  const { connections, destinations, deployment } = config;
  const used = sources.filter((source) => connections.some((connection) => connection.source === source.id));
  // The function that rotates credentials is invoked once a day: less than a cent a month.
  const all = planSchedules(config, used)
    .flat()
    .filter(({ invokes }) => invokes !== 'rotation');
  const inputOf = (input: object) => input as Input;
  const [runs, jobs] = [all.filter(({ input }) => !inputOf(input).act), all.filter(({ input }) => inputOf(input).act)];
  const types = destinations.map((destination) => typeOf(destinationTypes, destination));
  const announced = destinations.filter((destination, at) => types[at]?.notificationsOf?.(destination)?.sqs).length;
  const signs = destinations.flatMap((destination, at) => types[at]?.delivery(destination).signs ?? []);
  return {
    runs: runs.map(({ source, every, input }) => {
      const { connection, streams = [] } = inputOf(input);
      const feeds = feedsOf(sourceOf(sources, source), connection).filter(({ stream }) =>
        streams.includes(stream.name),
      );
      const overlaps = feeds.flatMap((feed) => (isSnapshotFeed(feed) ? [] : [feed.overlap]));
      return { source, aDay: DAY / every, streams, overlaps };
    }),
    verifications: jobs
      .filter(({ input }) => inputOf(input).act === 'verify')
      .map(({ source, every, input }) => ({ source, aDay: DAY / every, streams: inputOf(input).streams ?? [] })),
    censuses: jobs
      .filter(({ input }) => inputOf(input).act === 'census')
      .map(({ source, every, input }) => ({
        aDay: DAY / every,
        feeds: feedsIn(inputOf(input).feeds),
        connections: Object.keys(inputOf(input).feeds ?? {}).length / (deployment.shards > 1 ? 2 : 1),
        known: connections.filter((connection) => connection.source === source).length,
      })),
    connections: Object.fromEntries(
      used.map(({ id }) => [id, connections.filter((connection) => connection.source === id).length]),
    ),
    destinations: {
      all: types.length,
      archived: types.filter(({ cost }) => cost.archived).length,
      announced,
      onePerRecord: destinations.filter(({ shape }, at) => shape.onePerRecord && !types[at]?.cost.table).length,
      tables: types.flatMap(({ cost: { table } }) =>
        table ? [{ bytes: table.bytes.value, puts: table.puts.value }] : [],
      ),
      secretCalls: total(types.map(({ cost }) => cost.secretCalls?.value ?? 0)),
    },
    memoryMb: deployment.memoryMb,
    logDays: deployment.logRetentionDays,
    quiet: deployment.logLevel === 'warn' || deployment.logLevel === 'error',
    seenDays: deployment.seenDays,
    archiveDays: deployment.archiveDays ?? A_YEAR,
    secrets:
      new Set(connections.map(({ secret }) => secret)).size +
      destinations.filter((one, at) => types[at]?.secret?.nameOf(one) !== undefined).length,
    fixed: {
      alarmMetrics:
        total(used.map((source) => alarmsOf(source, config, signs))) + COMMON_ALARMS + announced * QUEUE_SIGNS.length,
      dashboards: DASHBOARDS,
      keys: EVIDENCE_KEYS + (deployment.alarms.topicArn === undefined ? 1 : 0),
      transitions: TRANSITIONS,
    },
  };
}

const A_YEAR = 365;

interface Input {
  readonly act?: string;
  readonly connection: Config['connections'][number];
  readonly streams?: readonly string[];
  readonly feeds?: Readonly<Record<string, object>>;
}

function sourceOf(sources: readonly Source[], id: string): Source {
  return sources.find((source) => source.id === id) as Source;
}

function feedsIn(feeds: Input['feeds'] = {}): number {
  return Object.values(feeds).reduce((count, streams) => count + Object.keys(streams).length, 0);
}

function alarmsOf({ id }: Source, { connections }: Config, signs: readonly DeliverySign[]): number {
  const rotates = connections.some(({ source, rotate }) => source === id && rotate);
  const conditions = CONDITIONS.filter(({ rotation }) => rotates || !rotation);
  return total([...conditions, ...signs].map(({ metrics }) => Object.keys(metrics).length));
}
