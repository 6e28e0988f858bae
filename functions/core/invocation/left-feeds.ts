import type { Effects } from '../effects.ts';
import type { Source } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { KnownFeeds } from '../stored/known-feeds.ts';
import { type Duration, formatTime, HOUR, type Instant, MINUTE, SECOND } from '../time.ts';
import type { ConfiguredFeeds } from './census.ts';

/** A feed that has run and is no longer configured: what comes after its watermark is not read. */
export interface LeftFeed {
  readonly feed: string;
  /** When it was found out. */
  readonly since: string;
  readonly watermark: string;
}

/** A feed that left, before that is told. */
export interface Leaving {
  readonly connection: string;
  readonly stream: string;
  readonly watermark: Instant;
}

/** Inputs of the search for feeds that left. */
interface Search {
  readonly effects: Effects;
  readonly source: Source;
  /** The configured feeds of some connections, or of all. */
  readonly configured: ConfiguredFeeds;
  /** The names of feeds that are gone on purpose: they are forgotten. */
  readonly retired: readonly string[];
  /** Tells the SIEM. Returns whether it was told. */
  tell(leaving: Leaving): Promise<boolean>;
}

/** How often it is noted that a connection is configured: each hour, though the census of that hour may come some seconds early. */
const NOTED_EVERY: Duration = 55 * MINUTE;
/**
 * A connection has left if the others were found so much later. Several censuses may share the connections of a source, and each
 * runs every quarter of an hour. The times of two finds are compared, so an outage of all censuses makes nothing look left.
 */
const LEFT_AFTER = 3 * HOUR;

/**
 * Compares the feeds that were configured before with those that are now. So the backlog of a feed is named whose connection was
 * renamed or whose stream was switched off: its schedule and its place in the census are gone, and only its checkpoint stays.
 */
export async function findLeftFeeds(search: Search): Promise<LeftFeed[]> {
  const { effects, configured } = search;
  const known = new Map((await patiently(effects, () => effects.loadKnownFeeds())).map((one) => [one.connection, one]));
  const found = Object.entries(configured).filter(([, streams]) => Object.keys(streams).length > 0);
  const foundAt = Math.min(...found.flatMap(([id]) => known.get(id)?.at ?? []));
  const notes: KnownFeeds[] = [];
  const forgotten: string[] = [];
  const left: LeftFeed[] = [];
  for (const id of new Set([...known.keys(), ...Object.keys(configured)])) {
    const before = known.get(id);
    // Others look at it, or it has left so lately that they may still find it.
    if (before && !(id in configured) && !(Number.isFinite(foundAt) && before.at < foundAt - LEFT_AFTER)) continue;
    const after = await compare(search, id, before, left);
    if (!after && before) forgotten.push(id);
    if (after && JSON.stringify(after) !== JSON.stringify(before)) notes.push(after);
  }
  await patiently(effects, () => effects.noteKnownFeeds(notes, forgotten));
  if (left.length > 0) {
    effects.count('FeedsLeft', left.length);
    effects.log('warn', `${left.length} feeds have run and are no longer configured.`, { left });
  }
  return left;
}

/** The feeds that are known to have left, without a comparison. */
export async function listLeftFeeds(effects: Effects, source: Source): Promise<LeftFeed[]> {
  const found: LeftFeed[] = [];
  for (const { connection, left = [] } of await effects.loadKnownFeeds()) {
    for (const { stream, at } of left) {
      const feed = nameOf(source, stream, connection);
      const item = await effects.load(feed);
      if (item) found.push({ feed, since: formatTime(at), watermark: formatTime(item.watermark) });
    }
  }
  return found;
}

function nameOf({ id }: Source, stream: string, connection: string): string {
  return `${id}/${stream}/${connection}`;
}

/** A throttled table is tried again: a census that fails sets off an alarm. */
async function patiently<T>(effects: Effects, attempt: () => Promise<T>): Promise<T> {
  return await retry(effects, RETRIES.table, effects.now() + effects.remainingTime() - SECOND, attempt);
}

/** Compares one connection. Returns what is known of it now; undefined if nothing has to be remembered. */
async function compare(
  search: Search,
  connection: string,
  before: KnownFeeds | undefined,
  left: LeftFeed[],
): Promise<KnownFeeds | undefined> {
  const { effects, source, configured, retired } = search;
  const now = effects.now();
  const streams = Object.keys(configured[connection] ?? {});
  const gone: string[] = [];
  const told: { stream: string; at: Instant }[] = [];
  for (const stream of before?.streams ?? []) {
    const feed = nameOf(source, stream, connection);
    if (streams.includes(stream) || retired.includes(feed)) continue;
    const item = await patiently(effects, () => effects.load(feed));
    // It has never run, or a person has removed its checkpoint.
    if (!item) continue;
    const { watermark } = item;
    const toldAt = before?.left?.find((one) => one.stream === stream)?.at;
    gone.push(stream);
    left.push({ feed, since: formatTime(toldAt ?? now), watermark: formatTime(watermark) });
    if (toldAt !== undefined || (await search.tell({ connection, stream, watermark }))) {
      told.push({ stream, at: toldAt ?? now });
    }
  }
  if (streams.length + gone.length === 0) return undefined;
  const isNoted = before && (streams.length === 0 || now - before.at < NOTED_EVERY);
  const at = isNoted ? before.at : now;
  return { connection, at, streams: [...streams, ...gone], ...(told.length > 0 && { left: told }) };
}
