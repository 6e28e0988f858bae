import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import type { Range } from '../time.ts';
import { processPages } from './page-loop.ts';
import type { Reading, Run } from './run.ts';

/** Number of rows that are processed before it is checked again whether a flush is due: a vendor without paging sends one large page. */
const ROWS_PER_SLICE = 100;

/** Whether a window was read to its end. After `go-on`, what `progress` says is left of it is to be read next. */
export type WindowEnd = 'complete' | 'go-on';

/**
 * Reads what is left of the plan's window, page by page, and delivers as it goes. Whatever ends the read early, what was read
 * before that is delivered first and counts.
 *
 * @param bounds what to ask for, instead of the window with a margin on both sides
 */
export async function readWindow(run: Run, bounds?: Range): Promise<WindowEnd> {
  const { progress, feed } = run;
  const { left, window } = progress;
  const range = left ?? window;
  const { cutAfterPages = Number.POSITIVE_INFINITY } = feed.stream;
  const deliver = (reading: Reading) => flush(run, reading);
  const read = { range, asked: bounds, rowsPerSlice: ROWS_PER_SLICE, deliver };
  for await (const { number, reading } of processPages(run, read)) {
    if (number >= cutAfterPages && isShorter(leftOf(run, reading), range)) {
      await flush(run, reading);
      return 'go-on';
    }
    if (flushDue(run)) await flush(run, reading);
  }
  if (!progress.unordered || !left) return 'complete';
  // The read began at a position in the middle of the window, which rows out of order have proven wrong.
  progress.restartWindow();
  return 'go-on';
}

function isShorter(left: Range | undefined, range: Range): boolean {
  return left !== undefined && left.to - left.from < range.to - range.from;
}

/** Delivers what is outgoing, remembers it, and then moves the resume position: this order makes a crash harmless. */
async function flush(run: Run, reading: Reading): Promise<void> {
  const { progress, lease, notes, observers, effects } = run;
  const idle = run.outgoing.idle;
  await deliverOutgoing(run);
  await observers.ongoing.save();
  notes.saveAll(lease, effects.now());
  const left = leftOf(run, reading);
  if (idle && left === progress.left && progress.unordered === (lease.item.unordered ?? false)) return;
  progress.leaveOff(left);
  await lease.commit(progress.stored);
}

/** What is left of the window, if its rows come in an order that can be trusted. */
function leftOf({ feed, progress }: Run, { order, range, rangeIgnoresRowTime }: Reading): Range | undefined {
  const { precision, windowStep } = feed.stream;
  // A whole step has no position in its middle.
  if (progress.unordered || windowStep !== undefined) return undefined;
  const left = order.left(range, precision);
  // Where the range is about another time than the rows' own, such as their end, newest-first rows and rows from beyond the
  // range say nothing about what is left.
  const isKnown = left && (!rangeIgnoresRowTime || (left.to === range.to && left.from <= left.to));
  return isKnown ? left : progress.left;
}
