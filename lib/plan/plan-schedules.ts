import { createHash } from 'node:crypto';
import { type ConfiguredConnection, feedsOf } from '../../functions/core/config/connection.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { isSnapshotFeed, type Source } from '../../functions/core/model.ts';
import { DAY, type Duration, formatDuration, HOUR, MINUTE } from '../../functions/core/time.ts';

/** One schedule: whom it invokes, how often, and with what. */
export interface PlannedSchedule {
  /** Tells it from all others of its shard, for as long as it stands for the same. */
  readonly id: string;
  readonly source: string;
  /** Invokes the function that exchanges credentials, not the one that forwards. */
  readonly invokes?: 'rotation';
  readonly every: Duration;
  /** Where it is once a day: at which minute of it, so that nothing is invoked because of a deployment. */
  readonly atMinute?: number;
  readonly input: object;
  readonly description: string;
}

/** How often it is looked whether each feed runs, and how it stands. */
const CENSUS_EVERY = 15 * MINUTE;
/** The day before is verified once; what is too much for one invocation, the next one goes on with. */
const VERIFY_EVERY = HOUR;
/** Scheduler takes 256 KB, and quotes within quotes make it longer. */
const MOST_CENSUS_CHARACTERS = 100_000;

/** All schedules, shard by shard. A connection's shard depends on nothing but its name and how many shards there are. */
export function planSchedules(config: Config, sources: readonly Source[]): PlannedSchedule[][] {
  const { shards } = config.deployment;
  const byShard = Map.groupBy(config.connections, ({ source, id }) => shardOf(`${source}/${id}`, shards));
  return Array.from({ length: shards }, (_, shard) =>
    sources.flatMap((source) => {
      const of = (at: number) => (byShard.get(at % shards) ?? []).filter((one) => one.source === source.id);
      const own = of(shard);
      // A shard that is gone could not say so: the one before it looks at its feeds, too.
      const watched = shards > 1 ? [...own, ...of(shard + 1)] : own;
      return [
        ...own.flatMap((connection) => runs(source, connection)),
        ...own.flatMap((connection) => verification(source, connection)),
        ...own.flatMap((connection) => rotation(source, connection)),
        ...censuses(source, watched),
      ];
    }),
  );
}

/** Each shard bids for each connection: a further one wins its share of them, and none moves between the others. */
export function shardOf(connection: string, shards: number): number {
  const bids = Array.from({ length: shards }, (_, shard) =>
    createHash('sha256').update(`${shard}#${connection}`).digest().readUIntBE(0, 6),
  );
  return bids.indexOf(Math.max(...bids));
}

/** One schedule for all streams of a connection that are due equally often. */
function runs(source: Source, connection: ConfiguredConnection): PlannedSchedule[] {
  const feeds = feedsOf(source, connection).filter(({ enabled }) => enabled);
  return [...Map.groupBy(feeds, ({ every }) => every)].map(([every, due]) => ({
    id: `${connection.id} of ${source.id} every ${cadence(every)}`,
    source: source.id,
    every,
    input: { connection, streams: due.map(({ stream }) => stream.name) },
    description: `Reads ${source.id}/${connection.id} every ${cadence(every)}.`,
  }));
}

/** Asks the vendor once more for what should have been delivered, and tells what is missing. */
function verification(source: Source, connection: ConfiguredConnection): PlannedSchedule[] {
  const events = feedsOf(source, connection).filter((feed) => feed.enabled && !isSnapshotFeed(feed));
  if (events.length === 0) return [];
  return [
    {
      id: `${connection.id} of ${source.id} verified`,
      source: source.id,
      every: VERIFY_EVERY,
      input: { act: 'verify', connection, streams: events.map(({ stream }) => stream.name) },
      description: `Verifies what has been delivered of ${source.id}/${connection.id}.`,
    },
  ];
}

/** Looks once a day whether the credential is due: at a minute that follows from the connection's name. */
function rotation(source: Source, connection: ConfiguredConnection): PlannedSchedule[] {
  if (!connection.rotate) return [];
  const hash = createHash('sha256').update(`${source.id}/${connection.id}`).digest();
  return [
    {
      id: `${connection.id} of ${source.id} rotated`,
      source: source.id,
      invokes: 'rotation',
      every: DAY,
      atMinute: hash.readUInt32BE(0) % (DAY / MINUTE),
      input: { act: 'rotate', connection },
      description: `Exchanges the credential of ${source.id}/${connection.id} when it is due.`,
    },
  ];
}

/** Looks at the checkpoints of all feeds that should run, so that one is noticed that never does. */
function censuses(source: Source, connections: readonly ConfiguredConnection[]): PlannedSchedule[] {
  const feeds = connections.flatMap((connection) => {
    const enabled = feedsOf(source, connection).filter((feed) => feed.enabled);
    const streams = Object.fromEntries(enabled.map((feed) => [feed.stream.name, timingOf(feed)]));
    return enabled.length > 0 ? [[connection.id, streams] as const] : [];
  });
  return inParts(feeds, MOST_CENSUS_CHARACTERS).map((part, at) => ({
    id: `census ${at + 1} of ${source.id}`,
    source: source.id,
    every: CENSUS_EVERY,
    input: { act: 'census', feeds: Object.fromEntries(part) },
    description: `Looks how the feeds of ${source.id} stand.`,
  }));
}

/** How often a feed is due, and how it settles where that is not the stream's own. */
function timingOf(feed: ReturnType<typeof feedsOf>[number]): string | object {
  const every = cadence(feed.every);
  if (isSnapshotFeed(feed) || feed.settle === feed.stream.settle) return every;
  return { every, settle: formatDuration(feed.settle) };
}

function inParts<T>(things: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const thing of things) {
    const length = JSON.stringify(thing).length;
    if (length > room) {
      parts.push([]);
      room = most;
    }
    parts.at(-1)?.push(thing);
    room -= length;
  }
  return parts;
}

/** A duration in the largest unit that it is a whole number of: `5m`, `1h`, `7d`. */
export function cadence(every: Duration): string {
  const [unit, size] = (
    [
      ['d', DAY],
      ['h', HOUR],
    ] as const
  ).find(([, length]) => every % length === 0) ?? ['m', MINUTE];
  return `${every / size}${unit}`;
}
