import { flushDue } from '../delivery/deliver-outgoing.ts';
import { OutOfTimeError } from '../errors.ts';
import { recordHash } from '../events/identity.ts';
import type { Row, Stream } from '../model.ts';
import type { Range } from '../time.ts';
import { askedRange } from './plan.ts';
import { processPage } from './process-page.ts';
import { type ReadPage, readPages } from './read-pages.ts';
import { Occurrences } from './rows/occurrences.ts';
import { RowOrder } from './rows/row-order.ts';
import type { PageRun, Reading } from './run.ts';

/** Maximum number of rows without a vendor id that are counted in a window that cannot be halved. */
const MAX_ROWS_PER_STEP = 200_000;

/** A read of all pages of a range. */
export interface RangeRead {
  readonly range: Range;
  /** The range to ask for. Default: the range with a margin on both sides. */
  readonly asked?: Range | undefined;
  /** Number of rows of a page after which it is checked whether a flush is due. Default: the whole page. */
  readonly rowsPerSlice?: number;
  /** Delivers the events read so far. Called between two slices of a page, and before an error is passed on. */
  deliver(reading: Reading): Promise<void>;
}

/** The state of a read after one of its pages. */
export interface PageDone {
  readonly number: number;
  readonly reading: Reading;
}

/**
 * Reads all pages of a range and processes their rows; yields after each page. While one page is processed, the next one is
 * being fetched. If the read ends early, everything that was read before is delivered first.
 */
export async function* processPages(run: PageRun, read: RangeRead): AsyncGenerator<PageDone, void> {
  const { range, asked, deliver, rowsPerSlice = Number.POSITIVE_INFINITY } = read;
  const { stream, connection } = run.feed;
  const bounds = asked ?? askedRange(stream, range);
  let reading = newReading(stream, range, bounds);
  const pages = readPages(run, range, stream.first(bounds, connection));
  /** Delivers if the step fails. A failed delivery must not be passed in: its events would be delivered a second time. */
  const orDeliver = async <T>(step: Promise<T>): Promise<T> => {
    try {
      return await step;
    } catch (thrown) {
      await deliver(reading);
      throw thrown;
    }
  };
  for (;;) {
    const step = await orDeliver(pages.next());
    if (step.done) return;
    const page = step.value;
    for (let from = 0; from < page.rows.length; from += rowsPerSlice) {
      if (from > 0 && flushDue(run)) {
        await deliver(reading);
        // Delivering the whole page may take longer than the run's time. Delivered events are not delivered again.
        if (run.effects.now() >= run.asker.stopAt || run.effects.stopping()) throw new OutOfTimeError();
      }
      await orDeliver(processPage(run, reading, sliceOf(page, from, from + rowsPerSlice)));
    }
    reading = { ...reading, pageBefore: new Set(page.hashes) };
    yield { number: page.number, reading };
  }
}

/** Processes rows that were read before, as the only page of a range. */
export async function processSinglePage(run: PageRun, range: Range, rows: readonly Row[]): Promise<void> {
  const { stream } = run.feed;
  const reading = newReading(stream, range, askedRange(stream, range));
  await processPage(run, reading, { rows, hashes: rows.map(recordHash), number: 1 });
}

function sliceOf({ rows, hashes, number }: ReadPage, from: number, to: number): ReadPage {
  return { rows: rows.slice(from, to), hashes: hashes.slice(from, to), number };
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
