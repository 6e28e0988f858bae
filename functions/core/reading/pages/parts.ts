import type { Feed } from '../../model.ts';
import { ceilTo, type Duration, type Range } from '../../time.ts';
import { smallestWindow } from '../plan.ts';

/** Pages of a part of a long window. Each part costs about half a page more, because it ends in the middle of one. */
const MOST_PAGES = 10;
/** Pages of the last parts: with short ones, the requests that are made at the same time end at about the same time. */
const FEWEST_PAGES = 5;
/** Maximum number of parts of a window: some vendors answer about more than they are asked for, such as whole minutes. */
const MAX_PARTS = 100;

/** Maximum size of the pages that wait for their turn, as a share of the memory for answers. They take half as much as one that is worked on, and less. */
export const MAX_SHARE_AHEAD = 2;

/** The events of a page, the time from the first of them to the last, and its share of the memory for answers. */
export interface PageSpan {
  readonly size: number;
  readonly events: number;
  readonly time: Duration;
}

/** How long windows are divided into parts of a few pages, so that several can be read at the same time. */
export class Parts {
  readonly #feed: Feed;
  readonly #atOnce: number;
  readonly #shortest: Duration;
  readonly #eventsPerPage: number;
  readonly #mostPages: number;
  /** The time that one page covers. */
  #page: Duration;

  /**
   * @param page the first page of the window. It may say little about other pages
   * @param atOnce maximum number of requests at the same time
   */
  constructor(feed: Feed, window: Range, page: PageSpan, atOnce: number) {
    this.#feed = feed;
    this.#atOnce = atOnce;
    this.#shortest = ceilTo((window.to - window.from) / MAX_PARTS, smallestWindow(feed));
    this.#eventsPerPage = page.events;
    // What is read before its turn waits in memory.
    this.#mostPages = Math.min(MOST_PAGES, Math.max(FEWEST_PAGES, MAX_SHARE_AHEAD / (atOnce - 1) / page.size));
    this.#page = page.time;
  }

  /** The length of the next part, if so much time is left to read. */
  lengthIn(left: Duration): Duration {
    const share = left / this.#page / (2 * this.#atOnce);
    const pages = Math.min(Math.max(share, FEWEST_PAGES), this.#mostPages);
    return Math.max(this.#shortest, ceilTo(pages * this.#page, smallestWindow(this.#feed)));
  }

  /** Learns from a part that was read. */
  learn({ from, to }: Range, events: number): void {
    this.#page = events > 0 ? ((to - from) * this.#eventsPerPage) / events : 2 * this.#page;
  }
}
