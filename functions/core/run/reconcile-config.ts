import { isFuture } from '../clocks/believed-clocks.ts';
import type { Effects } from '../effects.ts';
import { TidemarkError } from '../errors.ts';
import type { AnyFeed, Destination, Feed } from '../model.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import { idsOf } from '../state/seen.ts';
import { type FeedCheckpoint, firstCheckpoint } from '../stored/checkpoint.ts';
import { ceilTo, DAY, formatTime, type Instant, type Range } from '../time.ts';

/** Default start of a feed's first run, before the present. */
const DEFAULT_START = DAY;

/** The present configuration, which is compared with the checkpoint. */
interface Configured {
  readonly effects: Effects;
  readonly feed: Feed;
  readonly destinations: readonly Destination[];
}

/** A change of the scope, with the backfill that it needs. */
interface ScopeChange {
  readonly scope: string;
  readonly range: Range;
  readonly message: string;
}

/**
 * The checkpoint of a feed that has never run.
 *
 * @param start the present by the earliest believed clock
 */
export function newCheckpoint({ feed, effects, destinations }: Configured, start: Instant): FeedCheckpoint {
  if (feed.startFrom !== undefined && isFuture(feed.startFrom, effects)) throw futureStart(feed, start);
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

function futureStart({ name, stream, startFrom = 0 }: Feed, now: Instant): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `$.streams.${stream.name}.startFrom of ${name}: there is ${formatTime(startFrom)}, which is in the future: now it is ${formatTime(now)}.`,
    remedy: 'Set a time in the past, or leave it out to start 24 hours before the first run.',
  });
}

/** A `startFrom` that was set to an earlier time after the first run has no effect. The backfill that has, as long as the vendor keeps the records. */
export function unreadStart({ feed }: Pick<Configured, 'feed'>, floor: Instant, now: Instant): string | undefined {
  const { name, startFrom, stream } = feed;
  const from = Math.max(startFrom ?? floor, ceilTo(now - stream.retention, stream.precision));
  if (from >= floor) return undefined;
  const [wanted, begun] = [formatTime(from), formatTime(floor)];
  return (
    `This feed has begun at ${begun}, and an earlier startFrom changes nothing. If the events from ${wanted} on were ` +
    `not read since, read them: tidemark backfill --feed ${name} --from ${wanted} --to ${begun}`
  );
}

/** The settings that determine which records a feed gets, as text. */
export function scopeOf(feed: AnyFeed): string {
  return JSON.stringify(feed.source.scope(feed.connection));
}

/**
 * Compares the scope with the stored one. A change leaves a gap in the past, which would go unnoticed if it were not reported: the
 * new scope is to be noted only when it is.
 */
export function reconcileScope(
  { feed, effects }: Configured,
  lease: HeldCheckpoint<FeedCheckpoint>,
): ScopeChange | undefined {
  const scope = scopeOf(feed);
  const { scope: before, floor, watermark } = lease.item;
  if (before === scope) return undefined;
  if (before === '') {
    lease.note({ scope });
    return undefined;
  }
  // Everything above the watermark was read with the old scope.
  lease.note({ plan: undefined });
  effects.count('ScopeChanged', 1);
  const command = `tidemark backfill --feed ${feed.name} --from ${formatTime(floor)} --to ${formatTime(watermark)}`;
  return {
    scope,
    range: { from: floor, to: watermark },
    message:
      `What this feed reads has changed from ${before} to ${scope}. The new scope is read from now on; ` +
      `its new records between ${formatTime(floor)} and ${formatTime(watermark)} need a backfill: ${command}`,
  };
}
