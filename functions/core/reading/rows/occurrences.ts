import type { Instant } from '../../time.ts';

/** The window holds more unordered rows than can be counted: it must be halved. */
export class TooManyRowsError extends Error {
  constructor(rows: number) {
    super(`more than ${rows} rows in no order of time`);
    this.name = 'TooManyRowsError';
  }
}

/**
 * Numbers identical rows within one read of one window: two failed logins of one second are number 0 and number 1.
 * Rows in order of time need only the counts of the current instant, so older counts are dropped when there are many.
 */
export class Occurrences {
  readonly #maxRows: number;
  #behind = new Map<string, number>();
  readonly #current = new Map<string, number>();
  /** Rows without a time have no place in the order, so their counts are never dropped. */
  readonly #untimed = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  #instant: Instant | undefined;
  #dropped = false;

  constructor(maxRows = 20_000) {
    this.#maxRows = maxRows;
  }

  /**
   * The number of this row among identical rows.
   * @param time undefined if the row has no place in the order of time
   * @param ordered whether the rows have come in order of time so far, this one included
   */
  next(hash: string, time: Instant | undefined, ordered: boolean): number {
    if (!ordered && this.#dropped) throw new TooManyRowsError(this.#maxRows);
    if (time !== undefined && time !== this.#instant) this.#moveTo(time, ordered);
    const counts = this.#countsFor(hash, time);
    const count = counts.get(hash) ?? 0;
    counts.set(hash, count + 1);
    return count;
  }

  /** Whether all rows with this hash were read already: then this one was repeated by paging. */
  repeats(hash: string, time: Instant | undefined): boolean {
    const counts = time === undefined ? this.#untimed : this.#behind.has(hash) ? this.#behind : this.#current;
    return (counts.get(hash) ?? 0) >= (this.#totals.get(hash) ?? Number.POSITIVE_INFINITY);
  }

  /** Sets the number of rows with this hash. */
  cap(hash: string, total: number): void {
    this.#totals.set(hash, total);
  }

  #countsFor(hash: string, time: Instant | undefined): Map<string, number> {
    if (time === undefined) {
      if (this.#untimed.size >= this.#maxRows) throw new TooManyRowsError(this.#maxRows);
      return this.#untimed;
    }
    return this.#behind.has(hash) ? this.#behind : this.#current;
  }

  #moveTo(time: Instant, ordered: boolean): void {
    for (const [hash, count] of this.#current) this.#behind.set(hash, count);
    this.#current.clear();
    this.#instant = time;
    if (this.#behind.size <= this.#maxRows) return;
    if (!ordered) throw new TooManyRowsError(this.#maxRows);
    this.#behind = new Map();
    this.#dropped = true;
  }
}
