/** Maximum number of remembered results. */
const MAX_RESULTS = 100;
/** Longest text whose result is remembered. The input of an invocation with fifty feeds has a few thousand characters. */
const MAX_CHARACTERS = 100_000;

/**
 * Remembers what was made of a text. The inputs of a warm function repeat to the letter, and checking them takes longer than
 * comparing them. A result is shared, so nobody may change it; an error is not remembered.
 */
export class Memo<T> {
  readonly #results = new Map<string, T>();

  get(text: string, make: () => T): T {
    const known = this.#results.get(text);
    if (known !== undefined) return known;
    const made = make();
    if (text.length > MAX_CHARACTERS) return made;
    this.#results.set(text, made);
    // A Map keeps the order of insertion.
    const [oldest] = this.#results.keys();
    if (this.#results.size > MAX_RESULTS && oldest !== undefined) this.#results.delete(oldest);
    return made;
  }
}
