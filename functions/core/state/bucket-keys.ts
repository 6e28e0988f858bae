import { KeySet } from './key-set.ts';

/** Keys of fewer bytes are joined with others: Node may keep them within a larger piece of memory. */
const SMALL = 4_096;
/** So many keys are looked up by scanning the stored ones. After that, a hash table has been worth its making. */
const MAX_SCANS = 32;

/** The key that is looked up, as bytes and as words. */
const KEY_WORDS = new Uint32Array(2);
const KEY_BYTES = new Uint8Array(KEY_WORDS.buffer);

/** Stored keys that the same destinations have. */
interface Part {
  /** The destinations, as bits. */
  readonly bits: number;
  /** The two halves of each key in turn, in the processor's order of bytes. */
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
  #small: (Omit<Part, 'words'> & { readonly keys: Uint8Array })[] = [];
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
    const count = Math.floor(keys.length / 8);
    this.#stored += count;
    if (keys.length < SMALL || keys.byteOffset % 4 !== 0) this.#small.push({ bits, keys: keys.subarray(0, 8 * count) });
    else this.#parts.push({ bits, words: new Uint32Array(keys.buffer, keys.byteOffset, 2 * count) });
  }

  /** Joins the small chunks, once all are loaded. */
  pack(): void {
    for (const [bits, some] of Map.groupBy(this.#small, (one) => one.bits)) {
      this.#parts.push({ bits, words: joined(some.map(({ keys }) => keys)) });
    }
    this.#small = [];
  }

  /** Takes keys that were delivered. */
  add(keys: Uint8Array, bits: number): void {
    this.#put({ bits, words: joined([keys]) });
  }

  /** The destinations, as bits, that have the key. */
  get(key: Uint8Array): number {
    if (this.#stored > 0 && ++this.#scans > MAX_SCANS) this.#hash();
    for (let at = 0; at < 8; at++) KEY_BYTES[at] = key[at] as number;
    const first = KEY_WORDS[0] as number;
    const second = KEY_WORDS[1] as number;
    let found = this.#table?.bitsOf(first, second) ?? 0;
    for (const { bits, words } of this.#parts) if (contains(words, first, second)) found |= bits;
    return found;
  }

  /** Makes the hash table to plain keys again: they take half of its room. */
  rest(): void {
    if (!this.#table) return;
    const added = this.#table;
    const counts = new Map<number, number>();
    for (const [, , bits] of added) counts.set(bits, (counts.get(bits) ?? 0) + 1);
    for (const [bits, count] of counts) {
      const words = new Uint32Array(2 * count);
      let at = 0;
      for (const [first, second, each] of added) {
        if (each !== bits) continue;
        words[at++] = first;
        words[at++] = second;
      }
      this.#parts.push({ bits, words });
    }
    this.#stored += added.size;
    added.release();
    this.#table = undefined;
    this.#scans = 0;
  }

  #hash(): void {
    const parts = this.#parts;
    const added = this.#table ?? new KeySet();
    this.#table = new KeySet(this.size);
    this.#parts = [];
    this.#stored = 0;
    for (const part of parts) this.#put(part);
    for (const [first, second, bits] of added) this.#table.put(first, second, bits);
    added.release();
  }

  #put({ bits, words }: Part): void {
    this.#table ??= new KeySet();
    for (let at = 0; at < words.length; at += 2) {
      this.#table.put(words[at] as number, words[at + 1] as number, bits);
    }
  }
}

/** Copies keys into one piece of memory. */
function joined(chunks: readonly Uint8Array[]): Uint32Array {
  const all = new Uint32Array(chunks.reduce((sum, { length }) => sum + length, 0) >> 2);
  const bytes = new Uint8Array(all.buffer);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Whether one of the keys is this one. The search for its first half is native code, and finds nearly nothing else. */
function contains(words: Uint32Array, first: number, second: number): boolean {
  for (let at = words.indexOf(first); at >= 0; at = words.indexOf(first, at + 1)) {
    if (at % 2 === 0 && words[at + 1] === second) return true;
  }
  return false;
}
