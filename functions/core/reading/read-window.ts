import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import type { Range } from '../time.ts';
import { noteDone } from './note-done.ts';
import { processPages } from './page-loop.ts';
import { wholeWindow } from './plan.ts';
import type { Reading, Run } from './run.ts';

/** Number of rows that are processed before it is checked again whether a flush is due: a vendor without paging sends one large page. */
const ROWS_PER_SLICE = 100;

/** How far a window was read: to its end, or not, and `run.plan.left` (or the whole window) is to be read next. */
export type WindowEnd = 'complete' | 'go-on';

/**
 * Reads what is left of the plan's window, page by page, and delivers as it goes. While a page is worked on, the next is being fetched.
 * Whatever ends the reading early, what was read before is delivered first and counts.
 *
 * @param bounds what to ask for, instead of the window with a margin on both sides
 */
export async function readWindow(run: Run, bounds?: Range): Promise<WindowEnd> {
  const range = run.plan.left ?? run.plan.window;
  const { cutAfterPages = Number.POSITIVE_INFINITY } = run.feed.stream;
  const deliver = (reading: Reading) => flush(run, reading);
  const read = { range, asked: bounds, rowsPerSlice: ROWS_PER_SLICE, deliver };
  for await (const { number, reading } of processPages(run, read)) {
    if (number >= cutAfterPages && shortens(leftOf(run, reading), range)) {
      await flush(run, reading);
      return 'go-on';
    }
    if (flushDue(run)) await flush(run, reading);
  }
  return ended(run, range);
}

/** A window whose middle was trusted as a resume position, and should not have been, is read again from its start. */
function ended(run: Run, range: Range): WindowEnd {
  if (!run.unordered || range === run.plan.window) return 'complete';
  run.plan = wholeWindow(run.plan);
  return 'go-on';
}

function shortens(left: Range | undefined, range: Range): boolean {
  return left !== undefined && left.to - left.from < range.to - range.from;
}

/** Delivers what is outgoing, remembers it, and then moves the resume position: this order is what makes a crash harmless. */
async function flush(run: Run, reading: Reading): Promise<void> {
  const idle = run.outgoing.idle;
  await deliverOutgoing(run);
  await run.ongoing.save();
  noteDone(run);
  const left = leftOf(run, reading);
  if (idle && left === run.plan.left && run.unordered === (run.lease.item.unordered ?? false)) return;
  run.plan = left ? { ...run.plan, left } : wholeWindow(run.plan);
  await run.lease.commit({ plan: run.plan, unordered: run.unordered || undefined });
}

/** What is left of the window, when its rows come in an order that can be trusted. */
function leftOf(run: Run, { order, range, rangeIgnoresRowTime }: Reading): Range | undefined {
  const { precision, windowStep } = run.feed.stream;
  // Whole steps have no middle to go on from.
  if (run.unordered || windowStep !== undefined) return undefined;
  const left = order.left(range, precision);
  // A range that is about another time than the rows' own, such as their end, may have rows of every time left when the
  // newest came first, and nothing is told by rows from beyond it.
  const isTold = left && (!rangeIgnoresRowTime || (left.to === range.to && left.from <= left.to));
  return isTold ? left : run.plan.left;
}
