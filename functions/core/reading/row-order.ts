import type { Duration, Instant, Range } from '../time.ts';

/** Rows in no order look ordered for a while: so many instants in a row that go one way are no accident. */
const ENOUGH_STEPS = 8;

/** Watches in which order the rows of a window come, for what may be left out when a later run goes on with it. */
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
   * What is left of the window: the last row's instant is read again as a whole, since its equal rows may go on.
   * None when the rows do not say (few instants so far, or no order): then the window is read again from its start.
   */
  left(window: Range, precision: Duration): Range | undefined {
    if (this.#last === undefined || this.#steps < ENOUGH_STEPS || this.#ascending === this.#descending)
      return undefined;
    if (this.#ascending) return { from: Math.max(window.from, this.#last), to: window.to };
    return { from: window.from, to: Math.min(window.to, this.#last + precision) };
  }
}
