import { digest } from '../events/identity.ts';
import type { Request } from '../model.ts';
import { below } from './origin.ts';
import { methodOf } from './request-body.ts';

/** Maximum number of pages of a window. A server that sends more never ends. */
const MAX_PAGES = 10_000;

/** Headers that choose the form of an answer, never another page. */
const SAME_PAGE = /^(accept[a-z-]*|user-agent): /;

/** Paging went round in circles, or did not end: what was read is delivered, but the window is not complete. */
export class IncompleteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IncompleteError';
  }
}

/** A page, as far as paging needs it. */
export interface Turn {
  /** The hashes of its rows. */
  readonly rows: readonly string[];
  readonly next?: Request | undefined;
  /** Whether its rows have different times: then a page with the same rows can only be the same page. */
  spansInstants(): boolean;
}

/**
 * Decides whether a window's paging goes on. It ends where there is no next request, or where the next request is the one just
 * sent and brings nothing new when it is sent once more.
 */
export class Paging {
  readonly #origin: string;
  readonly #followed = new Set<string>();
  readonly #maxPages: number;
  #asked: string;
  #repeats = false;
  #rows: readonly string[] = [];
  #pages = 0;

  /** @param origin what paths are relative to: a vendor links to itself by whole URLs */
  constructor(first: Request, origin = 'https://vendor.invalid', maxPages = MAX_PAGES) {
    this.#origin = origin;
    this.#maxPages = maxPages;
    this.#asked = requestKey(first, origin);
    this.#followed.add(this.#asked);
  }

  /** Takes note of a page. Returns the next request, if there is one, and whether the page is one that was read before. */
  turn({ rows, next, spansInstants }: Turn): { readonly next?: Request; readonly again: boolean } {
    this.#pages++;
    const key = next && requestKey(next, this.#origin);
    const known = rows.length > 0 && isWithin(rows, this.#rows);
    const nothingNew = this.#repeats && (known || rows.length === 0);
    // A last page that links to itself may first have been reached by another URL: the page before it is then the same page.
    const isSamePage = key === this.#asked && known && rows.length === this.#rows.length && spansInstants();
    this.#rows = rows;
    const again = nothingNew || isSamePage;
    if (!next || key === undefined || nothingNew) return { again };
    if (this.#pages >= this.#maxPages) {
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
}

/**
 * A key that tells requests apart by all that makes them: two of them may differ in their bodies only, or in a header.
 *
 * @param origin what paths are relative to
 */
export function requestKey(request: Request, origin: string): string {
  const { url, headers = {}, body } = request;
  const whole = url.startsWith('/') ? below(origin, url) : url;
  const named = Object.entries(headers).map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  const relevant = named.filter((line) => !SAME_PAGE.test(line)).sort();
  return digest(JSON.stringify([methodOf(request), whole, relevant, body?.contentType, body?.text]));
}

/** Whether each of these rows is among those, at least as often. */
function isWithin(these: readonly string[], those: readonly string[]): boolean {
  // Nearly every page begins with a row that the page before it did not have.
  if (these[0] !== undefined && !those.includes(these[0])) return false;
  const counts = new Map<string, number>();
  for (const row of those) counts.set(row, (counts.get(row) ?? 0) + 1);
  return these.every((row) => {
    const count = counts.get(row) ?? 0;
    counts.set(row, count - 1);
    return count > 0;
  });
}
