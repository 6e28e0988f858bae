import type { Duration, Instant, Range } from '../../time.ts';

/** Minimum number of consecutive instants in one direction: a few unordered rows can look ordered by chance. */
const ENOUGH_STEPS = 8;

/** Finds out the order of a window's rows, and from it the part that a later run need not read again. */
export class RowOrder {
  #ascending = true;
  #descending = true;
  #last: Instant | undefined;
  #steps = 0;

  add(time: Instant): void {
    if (this.#last !== undefined && time < this.#last) this.#ascending = false;
    if (this.#last !== undefined && time > this.#last) this.#descending = false;
    if (this.#last !== undefined && time !== this.#last) this.#steps++;
    this.#last = time;
  }

  /** Whether all rows so far came in one direction. */
  get monotone(): boolean {
    return this.#ascending || this.#descending;
  }

  get last(): Instant | undefined {
    return this.#last;
  }

  /**
   * The part of the window that is not read yet. It includes the instant of the last row, since more rows of it may follow.
   * Undefined if that is unknown (few instants so far, or no order): then the window is read again from its start.
   */
  left(window: Range, precision: Duration): Range | undefined {
    if (this.#last === undefined || this.#steps < ENOUGH_STEPS || this.#ascending === this.#descending)
      return undefined;
    if (this.#ascending) return { from: Math.max(window.from, this.#last), to: window.to };
    return { from: window.from, to: Math.min(window.to, this.#last + precision) };
  }
}
