import type { Effects } from '../effects.ts';
import { bucketOf, SELF, type SeenChunk } from '../stored/seen-chunk.ts';
import { HOUR, type Instant, parseInstant } from '../time.ts';

/**
 * The events that each destination has accepted. The overlap and everything above it is loaded at the start, other buckets on
 * demand. The memory is bounded: the buckets used longest ago are dropped, and loaded again when they are needed.
 */
export class Seen {
  readonly #effects: Effects;
  readonly #place: string;
  readonly #destinations: readonly string[];
  readonly #mostKeys: number;
  readonly #buckets = new Map<string, KeySet>();
  /** Buckets at or above it are in memory, unless they were dropped. */
  #loadedFrom: string = SELF;
  readonly #dropped = new Set<string>();

  constructor(effects: Effects, place: string, destinations: readonly string[], mostKeys: number) {
    this.#effects = effects;
    this.#place = place;
    this.#destinations = destinations;
    this.#mostKeys = mostKeys;
  }

  /** Loads the buckets that belong to no hour. Those of hours are loaded on demand. */
  async open(): Promise<void> {
    for await (const chunk of this.#effects.loadSeen(this.#place, SELF)) this.#add(chunk);
  }

  /** Loads the keys of events since a time, newest first. Returns the time since which all are loaded: a later one if there are too many. */
  async load(from: Instant): Promise<Instant> {
    const first = bucketOf(from);
    this.#loadedFrom = first;
    let keys = 0;
    for await (const chunk of this.#effects.loadSeen(this.#place, first)) {
      keys += chunk.count;
      if (keys > this.#mostKeys && chunk.bucket < SELF) {
        // Only a part of this bucket is loaded, so it cannot be used.
        this.#buckets.delete(chunk.bucket);
        return this.#cutAfter(chunk.bucket);
      }
      this.#add(chunk);
    }
    return from;
  }

  /** The destinations, as bits, that have accepted this event. No promise if its bucket is in memory, as it nearly always is. */
  has(bucket: string, key: Uint8Array): number | Promise<number> {
    const set = this.#touch(bucket);
    return set ? set.get(key) : this.#read(bucket).then((read) => read.get(key));
  }

  /** Notes that these destinations have accepted an event. */
  async add(bucket: string, key: Uint8Array, destinations: number): Promise<void> {
    (this.#touch(bucket) ?? (await this.#read(bucket))).add(key, destinations);
  }

  /** Drops the buckets used longest ago, down to the maximum number of keys. */
  trim(): void {
    let keys = 0;
    for (const set of this.#buckets.values()) keys += set.size;
    for (const [bucket, set] of this.#buckets) {
      if (keys <= this.#mostKeys) return;
      if (bucket >= SELF) continue;
      keys -= set.size;
      this.#buckets.delete(bucket);
      this.#dropped.add(bucket);
    }
  }

  #touch(bucket: string): KeySet | undefined {
    const found = this.#buckets.get(bucket);
    if (!found) return undefined;
    // Now it is the one used last: a Map keeps the order of insertion.
    this.#buckets.delete(bucket);
    this.#buckets.set(bucket, found);
    return found;
  }

  async #read(bucket: string): Promise<KeySet> {
    const set = new KeySet();
    this.#buckets.set(bucket, set);
    if (bucket < this.#loadedFrom || this.#dropped.delete(bucket)) {
      for await (const chunk of this.#effects.loadSeen(this.#place, bucket, bucket)) this.#add(chunk);
    }
    return set;
  }

  #add(chunk: SeenChunk): void {
    const set = this.#buckets.get(chunk.bucket) ?? new KeySet();
    this.#buckets.set(chunk.bucket, set);
    const destinations = destinationBits(this.#destinations, chunk.destinations);
    for (let at = 0; at + 8 <= chunk.keys.length; at += 8) set.add(chunk.keys.subarray(at, at + 8), destinations);
  }

  #cutAfter(bucket: string): Instant {
    const next = (parseInstant(`${bucket}:00:00Z`) as Instant) + HOUR;
    this.#loadedFrom = bucketOf(next);
    return next;
  }
}

export function idsOf(destinations: readonly { readonly id: string }[]): string[] {
  return destinations.map(({ id }) => id);
}

/** The bits of some destinations among all that are configured. One that is no longer configured has no bit. */
export function destinationBits(all: readonly string[], some: readonly string[]): number {
  let bits = 0;
  for (const id of some) {
    const at = all.indexOf(id);
    if (at >= 0) bits |= 1 << at;
  }
  return bits;
}

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
