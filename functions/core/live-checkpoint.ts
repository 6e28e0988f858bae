import { acquire, type Checkpoint } from './checkpoint.ts';
import { newCheckpoint } from './settle-in.ts';
import type { FeedTask } from './under-lease.ts';

/** Jobs go by where the live feed stands, which therefore has to have a floor and a watermark. */
export async function liveCheckpoint(task: FeedTask): Promise<Checkpoint> {
  const { effects, feed } = task;
  const found = await effects.load(feed.name);
  if (found) return found;
  const fresh = () => newCheckpoint(task, effects.now());
  const taken = await acquire(effects, feed.name, task.owner, task.leaseUntil, undefined, fresh);
  if ('busyUntil' in taken) return taken.found;
  await taken.lease.release({});
  return taken.lease.item;
}
