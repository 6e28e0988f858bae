const WORD = 2 ** 32;

/** Hashes whole numbers to one unsigned 32-bit number, the same on every machine. */
export function hash(...values: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const value of values) {
    state = mix(state ^ (value >>> 0));
    // Times and row ids are longer than 32 bits: their upper half is hashed too.
    state = mix((state + Math.floor(value / WORD)) >>> 0);
  }
  return state;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) + 0x6d2b79f5;
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A hash as a share: at least 0, less than 1. */
export function share(...values: readonly number[]): number {
  return hash(...values) / WORD;
}

/** A generator of numbers in [0, 1) that always gives the same ones for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / WORD;
  };
}

/** Picks one of several things. */
export function pick<T>(random: () => number, things: readonly T[]): T {
  return things[Math.floor(random() * things.length)] as T;
}
