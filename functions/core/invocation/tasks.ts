import { TidemarkError } from '../errors.ts';
import { type BackfillTask, runBackfill } from '../jobs/backfill.ts';
import { moveFeed } from '../jobs/move-feed.ts';
import { redrive } from '../jobs/redrive.ts';
import { latestDay, runVerify } from '../jobs/verify.ts';
import { type AnyFeed, type Feed, isSnapshotFeed } from '../model.ts';
import { runFeed } from '../reading/run-feed.ts';
import type { FeedContext } from '../run/feed-context.ts';
import { liveCheckpoint } from '../run/live-checkpoint.ts';
import type { FeedReport } from '../run/report.ts';
import { runSnapshot } from '../snapshots/run-snapshot.ts';
import { jobId } from '../stored/job.ts';
import type { Instant, Range } from '../time.ts';

/** What an invocation is to do with each of its feeds. */
export type Task =
  /** Read on: what schedules ask for. */
  | { readonly act: 'run' }
  | ({ readonly act: 'backfill'; readonly id?: string } & Omit<BackfillTask, 'id'>)
  /** Without a range: the latest whole day that can be verified. */
  | { readonly act: 'verify'; readonly range?: Range; readonly repair?: boolean }
  /** Sends again what lies in quarantine: these entries, or all. */
  | { readonly act: 'redrive'; readonly ids?: readonly string[] }
  /** Moves the watermark by hand. */
  | { readonly act: 'move'; readonly to: Instant };

/** Does it. Whatever the act, it works in the time it is given, and a later invocation goes on. */
export async function performTask(act: Task, task: FeedContext<AnyFeed>): Promise<FeedReport> {
  const { feed } = task;
  if (act.act === 'run' && isSnapshotFeed(feed)) return await runSnapshot({ ...task, feed });
  if (act.act === 'redrive') return await redrive(task, act.ids);
  if (isSnapshotFeed(feed)) throw noRange(feed, act.act);
  const own = { ...task, feed };
  switch (act.act) {
    case 'run':
      return await runFeed(own);
    case 'backfill':
      return await runBackfill(own, { ...act, id: act.id ?? idOf(feed, act.range, act.resend) });
    case 'verify': {
      const range = act.range ?? latestDay(feed, await liveCheckpoint(own));
      return await runVerify(own, { ...act, range, id: jobId(range), once: act.range === undefined });
    }
    case 'move':
      return await moveFeed(own, act.to);
  }
}

/** What is sent again is another job than what is filled in. */
function idOf({ name }: Feed, range: Range | undefined, resend = false): string {
  if (range) return resend ? `${jobId(range)}-resend` : jobId(range);
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name}: a backfill takes a range, or the id of one that has begun.`,
    remedy: 'Name --from and --to.',
  });
}

function noRange({ name }: AnyFeed, act: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is a snapshot: it has no past at the vendor, so there is no ${act} for it.`,
    remedy: 'Leave it out. Its next run compares how things are with how they were.',
  });
}
