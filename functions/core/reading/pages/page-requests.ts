import type { Answer, Request, Stream } from '../../model.ts';
import { type Asker, ask } from '../../requests/ask.ts';
import { requestKey } from '../../requests/paging.ts';

/** A request that was sent before the answer that leads to it. */
interface Early {
  readonly key: string;
  readonly asking: Promise<Answer>;
}

/**
 * The requests for the pages of a window, each sent once. Where the stream knows which request follows a full page, some are sent
 * early: their answers are used if the pages before lead to them, and only then. What pages a window has, and in which order, does
 * not depend on it.
 */
export class PageRequests {
  readonly #asker: Asker;
  readonly #pageAfter: Stream['pageAfter'];
  readonly #ended: () => void;
  /** The last request that was sent. */
  #last: Request | undefined;
  #early: Early[] = [];
  /** Number of requests that were sent, those that led to nothing included. */
  #sent = 0;
  #inFlight = 0;
  /** Set when a request has failed, or pages do not follow each other as the stream expected: nothing more is sent early. */
  #isUnforeseen = false;

  /** @param ended called when an answer has come, or failed */
  constructor(asker: Asker, { pageAfter }: Pick<Stream, 'pageAfter'>, ended: () => void) {
    this.#asker = asker;
    this.#pageAfter = pageAfter;
    this.#ended = ended;
  }

  get sent(): number {
    return this.#sent;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether the next page was asked for already, as far as that is known. */
  get hasEarly(): boolean {
    return this.#early.length > 0;
  }

  /** Whether a request can be sent early. */
  get maySendEarly(): boolean {
    return this.#pageAfter !== undefined && this.#last !== undefined && !this.#isUnforeseen;
  }

  /** The answer to the window's next request. */
  async send(request: Request): Promise<Answer> {
    const early = this.#early.shift();
    if (early?.key === this.#keyOf(request)) return await early.asking;
    if (early) {
      this.#isUnforeseen = true;
      this.#early = [];
    }
    return await this.#send(request);
  }

  /** Sends the request after the last one, as if that page were full. */
  sendEarly(): void {
    if (!this.#last || !this.#pageAfter) return;
    const request = this.#pageAfter(this.#last);
    const asking = this.#send(request);
    // If nothing leads to it, its failure does not matter.
    asking.catch(() => undefined);
    this.#early.push({ key: this.#keyOf(request), asking });
  }

  /** Whether a request is the one that was expected to follow another one. */
  isForeseen(next: Request, asked: Request): boolean {
    return this.#pageAfter !== undefined && this.#keyOf(this.#pageAfter(asked)) === this.#keyOf(next);
  }

  async #send(request: Request): Promise<Answer> {
    this.#last = request;
    this.#sent++;
    this.#inFlight++;
    try {
      return await ask(this.#asker, request);
    } catch (thrown) {
      this.#isUnforeseen = true;
      throw thrown;
    } finally {
      this.#inFlight--;
      this.#ended();
    }
  }

  #keyOf(request: Request): string {
    return requestKey(request, this.#asker.connection.origin);
  }
}
