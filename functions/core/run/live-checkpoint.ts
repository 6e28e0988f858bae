import { earliestNow } from '../clocks/believed-clocks.ts';
import { acquire, type Lease, loadCheckpoint } from '../state/lease.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import type { FeedContext } from './feed-context.ts';
import { newCheckpoint } from './reconcile-config.ts';

/** The checkpoint of the live feed. It is created if there is none, because jobs need the live feed's floor and watermark. */
export async function liveCheckpoint(context: FeedContext): Promise<FeedCheckpoint> {
  const { effects, feed, owner, leaseUntil } = context;
  const found = await loadCheckpoint<FeedCheckpoint>(effects, feed.name, 'feed');
  if (found) return found;
  const fresh = () => newCheckpoint(context, earliestNow(effects));
  const request = { key: feed.name, kind: 'feed', owner, leaseUntil, fresh } as const;
  const taken = await acquire<FeedCheckpoint>(effects, request, undefined);
  if ('busyUntil' in taken) return taken.found;
  await taken.lease.release({});
  return taken.lease.item;
}

/** Gives back the live feed's lease, under which a job has worked. A failure does not undo the work of the job. */
export async function giveLiveBack({ effects, feed }: FeedContext, live: Lease<FeedCheckpoint>): Promise<void> {
  try {
    await live.release({});
  } catch (thrown) {
    effects.log('warn', 'The live feed’s lease could not be given back; it runs out by itself.', {
      feed: feed.name,
      error: String(thrown),
    });
  }
}
