import type { Duration, Instant, Range } from './time.ts';

/** Watches in which order the rows of a window come, for what may be left out when a later run goes on with it. */
export class Order {
  #ascending = true;
  #descending = true;
  #last: Instant | undefined;

  add(time: Instant): void {
    if (this.#last !== undefined && time < this.#last) this.#ascending = false;
    if (this.#last !== undefined && time > this.#last) this.#descending = false;
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
   * None when the rows do not say (no row, one instant only, or no order): then the window is read again from its start.
   */
  left(window: Range, precision: Duration): Range | undefined {
    if (this.#last === undefined || this.#ascending === this.#descending) return undefined;
    if (this.#ascending) return { from: Math.max(window.from, this.#last), to: window.to };
    return { from: window.from, to: Math.min(window.to, this.#last + precision) };
  }
}
