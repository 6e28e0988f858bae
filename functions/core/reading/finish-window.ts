import type { Feed } from '../model.ts';
import { caughtUp, outOfTime, type RunOutcome } from '../run/outcome.ts';
import type { Changes, ReadingCheckpoint } from '../stored/checkpoint.ts';
import { type Duration, MINUTE } from '../time.ts';
import { widen } from './plan.ts';
import type { Run } from './run.ts';

/**
 * Ends a window: raises the watermark and begins the next window. After the last window, returns the outcome, whose changes
 * are written when the lease is given back.
 */
export async function finishWindow(run: Run): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { feed, lease, progress, notes, observers, effects } = run;
  notes.day.window();
  notes.saveAll(lease, effects.now());
  const { watermark: before } = lease.item;
  const watermark = progress.raised(before);
  const narrowed = widen(feed, lease.item.narrowed);
  // The range that the vendor's answers do not cover yet must be read before any later one.
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
  // A backlog is continued at once; the few moments that have passed since the start are not worth it.
  const more = progress.hasMore && watermark - before >= MINUTE;
  const outcome = more ? outOfTime('more') : caughtUp(effects.now());
  return { ...outcome, changes: { ...changes, ...outcome.changes } };
}

/** The longest distance behind the watermark at which rows are read again. */
export function longestOverlap({ overlap, rereads = [] }: Feed): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap));
}
