import type { RunClocks } from '../../clocks/run-clocks.ts';
import type { Effects } from '../../effects.ts';
import type { FeedCheckpoint } from '../../stored/checkpoint.ts';
import { dayOf } from '../../stored/ledger-row.ts';
import { bucketOf } from '../../stored/seen-chunk.ts';
import { DAY, floorTo, formatTime, type Instant, parseInstant, type Range } from '../../time.ts';
import type { FeedContext, LeasedRun } from '../feed-context.ts';
import { newCheckpoint } from '../reconcile-config.ts';

/** A watermark or floor that was in the future, as the range by which it was brought back. */
interface Reset {
  readonly range: Range;
  readonly message: string;
}

/**
 * Brings a watermark or floor back that is in the future: nothing would be read until then. A wrong clock or a person has put it
 * there. The watermark goes back to the last hour of which something was delivered; if there is none, to the floor, or to
 * where a new feed begins. What was delivered since then is known by its keys. Nothing is done while no two clocks agree.
 */
export async function bringBack(
  context: FeedContext,
  { lease, clocks }: Pick<LeasedRun<FeedCheckpoint>, 'lease' | 'clocks'>,
): Promise<Reset | undefined> {
  const { watermark, floor, destinations, folded } = lease.item;
  const latest = Math.max(watermark, floor);
  if (!clocks.agree || !clocks.isFuture(latest)) return undefined;
  context.effects.count('FutureWatermark', 1);
  const to = clocks.isFuture(watermark) ? await lastProven(context, lease.item, clocks) : watermark;
  const since = Object.entries(destinations).map(([id, from]) => [id, Math.min(from, to)] as const);
  const day = floorTo(to - context.feed.overlap, DAY);
  lease.note({
    watermark: to,
    floor: Math.min(floor, to),
    destinations: Object.fromEntries(since),
    plan: undefined,
    ...(folded && { folded: { first: Math.min(folded.first, day), final: Math.min(folded.final, day) } }),
  });
  const what = clocks.isFuture(watermark) ? 'watermark' : 'floor';
  return {
    range: { from: to, to: latest },
    message: `The ${what} of ${context.feed.name} was in the future, at ${formatTime(latest)}. It was brought back to ${formatTime(to)}; what the vendor has since then is read again, and what was delivered is not delivered again.`,
  };
}

/** The time before which everything was read, as far as it can be known. */
async function lastProven(context: FeedContext, { floor }: FeedCheckpoint, clocks: RunClocks): Promise<Instant> {
  const { effects, feed } = context;
  const first = clocks.isFuture(floor) ? undefined : floor;
  const hour = await lastDeliveredHour(effects, feed.name, { from: first ?? 0, to: clocks.latest });
  return Math.max(hour ?? 0, first ?? 0) || newCheckpoint(context, clocks.earliest).floor;
}

/** The last hour of which something was delivered. Seen keys expire, and the ledger stays. */
async function lastDeliveredHour(effects: Effects, feed: string, { from, to }: Range): Promise<Instant | undefined> {
  for await (const { bucket } of effects.loadSeen(feed, { from: bucketOf(from), to: bucketOf(to) }))
    return hourOf(bucket);
  const rows = await effects.loadLedger(feed, dayOf(from), dayOf(to));
  const last = rows.findLast(({ hours }) => hours.length > 0)?.hours.at(-1);
  return last && hourOf(last.hour);
}

function hourOf(bucket: string): Instant | undefined {
  return parseInstant(`${bucket}:00:00Z`);
}
