import type { Feed } from '../model.ts';
import { caughtUp, outOfTime, type RunOutcome } from '../run/outcome.ts';
import type { Changes, ReadingCheckpoint } from '../stored/checkpoint.ts';
import { type Duration, MINUTE } from '../time.ts';
import { widen } from './plan.ts';
import type { Run } from './run.ts';

/**
 * Ends a window: raises the watermark and begins the next window. Returns the outcome after the last window, whose changes are
 * written together with the lease's return.
 */
export async function finishWindow(run: Run): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { feed, lease, progress, notes, observers, effects } = run;
  notes.day.window();
  notes.saveAll(lease, effects.now());
  const { watermark: before } = lease.item;
  const watermark = progress.raised(before);
  const narrowed = widen(feed, lease.item.narrowed);
  // What the vendor has not answered for yet must be read again before anything after it may count.
  const next = watermark >= progress.window.to ? progress.nextPlan(narrowed) : undefined;
  const { marks } = observers;
  const changes: Changes<ReadingCheckpoint> = {
    watermark,
    plan: next,
    narrowed,
    broken: narrowed === undefined ? undefined : lease.item.broken,
    unordered: progress.stored.unordered,
    waitsInPlace: undefined,
    ...(lease.item.kind === 'feed' && { reread: progress.rereadsDone(lease.item) }),
    ...(marks.changed && { claims: marks.claimsSince(watermark - longestOverlap(feed)) }),
  };
  if (next) {
    await lease.commit(changes);
    progress.nextWindow(next);
    return undefined;
  }
  // A rest of a backlog is worth going on at once; the few moments that have passed meanwhile are not.
  const more = progress.hasMore && watermark - before >= MINUTE;
  const outcome = more ? outOfTime('more') : caughtUp(effects.now());
  return { ...outcome, changes: { ...changes, ...outcome.changes } };
}

/** How far behind the watermark a row may still be read again. */
export function longestOverlap({ overlap, rereads = [] }: Feed): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap));
}
