import { PauseError } from '../errors.ts';
import type { Run } from '../reading/run.ts';
import type { Asker } from '../requests/ask.ts';
import type { FeedContext } from '../run/feed-context.ts';
import { giveLiveBack } from '../run/live-checkpoint.ts';
import { seenOf } from '../run/start-sending.ts';
import { acquire, type Lease } from '../state/lease.ts';
import { type Duration, SECOND } from '../time.ts';

/** How often we look whether the live feed has ended its run. */
const LOOK_AGAIN: Duration = SECOND / 2;
/** When it has not by the end of ours, we come back so much later. */
const COME_BACK: Duration = 10 * SECOND;

/**
 * Delivers a job's flush while we hold the live feed's lease, after another look at what was delivered: the live feed may have
 * read the same records since they were looked up, and while it waits for us it delivers nothing.
 */
export async function flushWithLiveLease<T>(task: FeedContext, run: Run, flush: () => Promise<T>): Promise<T> {
  return await withLiveLease(task, run.asker, async () => {
    const fresh = seenOf(task);
    await fresh.open();
    run.tally.suppressed += await run.outgoing.dropDelivered(fresh);
    return await flush();
  });
}

/** Does something while we hold the live feed's lease; what is noted on it is written when it is given back. */
export async function withLiveLease<T>(task: FeedContext, asker: Asker, work: (live: Lease) => Promise<T>): Promise<T> {
  const live = await takeLive(task, asker);
  try {
    return await work(live);
  } finally {
    await giveLiveBack(task, live);
  }
}

/** Waits for the live feed's run to end, if that is soon. */
async function takeLive({ effects, feed, owner, leaseUntil }: FeedContext, { stopAt }: Asker): Promise<Lease> {
  for (;;) {
    const live = await effects.load(feed.name);
    if (!live) throw new Error(`${feed.name} has no checkpoint`);
    const held = await acquire(effects, { key: feed.name, owner, leaseUntil, fresh: () => live }, live);
    if ('lease' in held) return held.lease;
    const now = effects.now();
    if (now + LOOK_AGAIN > stopAt || effects.stopping()) {
      throw new PauseError(Math.min(held.busyUntil, now + COME_BACK), 'the live feed is at work', false);
    }
    await effects.sleep(LOOK_AGAIN);
  }
}
