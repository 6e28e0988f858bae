/** Slots of an empty set. */
const FEWEST_SLOTS = 64;
/** The share of the slots that may be taken. */
const FULL = 0.75;
/** How much larger a full set becomes. */
const GROWTH = 1.5;
const WORD = 2 ** 32;
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * 64-bit keys with the destinations that have them. An open hash table with 12 bytes per slot, 16 per key where their number is
 * known before: a Map would take ten times that.
 */
export class KeySet {
  size = 0;
  #slots: Uint32Array<ArrayBuffer>;

  /** @param expected the number of keys to make room for */
  constructor(expected = 0) {
    this.#slots = new Uint32Array(3 * Math.max(FEWEST_SLOTS, Math.ceil(expected / FULL) + 1));
  }

  get(key: Uint8Array): number {
    return this.bitsOf(high(key), low(key));
  }

  has(h: number, l: number): boolean {
    return this.bitsOf(h, l) !== 0;
  }

  /** The destinations, as bits, that have the key. */
  bitsOf(h: number, l: number): number {
    return this.#slots[this.#find(h, l) + 2] as number;
  }

  add(key: Uint8Array, destinations: number): void {
    this.put(high(key), low(key), destinations);
  }

  /** Adds destinations, as bits, to a key. */
  put(h: number, l: number, destinations: number): void {
    if (destinations === 0) return;
    const at = this.#find(h, l);
    if (this.#slots[at + 2] === 0) {
      this.#slots[at] = h;
      this.#slots[at + 1] = l;
      this.size++;
    }
    this.#slots[at + 2] = (this.#slots[at + 2] as number) | destinations;
    if (this.size * 3 > this.#slots.length * FULL) this.#grow();
  }

  /** Each key as two 32-bit numbers, with its destinations. */
  *[Symbol.iterator](): Generator<readonly [high: number, low: number, destinations: number]> {
    for (let at = 0; at < this.#slots.length; at += 3) {
      const destinations = this.#slots[at + 2] as number;
      if (destinations !== 0) yield [this.#slots[at] as number, this.#slots[at + 1] as number, destinations];
    }
  }

  /** The slot of the key, or the free one where it would go. Keys are a MAC, so any 32 bits of them are random enough to start at. */
  #find(h: number, l: number): number {
    const slots = this.#slots;
    let at = Math.floor((l * (slots.length / 3)) / WORD) * 3;
    while (slots[at + 2] !== 0 && (slots[at] !== h || slots[at + 1] !== l)) {
      at += 3;
      if (at === slots.length) at = 0;
    }
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(3 * Math.ceil((old.length / 3) * GROWTH));
    for (let from = 0; from < old.length; from += 3) {
      if (old[from + 2] === 0) continue;
      const at = this.#find(old[from] as number, old[from + 1] as number);
      this.#slots.set(old.subarray(from, from + 3), at);
    }
    free(old);
  }

  /** Gives its memory back at once. It is empty then, and must not be used any more. */
  release(): void {
    free(this.#slots);
    this.#slots = new Uint32Array(0);
    this.size = 0;
  }
}

/** Gives back what the garbage collector would find only later: large tables replace each other fast in a backlog. */
function free({ buffer }: Uint32Array<ArrayBuffer>): void {
  buffer.transfer(0);
}

/** The upper half of a key. */
export function high(key: Uint8Array): number {
  return (
    (((key[0] as number) << 24) | ((key[1] as number) << 16) | ((key[2] as number) << 8) | (key[3] as number)) >>> 0
  );
}

/** The lower half of a key. */
export function low(key: Uint8Array): number {
  return (
    (((key[4] as number) << 24) | ((key[5] as number) << 16) | ((key[6] as number) << 8) | (key[7] as number)) >>> 0
  );
}

/** A copy of stored keys as numbers: the upper and the lower half of each in turn. */
export function wordsOf(keys: Uint8Array): Uint32Array {
  const length = keys.length - (keys.length % 8);
  const words = new Uint32Array(length / 4);
  const bytes = Buffer.from(words.buffer);
  bytes.set(length === keys.length ? keys : keys.subarray(0, length));
  if (IS_LITTLE_ENDIAN) bytes.swap32();
  return words;
}
