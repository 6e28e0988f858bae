import { noBelievedClock } from '../clocks/run-clocks.ts';
import { beginDelivery, flushDue } from '../delivery/deliver-outgoing.ts';
import { caughtUp, failed, outOfTime, type RunOutcome } from '../run/outcome.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { MINUTE } from '../time.ts';
import { commitPosition, flushBehind, saveNotes, withClaims } from './flush-behind.ts';
import type { Run } from './run.ts';

/**
 * Ends a window: raises the watermark and begins the next window. After the last window, waits until everything is delivered and
 * returns the outcome, whose changes are written when the lease is given back.
 *
 * @param events number of events that the window had
 */
export async function finishWindow(run: Run, events = 0): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { progress, notes, effects } = run;
  notes.day.window();
  const end = progress.finishWindow(events);
  if (!end) {
    progress.moved(effects.now());
    if (progress.careful) await commitPosition(run, {});
    else if (flushDue(run) || progress.commitDue(effects.now(), 0)) await flushBehind(run);
    return undefined;
  }
  await beginDelivery(run, saveNotes(run));
  await run.deliveries.finish();
  const position = withClaims(run, progress.takePosition());
  // A backlog is continued at once; the few moments that have passed since the start are not worth it.
  const outcome = endOf(run, end.hasMore && end.risen >= MINUTE);
  return { ...outcome, changes: { ...position, ...outcome.changes } };
}

function endOf({ effects, clocks, lease, progress }: Run, hasMore: boolean): RunOutcome<ReadingCheckpoint> {
  if (!progress.mayRise) return failed(noBelievedClock(clocks), lease.item.failures, effects.now());
  return hasMore ? outOfTime('more') : caughtUp(clocks.now);
}
