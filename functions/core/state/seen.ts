import type { Effects, KeptSeen } from '../effects.ts';
import type { SeenChunk } from '../stored/seen-chunk.ts';
import type { Instant, Range } from '../time.ts';
import { BucketKeys } from './bucket-keys.ts';
import { hoursNear, neighbours } from './neighbours.ts';

/** Maximum number of buckets in memory: a vendor that puts an impossible time on each row must not fill it with empty ones. */
const MAX_BUCKETS = 1_000;
/** Maximum number of queries that are prepared at the same time. */
const MAX_QUERIES = 8;

const NONE: ReadonlySet<string> = new Set();

/** What was delivered to a destination in this time does not count: it may be lost. */
export interface LostDeliveries extends Range {
  readonly destination: string;
}

/** Inputs of the events that each destination has accepted. */
export interface SeenParts {
  readonly place: string;
  readonly destinations: readonly string[];
  readonly maxKeys: number;
  readonly lost?: readonly LostDeliveries[];
}

/** The buckets that a run leaves in memory. */
class KeptBuckets implements KeptSeen {
  /** The destinations for which the keys' bits stand. */
  readonly destinations: readonly string[];
  readonly buckets: ReadonlyMap<string, BucketKeys>;
  readonly size: number;

  constructor(destinations: readonly string[], buckets: ReadonlyMap<string, BucketKeys>) {
    this.destinations = destinations;
    this.buckets = buckets;
    this.size = [...buckets.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** A bucket that is being loaded. */
interface Loading {
  readonly keys: BucketKeys;
  /** Resolves when the query has ended. The bucket may be left out then, for want of room. */
  readonly ended: Promise<void>;
}

/**
 * The events that each destination has accepted. A bucket is loaded before the first event of it is judged, so that a run without
 * rows loads nothing. The memory is bounded: the buckets used longest ago are dropped, and loaded again when they are needed.
 * Flushes may end, and add keys, at any moment while a bucket is being loaded.
 */
export class Seen {
  readonly #effects: Effects;
  readonly #place: string;
  readonly #destinations: readonly string[];
  readonly #maxKeys: number;
  readonly #lost: readonly LostDeliveries[];
  /** Only buckets whose keys are all in memory. */
  readonly #complete = new Map<string, BucketKeys>();
  readonly #loading = new Map<string, Loading>();
  #uses = 0;
  /** The number of uses when keys were last added. */
  #usesAtAdd = 0;

  constructor(effects: Effects, { place, destinations, maxKeys, lost = [] }: SeenParts) {
    this.#effects = effects;
    this.#place = place;
    this.#destinations = destinations;
    this.#maxKeys = maxKeys;
    this.#lost = lost;
  }

  /** Takes over what an earlier run has left in memory. Nobody else may have delivered events of the feed since. */
  takeOver(kept: KeptSeen): void {
    if (!(kept instanceof KeptBuckets) || kept.destinations.join() !== this.#destinations.join()) return;
    for (const [bucket, keys] of kept.buckets) {
      keys.usedAt = 0;
      this.#complete.set(bucket, keys);
    }
  }

  /** What this run leaves in memory. Nothing may be outgoing, and this object must not be used any more. */
  leave(): KeptSeen {
    return new KeptBuckets(this.#destinations, this.#complete);
  }

  /** The destinations, as bits, that have accepted this event. No promise if its bucket is in memory. */
  has(bucket: string, key: Uint8Array): number | Promise<number> {
    const keys = this.#use(bucket);
    return keys ? keys.get(key) : this.#loadAndAsk(bucket, key);
  }

  /**
   * Loads buckets that are about to be asked for, with one query for those that are neighbours. What finds no room is loaded when
   * it is asked for. Undefined if all are in memory.
   *
   * @param along the range that is being read: its hours near these are loaded with them, since they will be asked for soon
   */
  prepare(buckets: Iterable<string>, along?: Range): Promise<void> | undefined {
    const wanted = new Set(buckets);
    const missing = [...wanted].filter((bucket) => !this.#use(bucket));
    if (missing.length === 0) return undefined;
    const isAbsent = (bucket: string) => !this.#complete.has(bucket) && !this.#loading.has(bucket);
    const near = along ? hoursNear(missing, along) : [];
    const ranges = neighbours([...new Set([...missing, ...near])].filter(isAbsent), isAbsent).slice(0, MAX_QUERIES);
    const others = missing.flatMap((bucket) => this.#loading.get(bucket)?.ended ?? []);
    return Promise.all([...others, ...ranges.map((range) => this.#load(range, wanted))]).then(() => undefined);
  }

  /** Notes remembered chunks. A bucket that is not in memory has them when it is loaded. */
  add(chunks: readonly SeenChunk[]): void {
    for (const { bucket, keys, destinations } of chunks) {
      const known = this.#use(bucket) ?? this.#loading.get(bucket)?.keys;
      known?.add(keys, destinationBits(this.#destinations, destinations));
    }
    // A backlog leaves one hour after the other behind.
    for (const keys of this.#complete.values()) if (keys.usedAt <= this.#usesAtAdd) keys.rest();
    this.#usesAtAdd = this.#uses;
    this.#makeRoom();
  }

  async #loadAndAsk(bucket: string, key: Uint8Array): Promise<number> {
    for (;;) {
      await (this.#loading.get(bucket)?.ended ?? this.#load([bucket], new Set([bucket])));
      // Another query may have left it out, or may have taken its room meanwhile.
      const keys = this.#use(bucket);
      if (keys) return keys.get(key);
    }
  }

  /** The keys of a bucket that is in memory. From now on it is the one used last. */
  #use(bucket: string): BucketKeys | undefined {
    const keys = this.#complete.get(bucket);
    if (keys) keys.usedAt = ++this.#uses;
    return keys;
  }

  /**
   * Loads a range of buckets, none of which is in memory.
   *
   * @param range all buckets from the first one to the last one
   * @param kept the buckets that must not be dropped for it
   */
  #load(range: readonly string[], kept: ReadonlySet<string>): Promise<void> {
    const left = new Map(range.map((bucket) => [bucket, new BucketKeys()]));
    const ended = this.#read(left, kept).finally(() => {
      for (const bucket of left.keys()) this.#loading.delete(bucket);
    });
    for (const [bucket, keys] of left) this.#loading.set(bucket, { keys, ended });
    return ended;
  }

  /** @param left the buckets of a range that are not complete yet: those that are still in it at the end have failed */
  async #read(left: Map<string, BucketKeys>, kept: ReadonlySet<string>): Promise<void> {
    const newestFirst = [...left.keys()].reverse();
    const range = { from: newestFirst.at(-1) as string, to: newestFirst[0] as string };
    for await (const { bucket, keys, destinations, at } of this.#effects.loadSeen(this.#place, range)) {
      const whole = newestFirst.findIndex((each) => each <= bucket);
      // The chunks come from the newest bucket to the oldest, so that of this one may not be the last.
      for (const each of newestFirst.splice(0, whole)) this.#finish(each, left);
      if (whole > 0 && !this.#makeRoom(kept)) return;
      left.get(bucket)?.load(keys, destinationBits(this.#destinations, destinations) & ~this.#lostBits(at));
    }
    for (const each of newestFirst) this.#finish(each, left);
    this.#makeRoom(kept);
  }

  /** The destinations, as bits, for which what was remembered at this time does not count. */
  #lostBits(at: Instant | undefined): number {
    // Where the time is not known: rather a duplicate than a loss.
    const lost = this.#lost.filter(({ from, to }) => at === undefined || (at >= from && at <= to));
    return destinationBits(
      this.#destinations,
      lost.map(({ destination }) => destination),
    );
  }

  #finish(bucket: string, left: Map<string, BucketKeys>): void {
    const keys = left.get(bucket) as BucketKeys;
    keys.pack();
    left.delete(bucket);
    this.#loading.delete(bucket);
    this.#complete.set(bucket, keys);
    this.#use(bucket);
  }

  /** Drops complete buckets, those used longest ago first, as long as there is too much in memory. Returns false if there still is. */
  #makeRoom(kept: ReadonlySet<string> = NONE): boolean {
    let keys = 0;
    for (const one of this.#complete.values()) keys += one.size;
    for (const one of this.#loading.values()) keys += one.keys.size;
    const isFull = () => keys > this.#maxKeys || this.#complete.size + this.#loading.size > MAX_BUCKETS;
    if (!isFull()) return true;
    const droppable = [...this.#complete].filter(([bucket]) => !kept.has(bucket));
    for (const [bucket, { size }] of droppable.sort(([, one], [, other]) => one.usedAt - other.usedAt)) {
      keys -= size;
      this.#complete.delete(bucket);
      if (!isFull()) return true;
    }
    return false;
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
