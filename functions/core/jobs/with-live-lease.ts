import type { Flush, Flushed } from '../delivery/flush.ts';
import { PauseError } from '../errors.ts';
import type { Run } from '../reading/run.ts';
import type { Asker } from '../requests/ask.ts';
import type { FeedContext } from '../run/feed-context.ts';
import { giveLiveBack } from '../run/live-checkpoint.ts';
import { seenOf } from '../run/start-sending.ts';
import { acquire, type Lease, loadCheckpoint } from '../state/lease.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import { type Duration, SECOND } from '../time.ts';

/** Interval of checks whether the live feed's run has ended. */
const CHECK_EVERY: Duration = SECOND / 2;
/** Pause of the job if the live feed's run does not end during ours. */
const COME_BACK: Duration = 10 * SECOND;

/**
 * Delivers a job's flush while it holds the live feed's lease. First removes the events that were delivered meanwhile, because
 * the live feed may have read the same records. While it waits for the lease, nothing is delivered.
 */
export async function flushWithLiveLease(context: FeedContext, run: Run, flush: Flush): Promise<Flushed> {
  return await withLiveLease(context, run.asker, async () => {
    const fresh = seenOf(context);
    run.tally.suppressed += await flush.dropDelivered(fresh);
    return await flush.deliver(run.endBy);
  });
}

/** Does work while holding the live feed's lease. Noted changes are written when the lease is given back. */
export async function withLiveLease<T>(
  context: FeedContext,
  asker: Asker,
  work: (live: Lease<FeedCheckpoint>) => Promise<T>,
): Promise<T> {
  const live = await takeLive(context, asker);
  try {
    return await work(live);
  } finally {
    await giveLiveBack(context, live);
  }
}

/** Waits for the live feed's run to end, if it ends soon. */
async function takeLive(
  { effects, feed, owner, leaseUntil }: FeedContext,
  { stopAt }: Asker,
): Promise<Lease<FeedCheckpoint>> {
  const key = feed.name;
  for (;;) {
    const live = await loadCheckpoint<FeedCheckpoint>(effects, key, 'feed');
    if (!live) throw new Error(`${key} has no checkpoint`);
    const request = { key, kind: 'feed', owner, leaseUntil, fresh: () => live } as const;
    const taken = await acquire<FeedCheckpoint>(effects, request, live);
    if ('lease' in taken) return taken.lease;
    const now = effects.now();
    if (now + CHECK_EVERY > stopAt || effects.stopping()) {
      throw new PauseError(Math.min(taken.busyUntil, now + COME_BACK), 'the live feed is at work', false);
    }
    await effects.sleep(CHECK_EVERY);
  }
}
