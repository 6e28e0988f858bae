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
  events.forEach((event, at) => {
    const bits = accepted[at] as number;
    if (bits === 0) return;
    const { bucket } = event;
    const group = groups.get(`${bucket}/${bits}`) ?? { bits, bucket, events: [] };
    groups.set(`${bucket}/${bits}`, group);
    group.events.push(event);
  });
  return [...groups.values()];
}

/** @param destinations all destinations of the feed, in the order of their bits */
export function chunkOf(group: AcceptedGroup, id: string, destinations: readonly string[]): SeenChunk {
  const { bucket, bits, events } = group;
  const keys = Buffer.concat(events.map(({ key }) => key));
  const times = events.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const hashes = events.flatMap(({ stableHash }) => (stableHash === undefined ? [] : [stableHash]));
  return {
    bucket,
    id,
    destinations: destinations.filter((_, at) => bits & (1 << at)),
    keys,
    count: events.length,
    digest: digestOf(keys),
    ...(times.length > 0 && { newest: times.reduce((newest, time) => Math.max(newest, time)) }),
    ...(hashes.length === events.length && { stableHashes: Buffer.concat(hashes) }),
  };
}

/** The sum of 64-bit keys, modulo 2^64: chunks can be added up in any order. */
function digestOf(keys: Buffer): bigint {
  let digest = 0n;
  for (let at = 0; at < keys.length; at += 8) digest += keys.readBigUInt64BE(at);
  return BigInt.asUintN(64, digest);
}
