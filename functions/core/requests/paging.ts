import { digest } from '../events/identity.ts';
import type { Request } from '../model.ts';
import { below } from './origin.ts';

/** More pages than any honest window has; a server that never ends is told from one that has much by this. */
const MOST_PAGES = 10_000;

/** Paging went round in circles, or on and on: what was read is delivered, but the window is not complete. */
export class IncompleteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IncompleteError';
  }
}

/** A page as far as paging is concerned. */
export interface Turn {
  /** The hashes of its rows. */
  readonly rows: readonly string[];
  readonly next?: Request | undefined;
  /** Whether its rows are of several instants: then the same rows once more can only be the same page. */
  spansInstants(): boolean;
}

/**
 * Decides whether a window's paging goes on. Its end is earned: by no next link, or by one that leads to where we are
 * and brings nothing new when it is followed once more.
 */
export class Paging {
  readonly #origin: string;
  readonly #followed = new Set<string>();
  readonly #mostPages: number;
  #asked: string;
  #repeats = false;
  #rows: readonly string[] = [];
  #pages = 0;

  /** @param origin what paths are relative to: a vendor links to itself by whole URLs */
  constructor(first: Request, origin = 'https://vendor.invalid', mostPages = MOST_PAGES) {
    this.#origin = origin;
    this.#mostPages = mostPages;
    this.#asked = this.#key(first);
    this.#followed.add(this.#asked);
  }

  /** Takes note of a page; says what to ask next, if anything, and whether the page is one that we have had already. */
  turn({ rows, next, spansInstants }: Turn): { readonly next?: Request; readonly again: boolean } {
    this.#pages++;
    const key = next && this.#key(next);
    const known = rows.length > 0 && isWithin(rows, this.#rows);
    const nothingNew = this.#repeats && (known || rows.length === 0);
    // A last page that links to itself may do so by another name first: the page before it is then the same page.
    const namesake = key === this.#asked && known && rows.length === this.#rows.length && spansInstants();
    this.#rows = rows;
    const again = nothingNew || namesake;
    if (!next || key === undefined || nothingNew) return { again };
    if (this.#pages >= this.#mostPages) {
      throw new IncompleteError(`the vendor’s paging had not ended after ${this.#pages} pages`);
    }
    this.#repeats = key === this.#asked;
    if (this.#followed.has(key) && !this.#repeats) {
      throw new IncompleteError(
        `the vendor’s paging goes in circles: page ${this.#pages} links back to an earlier page`,
      );
    }
    this.#followed.add(key);
    this.#asked = key;
    return { next, again };
  }

  #key({ url }: Request): string {
    return digest(url.startsWith('/') ? below(this.#origin, url) : url);
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
