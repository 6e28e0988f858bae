import { digest } from './identity.ts';
import type { Request } from './model.ts';

/** More pages than any honest window has; a server that never ends is told from one that has much by this. */
const MOST_PAGES = 10_000;

/** Paging went round in circles, or on and on: what was read is delivered, but the window is not complete. */
export class IncompleteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IncompleteError';
  }
}

/**
 * Decides whether a window's paging goes on. Its end is earned: by no next link, or by one that leads to where we are
 * and brings nothing new when it is followed once more.
 */
export class Paging {
  readonly #followed = new Set<string>();
  readonly #mostPages: number;
  #asked: Request;
  #repeats = false;
  #rows: readonly string[] = [];
  #pages = 0;

  constructor(first: Request, mostPages = MOST_PAGES) {
    this.#asked = first;
    this.#mostPages = mostPages;
    this.#followed.add(digest(first.url));
  }

  /**
   * Takes note of a page and says what to ask next, if anything.
   * @param rows the hashes of the page's rows
   */
  turn(rows: readonly string[], next: Request | undefined): { readonly next?: Request; readonly nothingNew: boolean } {
    this.#pages++;
    const nothingNew = this.#repeats && isWithin(rows, this.#rows);
    this.#rows = rows;
    if (!next || nothingNew) return { nothingNew };
    if (this.#pages >= this.#mostPages)
      throw new IncompleteError(`the vendor’s paging had not ended after ${this.#pages} pages`);
    this.#repeats = next.url === this.#asked.url;
    const key = digest(next.url);
    if (this.#followed.has(key) && !this.#repeats) {
      throw new IncompleteError(
        `the vendor’s paging goes in circles: page ${this.#pages} links back to an earlier page`,
      );
    }
    this.#followed.add(key);
    this.#asked = next;
    return { next, nothingNew };
  }
}

/** Whether each of these rows is among those, as often. */
function isWithin(these: readonly string[], those: readonly string[]): boolean {
  const counts = new Map<string, number>();
  for (const row of those) counts.set(row, (counts.get(row) ?? 0) + 1);
  return these.every((row) => {
    const count = counts.get(row) ?? 0;
    counts.set(row, count - 1);
    return count > 0;
  });
}
