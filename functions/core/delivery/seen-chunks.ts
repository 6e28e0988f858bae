import { DigestSum } from '../state/digest-sum.ts';
import { high, low } from '../state/key-set.ts';
import type { SeenChunk } from '../stored/seen-chunk.ts';
import type { Instant } from '../time.ts';

/** The key under which an event is remembered as delivered. */
export interface SeenKey {
  /** Undefined if the event has no usable time. */
  readonly time?: Instant | undefined;
  readonly bucket: string;
  readonly key: Uint8Array;
  /** A hash of the fields that stay the same when the vendor changes the record. */
  readonly stableHash?: Uint8Array | undefined;
}

/** Events of one bucket that the same destinations have accepted. */
export interface AcceptedGroup {
  readonly bucket: string;
  /** The destinations, as bits. */
  readonly bits: number;
  readonly events: SeenKey[];
}

/**
 * Groups events by bucket and destinations. Events that no destination has accepted are left out.
 *
 * @param accepted for each event, the destinations that have accepted it, as bits
 */
export function groupAccepted(events: readonly SeenKey[], accepted: Uint32Array): AcceptedGroup[] {
  const groups = new Map<string, AcceptedGroup>();
  let group: AcceptedGroup | undefined;
  for (const [at, event] of events.entries()) {
    const bits = accepted[at] as number;
    if (bits === 0) continue;
    const { bucket } = event;
    // Events that follow each other are mostly of the same group.
    if (group?.bucket !== bucket || group.bits !== bits) {
      const name = `${bucket}/${bits}`;
      group = groups.get(name) ?? { bits, bucket, events: [] };
      groups.set(name, group);
    }
    group.events.push(event);
  }
  return [...groups.values()];
}

/** A chunk of a flush. */
export interface ChunkParts {
  readonly id: string;
  /** All destinations of the feed, in the order of their bits. */
  readonly destinations: readonly string[];
  /** When the delivery began. */
  readonly at: Instant | undefined;
}

export function chunkOf(group: AcceptedGroup, { id, destinations, at: began }: ChunkParts): SeenChunk {
  const { bucket, bits, events } = group;
  const keys = new Uint8Array(8 * events.length);
  const hashes = new Uint8Array(4 * events.length);
  const digest = new DigestSum();
  let newest: Instant | undefined;
  let hashed = 0;
  for (const [at, { key, time, stableHash }] of events.entries()) {
    keys.set(key, 8 * at);
    digest.add(high(key), low(key));
    if (time !== undefined) newest = Math.max(newest ?? time, time);
    if (stableHash) hashes.set(stableHash, 4 * hashed++);
  }
  return {
    bucket,
    id,
    destinations: destinations.filter((_, at) => bits & (1 << at)),
    at: began,
    keys,
    count: events.length,
    digest: digest.sum,
    ...(newest !== undefined && { newest }),
    ...(hashed === events.length && { stableHashes: hashes }),
  };
}
