import type { Duration, Instant, Range } from '../../time.ts';

/** Number of instants that must follow each other in one direction: a few rows in no order can look ordered by accident. */
const ENOUGH_STEPS = 8;

/** Finds out in which order the rows of a window come, and with it what a later run need not read again. */
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
   * What is left of the window: the whole instant of the last row is read again, since more identical rows may follow.
   * Undefined if the rows do not tell (few instants so far, or no order): then the window is read again from its start.
   */
  left(window: Range, precision: Duration): Range | undefined {
    if (this.#last === undefined || this.#steps < ENOUGH_STEPS || this.#ascending === this.#descending)
      return undefined;
    if (this.#ascending) return { from: Math.max(window.from, this.#last), to: window.to };
    return { from: window.from, to: Math.min(window.to, this.#last + precision) };
  }
}
