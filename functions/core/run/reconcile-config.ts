import type { Effects } from '../effects.ts';
import type { AnyFeed, Destination, Feed } from '../model.ts';
import type { Lease } from '../state/lease.ts';
import { idsOf } from '../state/seen.ts';
import { type FeedCheckpoint, firstCheckpoint } from '../stored/checkpoint.ts';
import { ceilTo, DAY, formatTime, type Instant, type Range } from '../time.ts';

/** How far back a feed without startFrom begins in its first run. */
const DEFAULT_START = DAY;

/** What is configured now, to be compared with what the checkpoint holds. */
interface Configured {
  readonly effects: Effects;
  readonly feed: Feed;
  readonly destinations: readonly Destination[];
}

/** A change of the scope, with the backfill that it needs. */
interface ScopeChange {
  readonly range: Range;
  readonly message: string;
}

/** The checkpoint of a feed that has never run. */
export function newCheckpoint({ feed, effects, destinations }: Configured, start: Instant): FeedCheckpoint {
  const wanted = feed.startFrom ?? start - DEFAULT_START;
  const floor = ceilTo(Math.max(wanted, start - feed.stream.retention), feed.stream.precision);
  effects.log('info', `${feed.name} starts at ${formatTime(floor)}.`, {
    feed: feed.name,
    why:
      wanted > floor - feed.stream.precision
        ? feed.startFrom === undefined
          ? '24 hours before now, as no startFrom is set'
          : 'startFrom'
        : 'the vendor keeps no more',
  });
  return { kind: 'feed', ...firstCheckpoint(floor, idsOf(destinations)) };
}

/** What defines which records a feed gets. */
export function scopeOf(feed: AnyFeed): string {
  return JSON.stringify(feed.source.scope(feed.connection));
}

/** Compares the scope with the stored one. A change leaves a hole in the past, which is reported: nobody else would notice it. */
export function reconcileScope({ feed, effects }: Configured, lease: Lease<FeedCheckpoint>): ScopeChange | undefined {
  const scope = scopeOf(feed);
  const { scope: before, floor, watermark } = lease.item;
  if (before === scope) return undefined;
  if (before === '') {
    lease.note({ scope });
    return undefined;
  }
  // What has been read above the watermark was read under the old scope.
  lease.note({ scope, plan: undefined });
  effects.count('ScopeChanged', 1);
  const command = `tidemark backfill --feed ${feed.name} --from ${formatTime(floor)} --to ${formatTime(watermark)}`;
  return {
    range: { from: floor, to: watermark },
    message:
      `What this feed reads has changed from ${before} to ${scope}. From now on the new is read; ` +
      `what is new in it between ${formatTime(floor)} and ${formatTime(watermark)} needs a backfill of that range: ${command}`,
  };
}

/** A destination that was added starts at the watermark; one that was removed is forgotten. Returns whether one was added. */
export function reconcileDestinations(destinations: readonly Destination[], lease: Lease): boolean {
  const { destinations: since, watermark } = lease.item;
  const added = destinations.filter(({ id }) => since[id] === undefined);
  if (added.length === 0 && Object.keys(since).length === destinations.length) return false;
  lease.note({ destinations: Object.fromEntries(destinations.map(({ id }) => [id, since[id] ?? watermark])) });
  return added.length > 0;
}

/** The same for a feed of events. What was read above the watermark is read again for an added destination. */
export function reconcileFeedDestinations(destinations: readonly Destination[], lease: Lease<FeedCheckpoint>): void {
  if (reconcileDestinations(destinations, lease)) lease.note({ plan: undefined });
}
