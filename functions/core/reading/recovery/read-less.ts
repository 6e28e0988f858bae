import { sendSelfEvent } from '../../delivery/send-self-event.ts';
import type { RunOutcome } from '../../run/outcome.ts';
import type { ReadingCheckpoint } from '../../stored/checkpoint.ts';
import { formatTime } from '../../time.ts';
import { finishWindow } from '../finish-window.ts';
import { commitPosition } from '../flush-behind.ts';
import { firstWindow, halve } from '../plan.ts';
import { wholeSteps } from '../recover.ts';
import type { Run } from '../run.ts';

/** Number of runs that must have died of the smallest window before it is given up. */
const DEATHS_BEFORE_GIVING_UP = 3;

/** How often a window is halved at most after one death: the run has time for so many small ones. */
const MOST_HALVINGS = 5;

/**
 * Prepares a run after one that died. What that one was reading may kill this one, too: the window is halved, more often with each
 * death, and each window is committed before the next one is read. So the window at which the next run finds the plan is the one to
 * blame. The smallest window is given up in the end. Returns the outcome if the run has ended.
 */
export async function readLessAtATime(run: Run): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { feed, lease, progress, effects } = run;
  const { died = 0, diedAtSmallest: before = 0 } = lease.item;
  const range = progress.left ?? progress.window;
  progress.careful = { until: range.to, longest: range.to - range.from };
  const wasSmallest = lease.item.plan !== undefined && halve(feed, range) === undefined;
  const diedAtSmallest = wasSmallest ? before + 1 : 0;
  if (diedAtSmallest >= DEATHS_BEFORE_GIVING_UP) return await giveUp(run);
  let narrowed: number | undefined;
  let window = range;
  // What earlier runs have found out about a window did not kill them, and would not be known of a part of it.
  const isKnown = died === 1 && (lease.item.broken ?? lease.item.shortfall) !== undefined;
  for (let halved = 0; halved < Math.min(isKnown ? 0 : died, MOST_HALVINGS); halved++) {
    const half = halve(feed, window);
    if (half === undefined) break;
    narrowed = half;
    window = firstWindow(feed, window, half);
  }
  if (narrowed !== undefined) {
    progress.careful = { until: range.to, longest: narrowed };
    progress.narrowTo(window);
    progress.narrowed(narrowed);
  }
  // Before anything is read: if this run dies too, the next one begins here.
  await commitPosition(run, { diedAtSmallest, ...(narrowed !== undefined && { narrowed }) });
  effects.log('warn', 'Less is read at a time.', { feed: feed.name, died, to: formatTime(window.to) });
  return undefined;
}

/** Gives the window up as if it could not be read, and reads nothing before its end again. */
async function giveUp(run: Run): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { effects, progress, notes, lease } = run;
  const { from, to } = progress.window;
  effects.count('Unreadable', 1);
  notes.day.unreadable({ from, to });
  const message = `${DEATHS_BEFORE_GIVING_UP} runs have died of it`;
  await sendSelfEvent(run, { act: 'unreadable', range: wholeSteps(run), body: '', message });
  lease.note({ diedAtSmallest: undefined, ...(lease.item.kind === 'feed' && { readFrom: to }) });
  return await finishWindow(run);
}
