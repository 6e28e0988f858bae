import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import { OutOfTimeError } from '../errors.ts';
import type { Stream } from '../model.ts';
import type { Range } from '../time.ts';
import { noteDone } from './note-done.ts';
import { Occurrences } from './occurrences.ts';
import { askedRange, wholeWindow } from './plan.ts';
import { processPage } from './process-page.ts';
import { type ReadPage, readPages } from './read-pages.ts';
import { RowOrder } from './row-order.ts';
import type { Reading, Run } from './run.ts';

/** So many rows of a page are taken in before it is asked whether a flush is due. */
const ROWS_AT_ONCE = 100;
/** More rows than that without an id of the vendor's cannot be counted where a window cannot be halved. */
const MOST_ROWS_A_STEP = 200_000;

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
  const { stream } = run.feed;
  const { cutAfterPages = Number.POSITIVE_INFINITY } = stream;
  const asked = bounds ?? askedRange(stream, range);
  const reading = newReading(stream, range, asked);
  const pages = readPages(run, range, run.feed.stream.first(asked, run.feed.connection));
  for (;;) {
    const step = await orDeliver(run, reading, pages.next());
    if (step.done) return ended(run, range);
    await takePage(run, reading, step.value);
    if (step.value.number >= cutAfterPages && shortens(leftOf(run, reading), range)) {
      await flush(run, reading);
      return 'go-on';
    }
    if (flushDue(run)) await flush(run, reading);
  }
}

/** The state of a read of a range that has just begun. */
export function newReading(stream: Stream, range: Range, asked: Range): Reading {
  return {
    range,
    asked,
    rangeIgnoresRowTime: stream.rangeIgnoresRowTime ?? false,
    order: new RowOrder(),
    // A step of the vendor's cannot be halved, so all of its rows are counted.
    occurrences: new Occurrences(stream.windowStep === undefined ? undefined : MOST_ROWS_A_STEP),
    pageBefore: new Set(),
    settled: new Set(),
  };
}

/** A page may be the whole answer of a vendor that does not page: what is read of it is delivered as it goes. */
async function takePage(run: Run, reading: Reading, page: ReadPage): Promise<void> {
  for (let from = 0; from < page.rows.length; from += ROWS_AT_ONCE) {
    if (from > 0 && flushDue(run)) {
      await flush(run, reading);
      // To deliver all of it may take longer than this run has; what went out will not go out again.
      if (run.effects.now() >= run.asker.stopAt || run.effects.stopping()) throw new OutOfTimeError();
    }
    await orDeliver(run, reading, processPage(run, reading, page, from, from + ROWS_AT_ONCE));
  }
  reading.pageBefore = new Set(page.hashes);
}

/** When a step of the reading fails, what was read before it is delivered. A flush that fails is no such step: it would go out twice. */
async function orDeliver<T>(run: Run, reading: Reading, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (thrown) {
    await flush(run, reading);
    throw thrown;
  }
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
