import type { Effects } from '../effects.ts';
import type { AnyFeed, Destination, Feed } from '../model.ts';
import type { Lease } from '../state/lease.ts';
import { idsOf } from '../state/seen.ts';
import { type Checkpoint, firstCheckpoint } from '../stored/checkpoint.ts';
import { ceilTo, DAY, formatTime, type Instant, type Range } from '../time.ts';

/** Where a feed starts that has never run and says nothing else. */
const DEFAULT_START = DAY;

/** What a run has to settle with what the runs before it left. */
interface Reconciling {
  readonly effects: Effects;
  readonly feed: Feed;
  readonly destinations: readonly Destination[];
}

export function newCheckpoint({ feed, effects, destinations }: Reconciling, start: Instant): Checkpoint {
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
  // What the feed reads may have to be found out first.
  return firstCheckpoint(floor, '', idsOf(destinations));
}

/** What defines which records a feed gets. */
export function scopeOf(feed: AnyFeed): string {
  return JSON.stringify(feed.source.scope(feed.connection));
}

/** When what defines the feed has changed, its past has a hole, which is said, for nobody else would notice. */
export function reconcileScope(
  { feed, effects }: Reconciling,
  lease: Lease,
): { readonly range: Range; readonly message: string } | undefined {
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

/** A destination added since starts now, at the watermark: what was read above it is read again; one that was removed is forgotten. */
export function reconcileDestinations({ destinations }: Pick<Reconciling, 'destinations'>, lease: Lease): void {
  const { destinations: since, watermark } = lease.item;
  const added = destinations.filter(({ id }) => since[id] === undefined);
  if (added.length === 0 && Object.keys(since).length === destinations.length) return;
  lease.note({ destinations: Object.fromEntries(destinations.map(({ id }) => [id, since[id] ?? watermark])) });
  if (added.length > 0) lease.note({ plan: undefined });
}
