import { createHash } from 'node:crypto';
import { type ConfiguredConnection, feedsOf } from '../../functions/core/config/connection.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { isSnapshotFeed, type Source } from '../../functions/core/model.ts';
import { DAY, type Duration, formatDuration, HOUR, MINUTE } from '../../functions/core/time.ts';

/** One schedule: the function that it invokes, how often, and with which input. */
export interface PlannedSchedule {
  /** Unique within the shard, and stable for as long as the schedule has the same purpose. */
  readonly id: string;
  readonly source: string;
  /** Set if it invokes the function that rotates credentials instead of the one that forwards. */
  readonly invokes?: 'rotation';
  readonly every: Duration;
  /** For a daily schedule: the minute of the day. A rate would also invoke the function right after a deployment. */
  readonly atMinute?: number;
  readonly input: object;
  readonly description: string;
}

/** How often the census checks that each feed runs, and how far behind it is. */
const CENSUS_EVERY = 15 * MINUTE;
/** The days that are due are verified once a day. If one invocation cannot finish that, the next one continues. */
const VERIFY_EVERY = HOUR;
/** EventBridge Scheduler accepts 256 KB of input; escaped quotes make the stored text longer. */
const MOST_CENSUS_CHARACTERS = 100_000;

/** All schedules, by shard. A connection's shard depends only on its name and on the number of shards. */
export function planSchedules(config: Config, sources: readonly Source[]): PlannedSchedule[][] {
  const { shards } = config.deployment;
  const byShard = Map.groupBy(config.connections, ({ source, id }) => shardOf(`${source}/${id}`, shards));
  return Array.from({ length: shards }, (_, shard) =>
    sources.flatMap((source) => {
      const of = (at: number) => (byShard.get(at % shards) ?? []).filter((one) => one.source === source.id);
      const own = of(shard);
      // A deleted shard cannot report that it is missing, so the previous shard also checks its feeds.
      const watched = shards > 1 ? [...own, ...of(shard + 1)] : own;
      return [
        ...own.flatMap((connection) => runs(source, connection)),
        ...own.flatMap((connection) => verification(source, connection)),
        ...own.flatMap((connection) => rotation(source, connection)),
        ...censuses(source, watched, config.deployment.retiredFeeds),
      ];
    }),
  );
}

/** Rendezvous hashing: a new shard takes only its share of the connections, and none moves between the other shards. */
export function shardOf(connection: string, shards: number): number {
  const bids = Array.from({ length: shards }, (_, shard) =>
    createHash('sha256').update(`${shard}#${connection}`).digest().readUIntBE(0, 6),
  );
  return bids.indexOf(Math.max(...bids));
}

/** One schedule for all streams of a connection with the same cadence. */
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

/** Asks the vendor again for what should have been delivered, and reports what is missing. */
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

/** Checks once a day whether the credential is due for rotation, at a minute derived from the connection's name. */
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

/** Checks the checkpoints of all feeds that should run, so that a feed that never runs is noticed; and whether feeds are gone that have run. */
function censuses(
  source: Source,
  connections: readonly ConfiguredConnection[],
  retiredFeeds: readonly string[],
): PlannedSchedule[] {
  const retired = retiredFeeds.filter((feed) => feed.startsWith(`${source.id}/`));
  // A connection of which everything is switched off is named all the same: its feeds may have run before.
  const feeds = connections.map((connection) => {
    const enabled = feedsOf(source, connection).filter((feed) => feed.enabled);
    return [connection.id, Object.fromEntries(enabled.map((feed) => [feed.stream.name, timingOf(feed)]))] as const;
  });
  return inParts(feeds, MOST_CENSUS_CHARACTERS).map((part, at) => ({
    id: `census ${at + 1} of ${source.id}`,
    source: source.id,
    every: CENSUS_EVERY,
    input: { act: 'census', feeds: Object.fromEntries(part), ...(retired.length > 0 && { retired }) },
    description: `Looks how the feeds of ${source.id} stand.`,
  }));
}

/** The cadence of a feed, and its settle time if it differs from the stream's default. */
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

/** A duration in the largest unit that divides it: `5m`, `1h`, `7d`. */
export function cadence(every: Duration): string {
  const [unit, size] = (
    [
      ['d', DAY],
      ['h', HOUR],
    ] as const
  ).find(([, length]) => every % length === 0) ?? ['m', MINUTE];
  return `${every / size}${unit}`;
}
