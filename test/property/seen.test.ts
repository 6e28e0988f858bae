import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effects } from '../../functions/core/effects.ts';
import { Seen } from '../../functions/core/state/seen.ts';
import { bucketOf, type SeenChunk, UNTIMED } from '../../functions/core/stored/seen-chunk.ts';
import { HOUR } from '../../functions/core/time.ts';
import { createWorld } from '../memory/world.ts';

const DESTINATIONS = ['one', 'two', 'three'];
const FEED = 'memory/events/acme';
const START = createWorld().now;

/** Few keys, so that they meet; and among them some that differ in one half only. */
const key = fc.tuple(fc.nat(6), fc.nat(6)).map(([high, low]) => {
  const bytes = new Uint8Array(8);
  bytes.set([high, 7, 7, 7, 9, 9, 9, low]);
  return bytes;
});
const hour = fc.oneof(
  { weight: 4, arbitrary: fc.nat(8).map((hours) => bucketOf(START + hours * HOUR)) },
  fc.constant(UNTIMED),
);
const bits = fc.integer({ min: 1, max: 7 });
const step = fc.record({ bucket: hour, key, bits, does: fc.constantFrom('add', 'add', 'ask', 'trim') });

/** What is stored, and what is true of it. */
class Model {
  readonly table = createWorld().table;
  readonly #bits = new Map<string, number>();
  #chunks = 0;

  get effects(): Effects {
    const { table } = this;
    return {
      ...createWorld().invoke().effects,
      loadSeen: async function* (feed, from, to) {
        yield* table.loadSeen(feed, from, to, START);
      },
    };
  }

  add(bucket: string, key: Uint8Array, bits: number): void {
    this.table.remember(FEED, [chunkOf(bucket, String(this.#chunks++), [key], bits)], START);
    this.#bits.set(`${bucket} ${key}`, this.of(bucket, key) | bits);
  }

  of(bucket: string, key: Uint8Array): number {
    return this.#bits.get(`${bucket} ${key}`) ?? 0;
  }
}

function chunkOf(bucket: string, id: string, keys: readonly Uint8Array[], bits: number): SeenChunk {
  const destinations = DESTINATIONS.filter((_, at) => bits & (1 << at));
  return { bucket, id, destinations, keys: Buffer.concat(keys), count: keys.length, digest: 0n };
}

describe('seen', () => {
  it('knows what every destination has accepted, however little fits into memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.array(step, { maxLength: 60 }),
        fc.nat(8),
        fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(1_000)),
        async (stored, steps, from, mostKeys) => {
          const model = new Model();
          for (const { bucket, key, bits } of stored) model.add(bucket, key, bits);
          const seen = new Seen(model.effects, FEED, DESTINATIONS, mostKeys);
          await seen.load(START + from * HOUR);

          for (const { bucket, key, bits, does } of steps) {
            if (does === 'trim') seen.trim();
            if (does === 'add') {
              model.add(bucket, key, bits);
              await seen.add(bucket, key, bits);
            }
            expect(await seen.has(bucket, key)).toBe(model.of(bucket, key));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says from when on all is known: at once where it fits, else after the hours that do not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), async (stored, mostKeys) => {
        const model = new Model();
        for (const { bucket, key, bits } of stored) model.add(bucket, key, bits);

        const from = await new Seen(model.effects, FEED, DESTINATIONS, mostKeys).load(START);

        const count = (at: string) => stored.filter(({ bucket }) => bucket >= at).length;
        expect(from).toBeGreaterThanOrEqual(START);
        if (count(bucketOf(START)) <= mostKeys) expect(from).toBe(START);
        else if (from > START) expect(count(bucketOf(from - HOUR))).toBeGreaterThan(mostKeys);
      }),
    );
  });

  it('keeps many keys apart that share half of their bits', async () => {
    const model = new Model();
    const seen = new Seen(model.effects, FEED, DESTINATIONS, 100_000);
    const keys = Array.from({ length: 2_000 }, (_, at) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(at, at % 2 === 0 ? 0 : 4);
      return bytes;
    });
    for (const [at, key] of keys.entries()) await seen.add('2026-03-02T12', key, 1 << (at % 3));
    for (const [at, key] of keys.entries())
      expect(await seen.has('2026-03-02T12', key)).toBe(at === 0 ? 1 : 1 << (at % 3));
  });
});
