import { beginDelivery, flushDue } from '../delivery/deliver-outgoing.ts';
import { caughtUp, outOfTime, type RunOutcome } from '../run/outcome.ts';
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
  const outcome = end.hasMore && end.risen >= MINUTE ? outOfTime('more') : caughtUp(effects.now());
  return { ...outcome, changes: { ...position, ...outcome.changes } };
}
