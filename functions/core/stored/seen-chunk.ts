import { formatInstant, HOUR, type Instant } from '../time.ts';

/** The bucket of events without a usable time: always loaded. */
export const UNTIMED = 'untimed';

/** The bucket of our own acts, which are no records of the vendor's: always loaded. It sorts between the hours and the untimed. */
export const SELF = 'own';

/** Keys of delivered events: one append-only item, true whoever wrote it. */
export interface SeenChunk {
  readonly bucket: string;
  /** Tells this chunk from every other: fence, flush and part. */
  readonly id: string;
  /** The destinations that have accepted these events. */
  readonly destinations: readonly string[];
  /** 8 bytes a key. */
  readonly keys: Uint8Array;
  /** 4 bytes a key, where the stream can tell a record that was changed: alike for both of its versions. */
  readonly stableHashes?: Uint8Array;
  readonly count: number;
  /** The sum of the keys modulo 2^64, so that chunks add up. */
  readonly digest: bigint;
  /** The time of the newest event in it; none in the untimed bucket. */
  readonly newest?: Instant;
}

/** The bucket of an event: the hour it happened in. Sorts as text; `untimed` sorts after all of them. */
export function bucketOf(time: Instant | undefined): string {
  if (time === undefined) return UNTIMED;
  const hour = Math.floor(time / HOUR);
  if (hour !== lastBucket.hour) lastBucket = { hour, text: formatInstant(time, 's').slice(0, 13) };
  return lastBucket.text;
}

/** Neighbours share their hour. */
let lastBucket = { hour: -1, text: '' };
