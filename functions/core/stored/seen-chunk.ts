import { formatInstant, HOUR, type Instant } from '../time.ts';

/** The bucket of events without a usable time. */
export const UNTIMED = 'untimed';

/** The bucket of our own events, which are not the vendor's. It sorts between the hours and `untimed`. */
export const SELF = 'own';

/** Keys of delivered events. Chunks are only ever added, and stay true whichever worker wrote them. */
export interface SeenChunk {
  readonly bucket: string;
  /** Tells this chunk from every other: fence, flush and part. */
  readonly id: string;
  /** The destinations that have accepted these events. */
  readonly destinations: readonly string[];
  /** When their delivery began. Undefined if no clock was believed then: it may be any time. */
  readonly at: Instant | undefined;
  /** 8 bytes per key. */
  readonly keys: Uint8Array;
  /** 4 bytes per key, the same for both versions of a changed record. Undefined if the stream cannot tell changed records. */
  readonly stableHashes?: Uint8Array;
  readonly count: number;
  /** The sum of the keys modulo 2^64, so that chunks add up. */
  readonly digest: bigint;
  /** The time of the newest event in it. Undefined in the untimed bucket. */
  readonly newest?: Instant;
}

/** The part of a chunk that is read. */
export type StoredChunk = Omit<SeenChunk, 'count' | 'digest'>;

/** The buckets to read, both ends included. */
export interface SeenRange {
  readonly from: string;
  readonly to: string;
  /** Whether the stable hashes are read, too. */
  readonly stableHashes?: boolean;
  /** Whether the time of each chunk's newest event is read, too. */
  readonly newest?: boolean;
}

/** The bucket of an event: the hour in which it happened. Buckets sort as text; `untimed` is the last. */
export function bucketOf(time: Instant | undefined): string {
  if (time === undefined) return UNTIMED;
  const hour = Math.floor(time / HOUR);
  if (hour !== lastBucket.hour) lastBucket = { hour, text: formatInstant(time, 's').slice(0, 13) };
  return lastBucket.text;
}

/** Events that follow each other are mostly of the same hour. */
let lastBucket = { hour: -1, text: '' };
