import { identitiesOf, OneRecord } from '../../events/one-record.ts';
import type { Feed, Row } from '../../model.ts';
import { ceilTo, type Duration, type Range } from '../../time.ts';
import { askedRange, smallestWindow } from '../plan.ts';
import { PAGES_PER_PART, type Progress } from '../progress.ts';
import type { Pages, ReadPage } from './pages.ts';
import { type Reader, readPages } from './read-pages.ts';
import { Signal, WindowAhead } from './window-ahead.ts';

/** Maximum size of the pages that wait for their turn. */
const MAX_CHARACTERS = 8_000_000;
/** Maximum number of windows whose pages wait for their turn, for each request at the same time. */
const MAX_WINDOWS = 4;

/** The inputs of reading ahead. */
interface Reading extends Reader {
  readonly progress: Progress;
}

/**
 * Reads windows before their turn, several at the same time. They are processed in the order of time, as if they were read one after
 * the other: only the vendor's answers come earlier.
 */
export class ReadAhead {
  readonly #reader: Reading;
  readonly #atOnce: number;
  readonly #signal = new Signal();
  /** The window that is being processed, and those that come after it, in the order of time. */
  #windows: WindowAhead[] = [];

  /** @param atOnce maximum number of requests at the same time */
  constructor(reader: Reading, atOnce: number) {
    this.#reader = reader;
    this.#atOnce = atOnce;
  }

  /** The pages of the plan's window, or of the rest of it. Whoever asks a second time gets them from the vendor again. */
  take(range: Range): Pages {
    const window = this.#begin(range);
    window.isTaken = true;
    return window;
  }

  /**
   * Divides a long window into parts of a few pages, so that several can be read at the same time. How long they are follows from
   * the times on the window's first page.
   */
  async divide(): Promise<void> {
    const { feed, progress } = this.#reader;
    const { left, window } = progress;
    if (left || progress.isDivided) return;
    const page = await this.#begin(window).peek();
    const part = page?.hasNext ? partOf(feed, page.rows) : undefined;
    if (part !== undefined && part * 2 <= window.to - window.from) progress.divideInto(part);
  }

  /** Reads no further page. Requests that are on their way end by themselves. */
  stop(): void {
    for (const window of this.#windows) window.stop();
    this.#windows = [];
  }

  /** Begins with the plan's window. Those before it are done, and those that are no longer planned are given up. */
  #begin(range: Range): WindowAhead {
    const current = this.#windows.find((window) => window.isOf(range) && !window.isTaken) ?? this.#open(range);
    const following: WindowAhead[] = [];
    for (let next = this.#openAt(0); next; next = this.#openAt(following.length)) following.push(next);
    for (const window of this.#windows) if (window !== current && !following.includes(window)) window.stop();
    this.#windows = [current, ...following];
    this.#readMore();
    return current;
  }

  /** Opens the windows that come next, as far as there may be more requests at the same time. */
  #readMore(): void {
    const { pacer } = this.#reader.asker;
    const most = Math.min(this.#atOnce, pacer.room);
    while (this.#windows.length <= MAX_WINDOWS * this.#atOnce && !this.#isFull) {
      if (this.#windows.filter((window) => window.isReading).length >= most) return;
      // The first one is the plan's window.
      const next = this.#reader.progress.planned(this.#windows.length - 1);
      if (!next) return;
      this.#windows.push(this.#open(next));
    }
  }

  /** The window after the plan's window, counted from zero, if it is read already. */
  #openAt(at: number): WindowAhead | undefined {
    const planned = this.#reader.progress.planned(at);
    return planned && this.#windows.find((window) => window.isOf(planned) && !window.isTaken);
  }

  #open(range: Range): WindowAhead {
    const { feed } = this.#reader;
    const { stream, connection } = feed;
    const { cutAfterPages = Number.POSITIVE_INFINITY } = stream;
    const pages = readPages(this.#reader, stream.first(askedRange(stream, range), connection));
    const mayRead = ({ number, hasNext }: ReadPage) => {
      // Windows that are read to their end make room for others.
      if (!hasNext) return true;
      const isFirst = this.#windows[0]?.isOf(range) ?? true;
      return number < cutAfterPages && (isFirst || !this.#isFull);
    };
    return new WindowAhead(range, pages, { signal: this.#signal, mayRead, ended: () => this.#readMore() });
  }

  get #isFull(): boolean {
    return this.#windows.reduce((sum, { size }) => sum + size, 0) >= MAX_CHARACTERS;
  }
}

/** The length of a part of a few pages, by the times of the rows of one. Undefined if they say nothing about it. */
function partOf(feed: Feed, rows: readonly Row[]): Duration | undefined {
  const times = rows.flatMap((row) => identitiesOf(feed, new OneRecord(row))[0]?.time ?? []);
  const span =
    times.reduce((most, time) => Math.max(most, time), 0) -
    times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  return span > 0 ? ceilTo(PAGES_PER_PART * span, smallestWindow(feed)) : undefined;
}
