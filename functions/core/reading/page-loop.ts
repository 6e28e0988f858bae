import { flushDue } from '../delivery/deliver-outgoing.ts';
import { OutOfTimeError } from '../errors.ts';
import { rowKey } from '../events/identity.ts';
import type { Row, Stream } from '../model.ts';
import type { Range } from '../time.ts';
import type { Announced, PageRows, ReadPage } from './pages/pages.ts';
import { noteProof } from './pages/proof.ts';
import { readPages } from './pages/read-pages.ts';
import { askedRange } from './plan.ts';
import { processPage } from './process-page.ts';
import { Occurrences } from './rows/occurrences.ts';
import { RowOrder } from './rows/row-order.ts';
import type { PageRun, Reading } from './run.ts';

/** Maximum number of rows, and of their characters, between two checks whether a flush is due. */
const MAX_SLICE_ROWS = 100;
const MAX_SLICE_CHARACTERS = 200_000;
/** Maximum number of rows without a vendor id that are counted in a window that cannot be halved. */
const MAX_ROWS_PER_STEP = 200_000;

/** A read of all pages of a range. */
export interface RangeRead {
  readonly range: Range;
  /** The range to ask for. Default: the range with a margin on both sides. */
  readonly asked?: Range | undefined;
  /** Whether a flush may become due in the middle of a page: a vendor without paging sends one large page. */
  readonly inSlices?: boolean;
  /** Begins to deliver the events read so far. Called between two slices of a page. */
  deliver(reading: Reading): Promise<void>;
  /** Delivers the events read so far and waits for that. Called before an error is passed on. */
  settle(reading: Reading): Promise<void>;
  /** Called at the end, if the vendor has announced how many rows there are. */
  readonly ended?: ((announced: Announced) => void) | undefined;
}

/** The state of a read after one of its pages. */
export interface PageDone {
  readonly number: number;
  /** Whether it is followed by another one. */
  readonly hasNext: boolean;
  readonly reading: Reading;
}

/**
 * Reads all pages of a range and processes their rows; yields after each page. While one page is processed, the next one is
 * being fetched. If the read ends early, everything that was read before is delivered first.
 */
export async function* processPages(run: PageRun, read: RangeRead): AsyncGenerator<PageDone, void> {
  const { range, asked } = read;
  const { stream, connection } = run.feed;
  const bounds = asked ?? askedRange(stream, range);
  const pages = (asked ? undefined : run.ahead?.take(range)) ?? readPages(run, stream.first(bounds, connection));
  let reading = newReading(stream, range, bounds);
  /** A step whose failure is passed on after the delivery of everything before. */
  const orSettle = async <T>(step: Promise<T>): Promise<T> => {
    try {
      return await step;
    } catch (thrown) {
      await read.settle(reading);
      throw thrown;
    }
  };
  try {
    for (;;) {
      const step = await orSettle(pages.next());
      if (step.done) return step.value && read.ended?.(step.value);
      const page = step.value;
      if (!page.isPart) countPage(run);
      noteProof(run, range, page);
      if (page.again) continue;
      await orSettle(processSlices(run, read, reading, page));
      reading = { ...reading, pageBefore: new Set(page.keys.map(({ hash }) => hash)) };
      yield { number: page.number, hasNext: page.hasNext, reading };
    }
  } finally {
    // An answer that is still being received would keep its connection.
    await pages.return?.();
  }
}

function countPage({ tally, effects }: PageRun): void {
  tally.pages++;
  effects.count('Pages', 1);
}

/** Processes the rows of a page. A large page is delivered in parts. */
async function processSlices(run: PageRun, read: RangeRead, reading: Reading, page: ReadPage): Promise<void> {
  if (!read.inSlices) return await processPage(run, reading, page);
  for (let from = 0, to: number; from < page.rows.length; from = to) {
    to = sliceEnd(page, from);
    if (from > 0 && flushDue(run)) {
      await read.deliver(reading);
      // Delivering the whole page may take longer than the run's time. Delivered events are not delivered again.
      if (run.effects.now() >= run.asker.stopAt || run.effects.stopping()) throw new OutOfTimeError();
    }
    // The request for the next page must go out before this page is processed, and what is being delivered must go on.
    await run.effects.giveWay();
    await processPage(run, reading, sliceOf(page, from, to));
  }
}

/** Processes rows that were read before, as the only page of a range. */
export async function processSinglePage(run: PageRun, range: Range, rows: readonly Row[]): Promise<void> {
  const { stream } = run.feed;
  const reading = newReading(stream, range, askedRange(stream, range));
  await processPage(run, reading, { rows, keys: rows.map((row) => rowKey(stream, row)), number: 1 });
}

/** The end of the slice that begins at a row. */
function sliceEnd({ rows }: PageRows, from: number): number {
  let to = from;
  for (let characters = 0; to < rows.length && to < from + MAX_SLICE_ROWS && characters < MAX_SLICE_CHARACTERS; to++) {
    characters += rows[to]?.text.length ?? 0;
  }
  return to;
}

function sliceOf({ rows, keys, number }: PageRows, from: number, to: number): PageRows {
  return { rows: rows.slice(from, to), keys: keys.slice(from, to), number };
}

/** The state of a read that has not begun. */
function newReading(stream: Stream, range: Range, asked: Range): Reading {
  return {
    range,
    asked,
    rangeIgnoresRowTime: stream.rangeIgnoresRowTime ?? false,
    order: new RowOrder(),
    // A vendor's whole step cannot be halved, so all of its rows must be counted.
    occurrences: new Occurrences(stream.windowStep === undefined ? undefined : MAX_ROWS_PER_STEP),
    pageBefore: new Set(),
    settled: new Set(),
  };
}
