import { Occurrences } from './occurrences.ts';
import { Order } from './order.ts';
import { wholeWindow } from './plan.ts';
import { type ReadPage, readPages } from './read-pages.ts';
import type { Reading, Run } from './run.ts';
import { takeIn } from './take-in.ts';
import { type Range, SECOND } from './time.ts';

/** A flush is due at so many bytes or events, or when its first event has waited so long. */
const FLUSH_BYTES = 2 * 1024 * 1024;
const FLUSH_EVENTS = 2_000;
const FLUSH_AGE = 15 * SECOND;

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
  const { precision, cutAfterPages = Number.POSITIVE_INFINITY } = run.feed.stream;
  const asked = bounds ?? { from: Math.max(0, range.from - precision), to: range.to + precision };
  const reading: Reading = {
    range,
    asked,
    order: new Order(),
    occurrences: new Occurrences(),
    pageBefore: new Set(),
    settled: new Set(),
  };
  const pages = readPages(run, range, run.feed.stream.first(asked, run.feed.connection));
  for (;;) {
    let step: IteratorResult<ReadPage>;
    try {
      step = await pages.next();
      if (!step.done) await takeIn(run, reading, step.value);
    } catch (thrown) {
      await flush(run, reading);
      throw thrown;
    }
    if (step.done) return ended(run, range);
    if (step.value.number >= cutAfterPages && shortens(leftOf(run, reading), range)) {
      await flush(run, reading);
      return 'go-on';
    }
    if (flushDue(run)) await flush(run, reading);
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
  const left = leftOf(run, reading);
  if (idle && left === run.plan.left && run.unordered === (run.lease.item.unordered ?? false)) return;
  run.plan = left ? { ...run.plan, left } : wholeWindow(run.plan);
  await run.lease.commit({ plan: run.plan, unordered: run.unordered || undefined });
}

/** Delivers and remembers, without moving the checkpoint. */
export async function deliverOutgoing(run: Run): Promise<void> {
  if (run.outgoing.idle) return;
  const { events, quarantined, retries } = await run.outgoing.flush(run.asker.endBy);
  run.tally.delivered += events;
  run.tally.quarantined += quarantined;
  run.tally.retries += retries;
  run.effects.count('Delivered', events);
  run.effects.count('Quarantined', quarantined);
  run.effects.count('Retries', retries);
}

/** What is left of the window, when its rows come in an order that can be trusted. */
function leftOf(run: Run, reading: Reading): Range | undefined {
  if (run.unordered) return undefined;
  return reading.order.left(reading.range, run.feed.stream.precision) ?? run.plan.left;
}

function flushDue({ outgoing, effects }: Run): boolean {
  if (outgoing.bytes >= FLUSH_BYTES || outgoing.events >= FLUSH_EVENTS) return true;
  return outgoing.since !== undefined && effects.now() - outgoing.since >= FLUSH_AGE;
}
