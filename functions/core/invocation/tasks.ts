import { TidemarkError } from '../errors.ts';
import { type BackfillTask, runBackfill } from '../jobs/backfill.ts';
import { moveFeed } from '../jobs/move-feed.ts';
import { redrive } from '../jobs/redrive.ts';
import { runScheduledVerify } from '../jobs/scheduled-verify.ts';
import { runVerify } from '../jobs/verify.ts';
import { type AnyFeed, type Feed, isSnapshotFeed } from '../model.ts';
import { runFeed } from '../reading/run-feed.ts';
import type { FeedContext } from '../run/feed-context.ts';
import type { FeedReport } from '../run/report.ts';
import { runSnapshot } from '../snapshots/run-snapshot.ts';
import { jobId } from '../stored/job.ts';
import type { Instant, Range } from '../time.ts';

/** The task of an invocation, for each of its feeds. */
export type Task =
  /** Continues live reading. The task of most schedules. */
  | { readonly act: 'run' }
  | ({ readonly act: 'backfill'; readonly id?: string } & Omit<BackfillTask, 'id'>)
  /** Verifies a range. Default: the days that are due. */
  | { readonly act: 'verify'; readonly range?: Range; readonly repair?: boolean }
  /** Sends quarantined entries again: these, or all. */
  | { readonly act: 'redrive'; readonly ids?: readonly string[] }
  /** Moves the watermark by hand. `by`: who says that they move it. */
  | { readonly act: 'move'; readonly to: Instant; readonly by?: string };

/** Performs the task for one feed, as far as there is time. A later invocation continues. */
export async function performTask(task: Task, context: FeedContext<AnyFeed>): Promise<FeedReport> {
  const { feed } = context;
  if (task.act === 'run' && isSnapshotFeed(feed)) return await runSnapshot({ ...context, feed });
  if (task.act === 'redrive') return await redrive(context, task.ids);
  if (isSnapshotFeed(feed)) throw noRange(feed, task.act);
  const ofEvents = { ...context, feed };
  switch (task.act) {
    case 'run':
      return await runFeed(ofEvents);
    case 'backfill':
      return await runBackfill(ofEvents, { ...task, id: task.id ?? idOf(feed, task.range, task.resend) });
    case 'verify':
      if (!task.range) return await runScheduledVerify(ofEvents, task.repair ?? false);
      return await runVerify(ofEvents, { ...task, range: task.range, id: jobId(task.range) });
    case 'move':
      return await moveFeed(ofEvents, task);
  }
}

/** The id of a backfill without one. A backfill with `resend` is another job than one without. */
function idOf({ name }: Feed, range: Range | undefined, resend = false): string {
  if (range) return resend ? `${jobId(range)}-resend` : jobId(range);
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name}: a backfill needs a range, or the id of a backfill that has begun.`,
    remedy: 'Name --from and --to.',
  });
}

function noRange({ name }: AnyFeed, act: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is a snapshot: it has no past at the vendor, so there is no ${act} for it.`,
    remedy: 'Leave it out. Its next run compares the present state with the last one.',
  });
}
