import type { LogShape } from './messages.ts';

/** A request to a vendor. Its URL is without the path that leads to the vendor, which `base` has. */
export interface VendorCall {
  readonly method: string;
  readonly url: URL;
  readonly base: string;
}

/** An answer of a vendor. */
export interface VendorReply {
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** How many rows of the log it holds. */
  readonly rows?: number;
}

/** The log of a vendor whose rows are computed: their times by the shape, their contents by the vendor. */
export class VendorLog {
  readonly #shape: LogShape;
  readonly #every: number;
  readonly #row: (at: number, time: number) => string;

  /** @param row the text of a row, by its number and its time in milliseconds */
  constructor(shape: LogShape, row: (at: number, time: number) => string) {
    this.#shape = shape;
    this.#every = shape.every ?? 1;
    this.#row = row;
  }

  /** The numbers of the rows in a half-open range of time: first, and the one after the last. */
  within(from: number, to: number): { readonly first: number; readonly end: number } {
    return { first: this.#firstAtOrAfter(from), end: this.#firstAtOrAfter(to) };
  }

  text(at: number): string {
    return this.#row(at * this.#every, this.time(at));
  }

  time(at: number): number {
    const { from, to, rows } = this.#shape;
    return from + Math.floor((originalOf(at * this.#every) * (to - from)) / rows);
  }

  #firstAtOrAfter(time: number): number {
    let [low, high] = [0, Math.ceil(this.#shape.rows / this.#every)];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The vendor's side of a source: its log with the rows as the vendor writes them, and whatever else the source asks for. */
export interface VendorEndpoint {
  /** The text of a row, by its number and its time in milliseconds. */
  row(at: number, time: number): string;
  /** Undefined if there is no such page. */
  answer(call: VendorCall, log: VendorLog): VendorReply | undefined;
}

/** Contents repeat after so many rows. */
const CONTENTS = 50_000;
/** One row in a hundred happened twice in its second. */
const TWINS = 100;

/** The number of the content of a row: twins share it. */
export function contentAt(at: number): number {
  return originalOf(at) % CONTENTS;
}

/** The row of which a row is a twin: it has its time and its content. */
function originalOf(at: number): number {
  return at % TWINS === TWINS / 2 ? at - 1 : at;
}

/** Keeps what a function returned for each number. */
export function kept<T>(make: (number: number) => T): (number: number) => T {
  const values: T[] = [];
  return (number) => (values[number] ??= make(number));
}
