import { flushDue } from '../delivery/deliver-outgoing.ts';
import type { Range } from '../time.ts';
import { flushBehind } from './flush-behind.ts';
import { processPages } from './page-loop.ts';
import type { Announced } from './pages/pages.ts';
import type { Reading, Run } from './run.ts';

/** How the read of a window ended. */
export interface WindowEnd {
  /** Whether it was read to its end. Otherwise the rest of it according to `progress` is read next. */
  readonly isComplete: boolean;
  /** The number of rows that the vendor had announced for all that was read, if it did, and the number that came. */
  readonly announced?: Announced | undefined;
}

const GO_ON: WindowEnd = { isComplete: false };

/**
 * Reads the rest of the plan's window, page by page, and delivers meanwhile. If the read ends early, everything that was read
 * before is still delivered and counts.
 *
 * @param bounds the range to ask for. Default: the window with a margin on both sides
 */
export async function readWindow(run: Run, bounds?: Range): Promise<WindowEnd> {
  const { progress, feed } = run;
  const { left, window } = progress;
  const range = left ?? window;
  const { cutAfterPages = Number.POSITIVE_INFINITY } = feed.stream;
  let announced: Announced | undefined;
  const read = {
    range,
    asked: bounds,
    inSlices: true,
    deliver: (reading: Reading) => flush(run, reading),
    settle: (reading: Reading) => settle(run, reading),
    ended: (counts: Announced) => {
      announced = counts;
    },
  };
  for await (const { number, hasNext, reading } of processPages(run, read)) {
    if (hasNext && number >= cutAfterPages && isShorter(leftOf(run, reading), range)) {
      await flush(run, reading);
      return GO_ON;
    }
    if (flushDue(run)) await flush(run, reading);
  }
  if (!progress.unordered || !left) return { isComplete: true, announced };
  // The read began in the middle of the window. Rows out of order show that this position was wrong.
  progress.restartWindow();
  return GO_ON;
}

function isShorter(left: Range | undefined, range: Range): boolean {
  return left !== undefined && left.to - left.from < range.to - range.from;
}

/** Begins to deliver what was read so far, and moves the resume position. */
async function flush(run: Run, reading: Reading): Promise<void> {
  const hasMoved = move(run, reading);
  if (hasMoved || !run.outgoing.idle) await flushBehind(run);
}

/** Delivers what was read so far, and waits for that. */
async function settle(run: Run, reading: Reading): Promise<void> {
  const hasMoved = move(run, reading);
  if (hasMoved || !run.outgoing.idle || run.progress.hasMoved) await flushBehind(run);
  await run.deliveries.finish();
}

/** Moves the resume position to the end of what was read. Returns whether that changes anything. */
function move(run: Run, reading: Reading): boolean {
  const { progress, lease, effects } = run;
  const left = leftOf(run, reading);
  if (left === progress.left && progress.unordered === (lease.item.unordered ?? false)) return false;
  progress.leaveOff(left);
  progress.moved(effects.now());
  return true;
}

/** The part of the window that is not read yet. Undefined if its rows come in no reliable order. */
function leftOf({ feed, progress }: Run, { order, range, rangeIgnoresRowTime }: Reading): Range | undefined {
  const { precision, windowStep } = feed.stream;
  // A whole step has no position in its middle.
  if (progress.unordered || windowStep !== undefined) return undefined;
  const left = order.left(range, precision);
  // If the range is about another time than the rows' own, such as their end, then newest-first rows and rows from outside of
  // the range say nothing about the rest.
  const isKnown = left && (!rangeIgnoresRowTime || (left.to === range.to && left.from <= left.to));
  return isKnown ? left : progress.left;
}
