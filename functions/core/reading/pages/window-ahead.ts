import type { Range } from '../../time.ts';
import type { PageRequests } from './page-requests.ts';
import type { Announced, Pages, ReadPage } from './pages.ts';

/** Resolves whoever waits for a change, each time that something changes. */
export class Signal {
  #waiting = Promise.withResolvers<void>();

  get changed(): Promise<void> {
    return this.#waiting.promise;
  }

  notify(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers<void>();
  }
}

/** What windows that are read at the same time have in common. */
interface Host {
  /** Tells of every page that is read or taken, and of every end. */
  readonly signal: Signal;
  /** Whether the page after this one may be read before anyone asks for it. */
  mayRead(last: ReadPage): boolean;
  /** Whether there is room for another request now. */
  hasRoom(window: WindowAhead): boolean;
  /** Called when a window has no further pages. */
  ended(): void;
}

/** The pages of a window, and the requests for them. */
interface Origin {
  readonly pages: Pages;
  readonly requests: Pick<PageRequests, 'inFlight' | 'sent' | 'hasEarly' | 'maySendEarly' | 'sendEarly'>;
}

/** How a window's pages ended. */
type End = { readonly announced: Announced | undefined } | { readonly thrown: unknown };

/** A window whose pages are read before anyone asks for them. */
export class WindowAhead implements Pages {
  readonly range: Range;
  /** Whether its pages are being processed, or were. */
  isTaken = false;
  /** The share of the memory for answers that its waiting pages take. */
  size = 0;
  readonly requests: Origin['requests'];
  readonly #source: Pages;
  readonly #host: Host;
  #pages: ReadPage[] = [];
  #end: End | undefined;
  #isWanted = false;
  #isStopped = false;
  #isAsking = false;

  constructor(range: Range, { pages, requests }: Origin, host: Host) {
    this.range = range;
    this.requests = requests;
    this.#source = pages;
    this.#host = host;
    void this.#readAll();
  }

  /** Whether pages of it are still to be read, or one is on its way. */
  get isReading(): boolean {
    return this.#isAsking || (this.#end === undefined && !this.#isStopped);
  }

  /** Number of requests that it has in flight, or needs next. */
  get requestsWanted(): number {
    return Math.max(this.requests.inFlight, this.isReading ? 1 : 0);
  }

  /** Whether another of its pages may be asked for before the one before it has come. */
  get maySendEarly(): boolean {
    return this.#end === undefined && !this.#isStopped && this.requests.maySendEarly;
  }

  get hasFailed(): boolean {
    return this.#end !== undefined && 'thrown' in this.#end;
  }

  isOf({ from, to }: Range): boolean {
    return this.range.from === from && this.range.to === to;
  }

  /** Its next page, which stays the next one. Undefined if there is none. */
  async peek(): Promise<ReadPage | undefined> {
    if (this.#pages.length === 0) {
      this.#isWanted = true;
      this.#host.signal.notify();
    }
    while (this.#pages.length === 0 && this.#end === undefined) await this.#host.signal.changed;
    return this.#pages[0];
  }

  async next(): Promise<IteratorResult<ReadPage, Announced | undefined>> {
    const page = await this.peek();
    if (page) {
      this.#pages.shift();
      this.size -= page.size;
      this.#host.signal.notify();
      return { done: false, value: page };
    }
    const end = this.#end as End;
    if ('thrown' in end) throw end.thrown;
    return { done: true, value: end.announced };
  }

  /** Reads no further page. */
  stop(): void {
    this.#isStopped = true;
    this.#host.signal.notify();
  }

  async #readAll(): Promise<void> {
    const { signal, ended } = this.#host;
    let last: ReadPage | undefined;
    while (this.#end === undefined) {
      while (!this.#isStopped && !this.#mayAsk(last)) await signal.changed;
      if (this.#isStopped) break;
      try {
        this.#isAsking = true;
        const step = await this.#source.next();
        if (step.done) this.#end = { announced: step.value };
        else {
          last = step.value;
          this.#pages.push(last);
          this.size += last.size;
          this.#isWanted = false;
        }
      } catch (thrown) {
        this.#end = { thrown };
      } finally {
        this.#isAsking = false;
      }
      signal.notify();
    }
    ended();
  }

  #mayAsk(last: ReadPage | undefined): boolean {
    // What comes after the last page needs no request.
    if (last && !last.hasNext) return true;
    const isAsked = last?.isNextForeseen === true && this.requests.hasEarly;
    return (!last || this.#isWanted || this.#host.mayRead(last)) && (isAsked || this.#host.hasRoom(this));
  }
}
