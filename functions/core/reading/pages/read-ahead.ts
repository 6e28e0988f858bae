import { identitiesOf, OneRecord } from '../../events/one-record.ts';
import type { Feed } from '../../model.ts';
import type { Duration, Range } from '../../time.ts';
import { askedRange } from '../plan.ts';
import type { Progress } from '../progress.ts';
import { PageRequests } from './page-requests.ts';
import type { Pages, Reader, ReadPage } from './pages.ts';
import { MAX_SHARE_AHEAD, type PageSpan, Parts } from './parts.ts';
import { readPages } from './read-pages.ts';
import { Signal, WindowAhead } from './window-ahead.ts';

/** Maximum number of windows whose pages wait for their turn, for each request at the same time. */
const MAX_WINDOWS = 4;

/** A window with more pages than this is divided, if there is enough to read. */
const PAGES_TO_DIVIDE = 4;
const ENOUGH_PAGES = 8;

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
  /** The window of which only the first page is read, until it is known how it is divided. */
  #undivided: WindowAhead | undefined;
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
    const { window } = progress;
    if (progress.left || progress.isDivided) return;
    // Nothing else is read before it is known how the window is divided, except for what is read ahead already.
    const first = this.#opened(window) ?? this.#keep(window, []);
    this.#undivided = first;
    const page = await first.peek();
    this.#undivided = undefined;
    const span = page?.hasNext && spanOf(feed, page);
    const left = progress.plan.to - window.from;
    const isLong = (time: Duration) => PAGES_TO_DIVIDE * time <= window.to - window.from && ENOUGH_PAGES * time <= left;
    if (span && span.time > 0 && isLong(span.time)) {
      progress.divideInto(new Parts(feed, { window, left }, span, this.#atOnce));
    }
    if (first.isOf(progress.window)) this.#signal.notify();
    else first.stop();
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

  /** Asks for more, as far as there may be more requests at the same time: first for pages of the windows that are read. */
  #readMore(): void {
    if (this.#isOver || this.#undivided) return;
    this.#givenUp = this.#givenUp.filter(({ requestsWanted }) => requestsWanted > 0);
    for (const window of this.#windows) this.#sendEarly(window);
    this.#openMore();
  }

  /** Called when an answer has come. */
  #hasMoreRoom(): void {
    this.#readMore();
    this.#signal.notify();
  }

  /** Sends requests for pages of a window, where they are known before the pages before them have come. */
  #sendEarly(window: WindowAhead): void {
    const { progress, feed } = this.#reader;
    const { cutAfterPages = Number.POSITIVE_INFINITY } = feed.stream;
    const most = Math.min(progress.pagesIn(window.range), cutAfterPages);
    while (window.maySendEarly && window.requests.sent < most && !this.#isFull && this.#wanted < this.#most) {
      window.requests.sendEarly();
    }
  }

  /** Opens the windows that come next. */
  #openMore(): void {
    while (this.#windows.length <= MAX_WINDOWS * this.#atOnce && !this.#isFull) {
      if (this.#wanted >= this.#most) return;
      // Nothing behind a failure is needed.
      if (this.#windows.some(({ hasFailed }) => hasFailed)) return;
      // The first one is the plan's window.
      const next = this.#reader.progress.planned(this.#windows.length - 1);
      if (!next) return;
      const window = this.#open(next);
      this.#windows.push(window);
      this.#sendEarly(window);
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
    const requests = new PageRequests(this.#reader.asker, stream, () => this.#hasMoreRoom());
    const pages = readPages(this.#reader, stream.first(askedRange(stream, range), connection), requests);
    const mayRead = ({ number, size }: ReadPage) => {
      if (number >= cutAfterPages || this.#undivided?.isOf(range)) return false;
      const [first] = this.#windows;
      // While one page of the first window is worked on, the next one is fetched, whatever else waits.
      return !this.#isFull || !first || (first.isOf(range) && first.size <= size);
    };
    const hasRoom = (window: WindowAhead) => this.#hasRoom(window);
    const host = { signal: this.#signal, mayRead, hasRoom, ended: () => this.#readMore() };
    return new WindowAhead(range, { pages, requests }, host);
  }

  /** Whether a window may ask for another page now. The first one goes before the others. */
  #hasRoom(window: WindowAhead): boolean {
    const [first] = this.#windows;
    const isKept = first !== window && first?.isReading && first.requests.inFlight === 0;
    return this.#inFlight + (isKept ? 1 : 0) < this.#most;
  }

  get #wanted(): number {
    const all = [...this.#windows, ...this.#givenUp];
    return all.reduce((sum, { requestsWanted }) => sum + requestsWanted, 0);
  }

  get #inFlight(): number {
    const all = [...this.#windows, ...this.#givenUp];
    return all.reduce((sum, { requests }) => sum + requests.inFlight, 0);
  }

  /** Maximum number of requests at the same time now. */
  get #most(): number {
    return Math.min(this.#atOnce, this.#reader.asker.pacer.room);
  }

  get #isFull(): boolean {
    return this.#windows.reduce((sum, { size }) => sum + size, 0) >= MAX_SHARE_AHEAD;
  }
}

function spanOf(feed: Feed, { rows, size, isNextForeseen }: ReadPage): PageSpan {
  const identities = rows.map((row) => identitiesOf(feed, new OneRecord(row)));
  const times = identities.flatMap(([first]) => first?.time ?? []);
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  const longest = times.reduce((most, time) => Math.max(most, last - time), 0);
  // From the first event to the one behind the last.
  const time = times.length > 1 ? (longest * times.length) / (times.length - 1) : 0;
  return { size, events: identities.flat().length, time, isForeseen: isNextForeseen === true };
}
