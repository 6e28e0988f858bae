import type { Feed } from '../../model.ts';
import { ceilTo, type Duration, type Range } from '../../time.ts';
import { smallestWindow } from '../plan.ts';

/** Maximum number of pages of a part of a long window. Each part costs about half a page more, because it ends in the middle of one. */
const MOST_PAGES = 10;
/** The same where requests are known before the pages come. Each part also costs a request for the empty page behind it. */
const MOST_FORESEEN_PAGES = 20;
/** Minimum number of pages of a part: with fewer, too much of what is asked for is the half page more. */
const FEWEST_PAGES = 2;
/** Minimum number of full parts for each request at the same time: with fewer, some requests would end long before the others. */
const FEWEST_PARTS = 1.25;
/** Maximum number of parts of a window: some vendors answer about more than they are asked for, such as whole minutes. */
const MAX_PARTS = 100;
/** The share of the memory for waiting pages that is planned with: how many pages a part has is only an estimate. */
const SPARE = 0.75;
/** The share of the pages before a cut that is planned with, for the same reason. */
const ROOM_BEFORE_CUT = 0.85;
/** A part ends so much of a page before the end of its last page: where events come evenly, not just behind it. */
const SHORT_OF_LAST_PAGE = 0.25;

/** Maximum size of the pages that wait for their turn, as a share of the memory for answers. They take half as much as one that is worked on, and less. */
export const MAX_SHARE_AHEAD = 2;

/** The first page of a window. */
export interface PageSpan {
  /** Its share of the memory for answers. */
  readonly size: number;
  readonly events: number;
  /** The time that it covers. */
  readonly time: Duration;
  /** Whether the request for the next page was known before it came. */
  readonly isForeseen: boolean;
}

/**
 * Divides long windows into parts of a few pages, so that several can be read at the same time.
 *
 * Where a page leads to the next one, the pages of a part come one after the other, and wait until all parts before it are processed.
 * If all parts began and ended at the same time, all but one would wait as a whole. So they end one after the other: the first part
 * is short, and each one after it is a little longer, up to the full length. What waits is then half as much, and parts may be longer.
 *
 * Where requests are known before the pages come, several pages of one part are read at the same time, and next to nothing waits.
 */
export class Parts {
  readonly #feed: Feed;
  readonly #atOnce: number;
  readonly #shortest: Duration;
  readonly #eventsPerPage: number;
  readonly #isForeseen: boolean;
  /** Pages of a full part. */
  readonly #full: number;
  /** Number of parts so far. */
  #count = 0;
  /** How much time was read so far, and how many events that had. What was read last counts most. */
  #time: Duration;
  #events: number;

  /**
   * @param left how much there is to read, this window included
   * @param page the first page of the window. It may say little about other pages
   * @param atOnce maximum number of requests at the same time
   */
  constructor(
    feed: Feed,
    { window, left }: { readonly window: Range; readonly left: Duration },
    page: PageSpan,
    atOnce: number,
  ) {
    this.#feed = feed;
    this.#atOnce = atOnce;
    this.#shortest = ceilTo((window.to - window.from) / MAX_PARTS, smallestWindow(feed));
    this.#eventsPerPage = page.events;
    this.#isForeseen = page.isForeseen;
    const { cutAfterPages = Number.POSITIVE_INFINITY } = feed.stream;
    const waiting = ((atOnce - 1) / 2) * page.size;
    const most = page.isForeseen
      ? MOST_FORESEEN_PAGES
      : Math.min(MOST_PAGES, (SPARE * MAX_SHARE_AHEAD) / waiting, left / page.time / (FEWEST_PARTS * atOnce));
    // The last page may be known as such only by the one after it, which is empty. A part that is cut costs more than a shorter one.
    this.#full = Math.max(FEWEST_PAGES, Math.min(most, ROOM_BEFORE_CUT * (cutAfterPages - 1)));
    // The first page counts as half a part, so that a short first part says less than all others.
    this.#time = (page.time * this.#full) / 2;
    this.#events = (page.events * this.#full) / 2;
  }

  /** The length of the next part, if so much time is left to read. */
  next(left: Duration): Duration {
    this.#count++;
    const length = (Math.max(FEWEST_PAGES, Math.round(this.#pagesOfNext(left))) - SHORT_OF_LAST_PAGE) * this.#page;
    return Math.max(this.#shortest, ceilTo(length, smallestWindow(this.#feed)));
  }

  #pagesOfNext(left: Duration): number {
    const [full, atOnce] = [this.#full, this.#atOnce];
    if (this.#isForeseen) return full;
    // What is left is shared with the parts that are being read: they have half of their pages before them, on average.
    const share = (left / this.#page + (full * (atOnce - 1)) / 2) / atOnce;
    return Math.min(full, (full * this.#count) / atOnce, share);
  }

  /** Number of pages that a range may have and that can be asked for before their turn. */
  pagesIn({ from, to }: Range): number {
    return this.#isForeseen ? Math.ceil((to - from) / this.#page) : 0;
  }

  /** Learns from a part that was read. */
  learn({ from, to }: Range, events: number): void {
    const keep = Math.min(1, (this.#full * this.#eventsPerPage) / this.#events);
    this.#time = this.#time * keep + (to - from);
    this.#events = this.#events * keep + events;
  }

  /** The time that one page covers. */
  get #page(): Duration {
    return (this.#time * this.#eventsPerPage) / this.#events;
  }
}
