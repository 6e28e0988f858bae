import type { Feed } from '../model.ts';
import { caughtUp, outOfTime, type RunOutcome } from '../run/outcome.ts';
import type { Changes } from '../stored/checkpoint.ts';
import { type Duration, MINUTE } from '../time.ts';
import { noteDone } from './note-done.ts';
import { doneRereads, nextWindow, raisedWatermark, widen } from './plan.ts';
import type { Run } from './run.ts';

/** The window is done: the watermark rises, and the next window is set out. After the last one that waits for the lease's return. */
export async function finishWindow(run: Run): Promise<RunOutcome | undefined> {
  const { feed, lease } = run;
  run.dayNotes.window();
  noteDone(run);
  const { watermark: before } = lease.item;
  const watermark = raisedWatermark(feed, before, run.plan);
  const narrowed = widen(feed, lease.item.narrowed);
  // What the vendor has not answered for yet must be read again before anything after it may count.
  const proven = watermark >= run.plan.window.to;
  const plan = proven ? nextWindow(feed, run.plan, narrowed) : undefined;
  const changes: Changes = {
    watermark,
    plan,
    narrowed,
    broken: narrowed === undefined ? undefined : lease.item.broken,
    unordered: run.unordered || undefined,
    waitsInPlace: undefined,
    reread: doneRereads(feed, lease.item, run.plan),
    ...(run.marks.changed && { claims: run.marks.claimsSince(watermark - longestOverlap(feed)) }),
  };
  if (plan) {
    await lease.commit(changes);
    run.plan = plan;
    return undefined;
  }
  // Some of a backlog is worth going on at once; the few moments that have passed meanwhile are not.
  const more = run.plan.window.to < run.plan.to && watermark - before >= MINUTE;
  const ending = more ? outOfTime('more') : caughtUp(run.effects.now());
  return { ...ending, changes: { ...changes, ...ending.changes } };
}

/** How far behind the watermark a row may still be read again. */
function longestOverlap({ overlap, rereads = [] }: Feed): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap));
}
