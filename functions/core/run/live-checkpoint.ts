import { acquire, type Lease } from '../state/lease.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import type { FeedContext } from './feed-context.ts';
import { newCheckpoint } from './reconcile-config.ts';

/** Jobs go by where the live feed stands, which therefore has to have a floor and a watermark. */
export async function liveCheckpoint(task: FeedContext): Promise<Checkpoint> {
  const { effects, feed, owner, leaseUntil } = task;
  const found = await effects.load(feed.name);
  if (found) return found;
  const fresh = () => newCheckpoint(task, effects.now());
  const taken = await acquire(effects, { key: feed.name, owner, leaseUntil, fresh }, undefined);
  if ('busyUntil' in taken) return taken.found;
  await taken.lease.release({});
  return taken.lease.item;
}

/** Gives back the live feed's lease, under which a job has worked. What the job has done counts also when that fails. */
export async function giveLiveBack({ effects, feed }: FeedContext, live: Lease): Promise<void> {
  try {
    await live.release({});
  } catch (thrown) {
    effects.log('warn', 'The live feed’s lease could not be given back; it runs out by itself.', {
      feed: feed.name,
      error: String(thrown),
    });
  }
}
