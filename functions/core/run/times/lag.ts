import { isFuture, latestNow } from '../../clocks/believed-clocks.ts';
import type { Effects } from '../../effects.ts';
import { type AnyFeed, isSnapshotFeed } from '../../model.ts';
import type { CommonCheckpoint } from '../../stored/checkpoint.ts';
import { type Duration, HOUR, SECOND } from '../../time.ts';

/**
 * Counts the lag of a feed, and how long the vendor will still keep the records that were not read. Also called if nothing could
 * be read. Returns the lag, which is negative if the watermark is
 * in the future.
 */
export function countLag(effects: Effects, feed: AnyFeed, { watermark }: CommonCheckpoint): Duration {
  const lag = latestNow(effects) - watermark;
  if (isFuture(watermark, effects)) effects.count('FutureWatermark', 1);
  effects.count('LagSeconds', Math.round(lag / SECOND));
  // A snapshot can be read at any time: nothing of it expires.
  if (!isSnapshotFeed(feed)) effects.count('RetentionLeftHours', Math.round((feed.stream.retention - lag) / HOUR));
  return lag;
}
