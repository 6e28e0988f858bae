import type { AnyFeed } from '../../model.ts';
import type { HeldCheckpoint } from '../../state/lease.ts';
import type { Away } from '../../stored/owed.ts';
import type { Duration, Instant, Range } from '../../time.ts';
import type { FeedContext } from '../feed-context.ts';

/** Maximum number of destinations that a feed remembers after they were removed. */
const MAX_AWAY = 20;

/** A destination with a range of time. */
export interface DestinationRange {
  readonly destination: string;
  readonly range: Range;
}

/** How the configured destinations differ from those of the feed's last run. */
interface DestinationChanges {
  /** Each with the time since which it may lack events. */
  readonly removed: readonly Away[];
  /** Each with the range that was read without it. */
  readonly returned: readonly DestinationRange[];
  /** Whether there are destinations that the feed did not deliver to in its last run. */
  readonly hasAdded: boolean;
}

/**
 * Compares the configured destinations with the checkpoint's. A new one starts at the watermark. Where none is left that has begun
 * before the late events that may still be found, as after a renaming in one step or in two, those that there are start there: nobody
 * else would get these events. One that was removed is remembered: if it returns, it starts where it started before, and the range
 * that was read without it is owed to it.
 *
 * @param overlap how far behind the watermark events may still be found
 */
export function reconcileDestinations(
  { effects, feed, destinations }: FeedContext<AnyFeed>,
  lease: HeldCheckpoint,
  overlap: Duration,
): DestinationChanges {
  const { destinations: known, away = [], streams = [], watermark, floor } = lease.item;
  const added = destinations.filter(({ id }) => known[id] === undefined);
  if (added.length === 0 && Object.keys(known).length === destinations.length) return NO_CHANGES;
  const isConfigured = (id: string) => destinations.some((one) => one.id === id);
  const removed = Object.entries(known)
    .filter(([id]) => !isConfigured(id))
    .map(([id, since]) => ({ id, since, from: Math.max(since, watermark - overlap) }));
  const back = away.filter(({ id }) => isConfigured(id));
  const ownSince = (id: string): Instant => known[id] ?? back.find((one) => one.id === id)?.since ?? watermark;
  const lateFrom = Math.max(Math.min(floor, watermark), watermark - overlap);
  const covered = Math.max(lateFrom, Math.min(...removed.map(({ since }) => since)));
  const isUncovered = removed.length > 0 && !destinations.some(({ id }) => ownSince(id) <= covered);
  const sinceOf = (id: string): Instant => (isUncovered ? Math.min(ownSince(id), lateFrom) : ownSince(id));
  const all = [...away.filter(({ id }) => !isConfigured(id)), ...removed];
  for (const { id } of all.slice(0, -MAX_AWAY)) {
    effects.log('warn', `${feed.name} no longer remembers destination ${id}: if it returns, it starts as a new one.`, {
      feed: feed.name,
    });
  }
  const remembered = all.slice(-MAX_AWAY);
  lease.note({
    destinations: Object.fromEntries(destinations.map(({ id }) => [id, sinceOf(id)])),
    away: remembered.length > 0 ? remembered : undefined,
    streams: streams.filter(({ id }) => isConfigured(id) || remembered.some((one) => one.id === id)),
  });
  const returned = back.map(({ id, from }) => ({ destination: id, range: { from, to: Math.max(from, watermark) } }));
  return { removed, returned, hasAdded: added.length > 0 || isUncovered };
}

const NO_CHANGES: DestinationChanges = { removed: [], returned: [], hasAdded: false };

/** Does what notes and tells of changed destinations. If that cannot be told now, nothing of it stays noted, and the next run finds the same. */
export async function notedIfTold<T>(lease: HeldCheckpoint, work: () => Promise<T>): Promise<T> {
  const { destinations, away, streams } = lease.item;
  try {
    return await work();
  } catch (thrown) {
    lease.note({ destinations, away, streams });
    throw thrown;
  }
}
