/** 64-bit keys with the destinations that have them. An open hash table with 12 bytes per slot: a Map would take ten times that. */
export class KeySet {
  size = 0;
  #slots = new Uint32Array(3 * 64);

  get(key: Uint8Array): number {
    return this.#slots[this.#find(high(key), low(key)) + 2] as number;
  }

  has(h: number, l: number): boolean {
    return this.#slots[this.#find(h, l) + 2] !== 0;
  }

  add(key: Uint8Array, destinations: number): void {
    if (destinations === 0) return;
    const [h, l] = [high(key), low(key)];
    const at = this.#find(h, l);
    if (this.#slots[at + 2] === 0) {
      this.#slots[at] = h;
      this.#slots[at + 1] = l;
      this.size++;
    }
    this.#slots[at + 2] = (this.#slots[at + 2] as number) | destinations;
    if (this.size * 4 > this.#slots.length) this.#grow();
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
    const slots = this.#slots.length / 3;
    let at = (l & (slots - 1)) * 3;
    while (this.#slots[at + 2] !== 0 && (this.#slots[at] !== h || this.#slots[at + 1] !== l)) {
      at = (at + 3) % this.#slots.length;
    }
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    const slots = this.#slots.length / 3;
    for (let from = 0; from < old.length; from += 3) {
      if (old[from + 2] === 0) continue;
      let at = ((old[from + 1] as number) & (slots - 1)) * 3;
      while (this.#slots[at + 2] !== 0) at = (at + 3) % this.#slots.length;
      this.#slots.set(old.subarray(from, from + 3), at);
    }
  }
}

function high(key: Uint8Array): number {
  return (
    (((key[0] as number) << 24) | ((key[1] as number) << 16) | ((key[2] as number) << 8) | (key[3] as number)) >>> 0
  );
}

function low(key: Uint8Array): number {
  return (
    (((key[4] as number) << 24) | ((key[5] as number) << 16) | ((key[6] as number) << 8) | (key[7] as number)) >>> 0
  );
}
