import type { Effects } from '../effects.ts';
import { bucketOf, SELF, type SeenChunk } from '../stored/seen-chunk.ts';
import { HOUR, type Instant, parseInstant } from '../time.ts';
import { KeySet } from './key-set.ts';

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
