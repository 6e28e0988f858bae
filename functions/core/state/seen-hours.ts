import type { Effects } from '../effects.ts';
import type { SeenRange, StoredChunk } from '../stored/seen-chunk.ts';
import { KeySet, wordsOf } from './key-set.ts';
import { destinationBits } from './seen.ts';

/** The delivered events of one hour. Each key counts once, even if it was stored several times. */
export interface SeenHour {
  readonly bucket: string;
  readonly keys: KeySet;
  /** The destinations for which the keys' bits stand. */
  readonly destinations: readonly string[];
  /** The stored chunks, with the hashes that tell changed records if these were wanted. */
  readonly chunks: readonly StoredChunk[];
}

/** The hours in which something was delivered, newest first. One at a time, since a day may have millions of events. */
export async function* seenHours(effects: Effects, place: string, range: SeenRange): AsyncGenerator<SeenHour> {
  let chunks: StoredChunk[] = [];
  for await (const chunk of effects.loadSeen(place, range)) {
    if (chunks.length > 0 && chunks[0]?.bucket !== chunk.bucket) {
      yield hourOf(chunks);
      chunks = [];
    }
    chunks.push(chunk);
  }
  if (chunks.length > 0) yield hourOf(chunks);
}

function hourOf(chunks: readonly StoredChunk[]): SeenHour {
  const destinations = [...new Set(chunks.flatMap((chunk) => chunk.destinations))].sort();
  const keys = new KeySet(chunks.reduce((sum, chunk) => sum + chunk.keys.length / 8, 0));
  for (const chunk of chunks) {
    const bits = destinationBits(destinations, chunk.destinations);
    const words = wordsOf(chunk.keys);
    for (let at = 0; at < words.length; at += 2) keys.put(words[at] as number, words[at + 1] as number, bits);
  }
  return { bucket: chunks[0]?.bucket ?? '', keys, destinations, chunks };
}
