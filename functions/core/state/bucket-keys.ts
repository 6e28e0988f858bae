import { KeySet, wordsOf } from './key-set.ts';

/** So many keys are looked up by scanning the stored ones. After that, a hash table has been worth its making. */
const MAX_SCANS = 32;

/** Stored keys that the same destinations have. */
interface Part {
  /** The destinations, as bits. */
  readonly bits: number;
  /** The upper and the lower half of each key in turn. */
  readonly words: Uint32Array;
}

/**
 * The keys of one bucket. Those that were loaded stay as they were stored, 8 bytes each, until many of them are looked up: most
 * runs ask for a few keys of a bucket, and scanning all of them takes a hundredth of the time of hashing them.
 */
export class BucketKeys {
  /** The number of the last use. */
  usedAt = 0;
  #parts: Part[] = [];
  #stored = 0;
  #scans = 0;
  /** Keys that were added in this run, and all others once they are worth it. */
  #table: KeySet | undefined;

  /** Number of keys. One that was stored twice may count twice. */
  get size(): number {
    return this.#stored + (this.#table?.size ?? 0);
  }

  /** Takes keys that were loaded. */
  load(keys: Uint8Array, bits: number): void {
    // A destination that is no longer configured has no bit.
    if (bits === 0) return;
    const words = wordsOf(keys);
    this.#parts.push({ bits, words });
    this.#stored += words.length / 2;
  }

  /** Joins what was loaded, since a chunk may have a single key. */
  pack(): void {
    const parts = [...Map.groupBy(this.#parts, ({ bits }) => bits)];
    this.#parts = parts.map(([bits, some]) => ({ bits, words: joined(some) }));
  }

  /** Takes keys that were delivered. */
  add(keys: Uint8Array, bits: number): void {
    this.#put({ bits, words: wordsOf(keys) });
  }

  /** The destinations, as bits, that have the key. */
  get(high: number, low: number): number {
    if (this.#stored > 0 && ++this.#scans > MAX_SCANS) this.#hash();
    let found = this.#table?.bitsOf(high, low) ?? 0;
    for (const { bits, words } of this.#parts) if (contains(words, high, low)) found |= bits;
    return found;
  }

  #hash(): void {
    const parts = this.#parts;
    const added = this.#table ?? [];
    this.#table = new KeySet(this.size);
    this.#parts = [];
    this.#stored = 0;
    for (const part of parts) this.#put(part);
    for (const [high, low, bits] of added) this.#table.put(high, low, bits);
  }

  #put({ bits, words }: Part): void {
    this.#table ??= new KeySet();
    for (let at = 0; at < words.length; at += 2) {
      this.#table.put(words[at] as number, words[at + 1] as number, bits);
    }
  }
}

function joined(parts: readonly Part[]): Uint32Array {
  const [first] = parts;
  if (first && parts.length === 1) return first.words;
  const all = new Uint32Array(parts.reduce((sum, { words }) => sum + words.length, 0));
  let at = 0;
  for (const { words } of parts) {
    all.set(words, at);
    at += words.length;
  }
  return all;
}

/** Whether one of the keys is this one. The search for its upper half is native code, and finds nearly nothing else. */
function contains(words: Uint32Array, high: number, low: number): boolean {
  for (let at = words.indexOf(high); at >= 0; at = words.indexOf(high, at + 1)) {
    if (at % 2 === 0 && words[at + 1] === low) return true;
  }
  return false;
}
