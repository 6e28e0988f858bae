import type { Effects } from '../effects.ts';
import type { Digest } from '../stored/ledger-row.ts';
import type { SeenChunk } from '../stored/seen-chunk.ts';
import { KeySet } from './key-set.ts';
import { destinationBits } from './seen.ts';

/** The delivered events of one hour. Each key counts once, even if it was stored several times. */
export interface SeenHour {
  readonly bucket: string;
  readonly keys: KeySet;
  /** The destinations for which the keys' bits stand. */
  readonly destinations: readonly string[];
  /** The stored chunks, with the hashes that tell changed records. */
  readonly chunks: readonly SeenChunk[];
}

/** The hours in which something was delivered, newest first. One at a time, since a day may have millions of events. */
export async function* seenHours(effects: Effects, place: string, from: string, to: string): AsyncGenerator<SeenHour> {
  let chunks: SeenChunk[] = [];
  for await (const chunk of effects.loadSeen(place, from, to)) {
    if (chunks.length > 0 && chunks[0]?.bucket !== chunk.bucket) {
      yield hourOf(chunks);
      chunks = [];
    }
    chunks.push(chunk);
  }
  if (chunks.length > 0) yield hourOf(chunks);
}

function hourOf(chunks: readonly SeenChunk[]): SeenHour {
  const destinations = [...new Set(chunks.flatMap((chunk) => chunk.destinations))].sort();
  const keys = new KeySet();
  for (const chunk of chunks) {
    const bits = destinationBits(destinations, chunk.destinations);
    for (let at = 0; at + 8 <= chunk.keys.length; at += 8) keys.add(chunk.keys.subarray(at, at + 8), bits);
  }
  return { bucket: chunks[0]?.bucket ?? '', keys, destinations, chunks };
}

/** A sum of keys. */
export class DigestSum {
  events = 0;
  #sum = 0n;

  add(high: number, low: number): void {
    this.events++;
    this.#sum += (BigInt(high) << 32n) + BigInt(low);
  }

  get total(): Digest {
    return { events: this.events, digest: BigInt.asUintN(64, this.#sum).toString(16).padStart(16, '0') };
  }
}
