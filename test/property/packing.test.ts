import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Blocks, WaitingLines } from '../../functions/core/delivery/line-bytes.ts';
import {
  batchRecords,
  MAX_CALL_BYTES,
  MAX_CALL_RECORDS,
  packRecords,
  recordPerLine,
  TARGET_RECORD_BYTES,
} from '../../functions/core/delivery/packing.ts';

/** Lines of all sizes, with characters of several bytes. */
const line = fc
  .tuple(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.oneof({ weight: 5, arbitrary: fc.nat(3_000) }, fc.nat(TARGET_RECORD_BYTES * 2), fc.constantFrom(900_000)),
  )
  .map(([text, size]) => text.replace(/\n/g, ' ').toWellFormed() + 'ä'.repeat(size / 2));
const lines = fc.array(line, { maxLength: 60 }).map((texts) => {
  const waiting = new WaitingLines(new Blocks());
  return texts.map((text, at) => ({ event: at * 3, text, line: waiting.add(text) }));
});

describe('records', () => {
  it('hold every line whole, once, in order, each ended by a newline', () => {
    fc.assert(
      fc.property(lines, (lines) => {
        const records = packRecords(lines);
        const whole = Buffer.concat(records.map(({ bytes }) => bytes)).toString();
        expect(whole === lines.map(({ text }) => `${text}\n`).join('')).toBe(true);
        expect(records.flatMap(({ events }) => events)).toEqual(lines.map(({ event }) => event));
        for (const { bytes, events } of records) {
          expect(bytes.at(-1)).toBe(10);
          expect(Buffer.from(bytes).toString().split('\n').length - 1).toBe(events.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are larger than their target only for one line that is', () => {
    fc.assert(
      fc.property(lines, (lines) => {
        for (const { bytes, events } of packRecords(lines)) {
          expect(bytes.length <= TARGET_RECORD_BYTES || events.length === 1).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('records of one event', () => {
  it('hold the bytes of one line and its newline, in order', () => {
    fc.assert(
      fc.property(lines, (lines) => {
        const records = recordPerLine(lines);
        expect(records.map(({ events }) => events)).toEqual(lines.map(({ event }) => [event]));
        const texts = records.map(({ bytes }) => Buffer.from(bytes).toString());
        expect(texts.every((text, at) => text === `${lines[at]?.text}\n`)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('calls', () => {
  it('hold every record once, in order, within the limits', () => {
    const sizes = fc.array(
      fc.oneof(fc.constantFrom(1, 10, TARGET_RECORD_BYTES), fc.integer({ min: 1, max: 1_000_000 })),
      { maxLength: 1_200 },
    );
    fc.assert(
      fc.property(sizes, (sizes) => {
        // Only the length counts, and a million bytes each would be many.
        const records = sizes.map((length, at) => ({ bytes: { length } as Uint8Array, events: [at] }));
        const calls = batchRecords(records);
        expect(calls.flat()).toEqual(records);
        for (const call of calls) {
          expect(call.length).toBeGreaterThan(0);
          expect(call.length).toBeLessThanOrEqual(MAX_CALL_RECORDS);
          expect(call.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(MAX_CALL_BYTES);
        }
      }),
    );
  });
});
