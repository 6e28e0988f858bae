import { identitiesOf, OneRecord } from '../../events/one-record.ts';
import type { Feed } from '../../model.ts';
import type { Range } from '../../time.ts';
import { askedRange } from '../plan.ts';
import type { Progress } from '../progress.ts';
import type { Pages, Reader, ReadPage } from './pages.ts';
import { MAX_SHARE_AHEAD, type PageSpan, Parts } from './parts.ts';
import { readPages } from './read-pages.ts';
import { Signal, WindowAhead } from './window-ahead.ts';

/** Maximum number of windows whose pages wait for their turn, for each request at the same time. */
const MAX_WINDOWS = 4;

/** A window with more pages than this is divided. */
const PAGES_TO_DIVIDE = 8;

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
  /** Windows that were given up, and whose last request is still on its way. */
  #givenUp: WindowAhead[] = [];
  #isOver = false;

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
    // Nothing else is read before it is known how the window is divided, except for what is read ahead already.
    const page = await (this.#opened(window) ?? this.#keep(window, [])).peek();
    if (!page?.hasNext) return;
    const span = spanOf(feed, page);
    if (span.time === 0 || PAGES_TO_DIVIDE * span.time > window.to - window.from) return;
    progress.divideInto(new Parts(feed, window, span, this.#atOnce));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Reads no further page. Requests that are on their way end by themselves. */
  stop(): void {
    this.#isOver = true;
    for (const window of this.#windows) window.stop();
    this.#windows = [];
    this.#givenUp = [];
  }

  /** Begins with the plan's window. Those before it are done, and those that are no longer planned are given up. */
  #begin(range: Range): WindowAhead {
    const following: WindowAhead[] = [];
    for (let next = this.#openAt(0); next; next = this.#openAt(following.length)) following.push(next);
    const current = this.#keep(range, following);
    this.#readMore();
    return current;
  }

  /** Keeps the window of a range and those that follow it. Gives up all others. */
  #keep(range: Range, following: readonly WindowAhead[]): WindowAhead {
    const current = this.#opened(range) ?? this.#open(range);
    for (const window of this.#windows) {
      if (window === current || following.includes(window)) continue;
      window.stop();
      this.#givenUp.push(window);
    }
    this.#windows = [current, ...following];
    return current;
  }

  /** Opens the windows that come next, as far as there may be more requests at the same time. */
  #readMore(): void {
    while (!this.#isOver && this.#windows.length <= MAX_WINDOWS * this.#atOnce && !this.#isFull) {
      this.#givenUp = this.#givenUp.filter((window) => window.isReading);
      if (this.#windows.filter((window) => window.isReading).length + this.#givenUp.length >= this.#most) return;
      // Nothing behind a failure is needed.
      if (this.#windows.some(({ hasFailed }) => hasFailed)) return;
      // The first one is the plan's window.
      const next = this.#reader.progress.planned(this.#windows.length - 1);
      if (!next) return;
      this.#windows.push(this.#open(next));
    }
  }

  /** The window after the plan's window, counted from zero, if it is read already. */
  #openAt(at: number): WindowAhead | undefined {
    const planned = this.#reader.progress.planned(at);
    return planned && this.#opened(planned);
  }

  #opened(range: Range): WindowAhead | undefined {
    return this.#windows.find((window) => window.isOf(range) && !window.isTaken);
  }

  #open(range: Range): WindowAhead {
    const { feed } = this.#reader;
    const { stream, connection } = feed;
    const { cutAfterPages = Number.POSITIVE_INFINITY } = stream;
    const pages = readPages(this.#reader, stream.first(askedRange(stream, range), connection), false);
    const mayRead = ({ number }: ReadPage) => {
      const isFirst = this.#windows[0]?.isOf(range) ?? true;
      return number < cutAfterPages && (isFirst || !this.#isFull);
    };
    const hasRoom = (window: WindowAhead) => this.#hasRoom(window);
    return new WindowAhead(range, pages, { signal: this.#signal, mayRead, hasRoom, ended: () => this.#readMore() });
  }

  /** Whether a window may ask for another page now. The first one goes before the others. */
  #hasRoom(window: WindowAhead): boolean {
    const [first] = this.#windows;
    const isKept = first !== window && first?.isReading && !first.isAsking;
    const asking = [...this.#windows, ...this.#givenUp].filter(({ isAsking }) => isAsking).length;
    return asking + (isKept ? 1 : 0) < this.#most;
  }

  /** Maximum number of requests at the same time now. */
  get #most(): number {
    return Math.min(this.#atOnce, this.#reader.asker.pacer.room);
  }

  get #isFull(): boolean {
    return this.#windows.reduce((sum, { size }) => sum + size, 0) >= MAX_SHARE_AHEAD;
  }
}

function spanOf(feed: Feed, { rows, size }: ReadPage): PageSpan {
  const identities = rows.map((row) => identitiesOf(feed, new OneRecord(row)));
  const times = identities.flatMap(([first]) => first?.time ?? []);
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  return { size, events: identities.flat().length, time: times.reduce((most, time) => Math.max(most, last - time), 0) };
}
