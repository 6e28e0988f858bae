import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pieces } from '../../../../functions/shell/network/pieces.ts';

test('pieces of all sizes become the whole, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 40 }), (sizes) => {
      const pieces = new Pieces();
      const parts = sizes.map((size, at) => Buffer.alloc(size, at + 1));
      for (const part of parts) pieces.add(part);

      expect(pieces.size).toBe(parts.reduce((all, { length }) => all + length, 0));
      expect(pieces.take().equals(Buffer.concat(parts))).toBe(true);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('a million bytes that come one by one take no more than a few times their size', () => {
  const byte = Buffer.of(120);
  const pieces = new Pieces();
  const before = process.memoryUsage();

  // Each is a buffer of its own, as a parser makes it.
  for (let at = 0; at < 1_000_000; at++) pieces.add(byte.subarray());

  const { heapUsed, arrayBuffers } = process.memoryUsage();
  expect(pieces.size).toBe(1_000_000);
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(3_000_000);
  // With an object for each it would be 100 MB, beyond what garbage collection leaves in passing.
  expect(heapUsed - before.heapUsed).toBeLessThan(60_000_000);
});
