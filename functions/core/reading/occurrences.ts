import type { Instant } from '../time.ts';

/** The window holds more rows in no order than can be counted: it has to be read in halves. */
export class TooManyRowsError extends Error {
  constructor(rows: number) {
    super(`more than ${rows} rows in no order of time`);
    this.name = 'TooManyRowsError';
  }
}

/**
 * Numbers equal rows within one read of one window: two failed logins of one second are the 0th and the 1st of their kind.
 * Rows in order of time need only the counts of the current instant, so what lies behind is forgotten when there is much of it.
 */
export class Occurrences {
  readonly #most: number;
  #behind = new Map<string, number>();
  #current = new Map<string, number>();
  /** Rows without a time have no place in the order: they are never forgotten. */
  readonly #untimed = new Map<string, number>();
  readonly #caps = new Map<string, number>();
  #instant: Instant | undefined;
  #forgot = false;

  constructor(most = 20_000) {
    this.#most = most;
  }

  /**
   * The number of this row among its equals.
   * @param time none where the row has no place in the order of time
   * @param ordered whether the rows have come in order of time so far, this one included
   */
  next(hash: string, time: Instant | undefined, ordered: boolean): number {
    if (!ordered && this.#forgot) throw new TooManyRowsError(this.#most);
    if (time !== undefined && time !== this.#instant) this.#moveTo(time, ordered);
    const counts = this.#countsFor(hash, time);
    const count = counts.get(hash) ?? 0;
    counts.set(hash, count + 1);
    return count;
  }

  /** Whether as many of these rows have come as there are: another one is a row shown twice. */
  repeats(hash: string, time: Instant | undefined): boolean {
    const counts = time === undefined ? this.#untimed : this.#behind.has(hash) ? this.#behind : this.#current;
    return (counts.get(hash) ?? 0) >= (this.#caps.get(hash) ?? Number.POSITIVE_INFINITY);
  }

  /** Says how many of these rows there really are; more of them are repetitions. */
  cap(hash: string, total: number): void {
    this.#caps.set(hash, total);
  }

  #countsFor(hash: string, time: Instant | undefined): Map<string, number> {
    if (time === undefined) {
      if (this.#untimed.size >= this.#most) throw new TooManyRowsError(this.#most);
      return this.#untimed;
    }
    return this.#behind.has(hash) ? this.#behind : this.#current;
  }

  #moveTo(time: Instant, ordered: boolean): void {
    for (const [hash, count] of this.#current) this.#behind.set(hash, count);
    this.#current = new Map();
    this.#instant = time;
    if (this.#behind.size <= this.#most) return;
    if (!ordered) throw new TooManyRowsError(this.#most);
    this.#behind = new Map();
    this.#forgot = true;
  }
}
