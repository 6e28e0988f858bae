import { type BackfillOrder, runBackfill } from './backfill.ts';
import { TidemarkError } from './errors.ts';
import { jobId } from './jobs.ts';
import { liveCheckpoint } from './live-checkpoint.ts';
import { type AnyFeed, type Feed, isSnapshotFeed } from './model.ts';
import { moveFeed } from './move-feed.ts';
import { redrive } from './redrive.ts';
import type { FeedReport } from './report.ts';
import { runFeed } from './run-feed.ts';
import { runSnapshot } from './run-snapshot.ts';
import type { Instant, Range } from './time.ts';
import type { FeedTask } from './under-lease.ts';
import { latestDay, runVerify } from './verify.ts';

/** What an invocation is to do with each of its feeds. */
export type Act =
  /** Read on: what schedules ask for. */
  | { readonly act: 'run' }
  | ({ readonly act: 'backfill'; readonly id?: string } & Omit<BackfillOrder, 'id'>)
  /** Without a range: the latest whole day that can be verified. */
  | { readonly act: 'verify'; readonly range?: Range; readonly repair?: boolean }
  /** Sends again what lies in quarantine: these entries, or all. */
  | { readonly act: 'redrive'; readonly ids?: readonly string[] }
  /** Moves the watermark by hand. */
  | { readonly act: 'move'; readonly to: Instant };

/** Does it. Whatever the act, it works in the time it is given, and a later invocation goes on. */
export async function perform(act: Act, task: FeedTask<AnyFeed>): Promise<FeedReport> {
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
  throw new TidemarkError(
    'config',
    'processing',
    `${name}: a backfill takes a range, or the id of one that has begun.`,
    'Name --from and --to.',
  );
}

function noRange({ name }: AnyFeed, act: string): TidemarkError {
  return new TidemarkError(
    'config',
    'processing',
    `${name} is a snapshot: it has no past at the vendor, so there is no ${act} for it.`,
    'Leave it out. Its next run compares how things are with how they were.',
  );
}
