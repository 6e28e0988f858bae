import { describe, expect, test } from 'vitest';
import { BucketKeys } from '../../../../functions/core/state/bucket-keys.ts';
import { KeySet } from '../../../../functions/core/state/key-set.ts';

const COUNT = 400_000;
/** Bytes of a key in a table: 12, and room that is not taken. */
const MOST_BYTES_A_KEY = 12 * 2;

/** A key as random as a MAC. */
function keyOf(number: number): readonly [high: number, low: number] {
  return [Math.imul(number + 1, 0x9e37_79b1) >>> 0, Math.imul(number + 7, 0x85eb_ca6b) >>> 0];
}

function bytesOf(numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(8 * numbers.length);
  for (const [at, number] of numbers.entries()) {
    const [high, low] = keyOf(number);
    bytes.writeUInt32BE(high, 8 * at);
    bytes.writeUInt32BE(low, 8 * at + 4);
  }
  return bytes;
}

describe('a set of keys', () => {
  test('has all of them after it has grown, and gives the memory of smaller tables back at once', () => {
    const before = process.memoryUsage().arrayBuffers;
    const keys = new KeySet();
    for (let number = 0; number < COUNT; number++) keys.put(...keyOf(number), 1 + (number % 3));
    const grown = process.memoryUsage().arrayBuffers - before;

    const wrong = Array.from({ length: COUNT }, (_, n) => n).filter((n) => keys.bitsOf(...keyOf(n)) !== 1 + (n % 3));
    expect(wrong).toEqual([]);
    expect(keys.has(...keyOf(COUNT))).toBe(false);
    expect(grown).toBeLessThanOrEqual(MOST_BYTES_A_KEY * COUNT);
  });

  test('of a bucket is the same after a rest, and after its keys were looked up', () => {
    const bucket = new BucketKeys();
    const numbers = Array.from({ length: 3_000 }, (_, n) => n);
    bucket.add(bytesOf(numbers), 1);
    bucket.rest();
    bucket.add(bytesOf([3_000]), 2);
    const bits = [...numbers, 3_000, 3_001].map((number) => bucket.get(bytesOf([number])));

    expect(bits).toEqual([...numbers.map(() => 1), 2, 0]);
    bucket.rest();
    expect([bucket.get(bytesOf([7])), bucket.get(bytesOf([3_000])), bucket.size]).toEqual([1, 2, 3_001]);
  });
});
