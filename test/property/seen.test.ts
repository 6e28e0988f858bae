import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effects } from '../../functions/core/effects.ts';
import { Seen } from '../../functions/core/state/seen.ts';
import { bucketOf, SELF, type SeenChunk, UNTIMED } from '../../functions/core/stored/seen-chunk.ts';
import { HOUR } from '../../functions/core/time.ts';
import { createWorld } from '../memory/world.ts';

const DESTINATIONS = ['one', 'two', 'three'];
const FEED = 'memory/events/acme';
const START = createWorld().now;

/** Few keys, so that they meet; and among them some that differ in one half only. */
const key = fc.tuple(fc.nat(2), fc.nat(2)).map(([high, low]) => {
  const bytes = new Uint8Array(8);
  bytes.set([high, 7, 7, 7, 9, 9, 9, low]);
  return bytes;
});
const hour = fc.oneof(
  { weight: 6, arbitrary: fc.nat(9).map((hours) => bucketOf(START + hours * HOUR)) },
  fc.constantFrom(UNTIMED, SELF),
);
const entry = fc.record({ bucket: hour, key, bits: fc.integer({ min: 1, max: 7 }) });
type Entry = typeof entry extends fc.Arbitrary<infer Value> ? Value : never;
const most = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(1_000));

/** Passes control to other tasks, as a call over the network does. */
type Pass = (call: string) => Promise<void>;

/** What is stored, and what is true of it. */
class Model {
  readonly table = createWorld().table;
  readonly #stored = new Map<string, number>();
  readonly #known = new Map<string, number>();
  readonly #pass: Pass;
  #chunks = 0;
  queries = 0;
  /** The numbers of the queries that fail. */
  failing: readonly number[] = [];

  constructor(stored: readonly Entry[], pass: Pass = async () => undefined) {
    this.#pass = pass;
    for (const one of stored) {
      this.store(one);
      this.know(one);
    }
  }

  get effects(): Effects {
    const loadSeen = this.#query.bind(this);
    return { ...createWorld().invoke().effects, loadSeen };
  }

  store({ bucket, key, bits }: Entry): SeenChunk {
    const destinations = DESTINATIONS.filter((_, at) => bits & (1 << at));
    const id = String(this.#chunks++).padStart(6, '0');
    const chunk = { bucket, id, destinations, at: START, keys: key, count: 1, digest: 0n };
    this.table.remember(FEED, [chunk], START);
    set(this.#stored, bucket, key, bits);
    return chunk;
  }

  /** From now on nobody may say that these destinations lack the event. */
  know({ bucket, key, bits }: Entry): void {
    set(this.#known, bucket, key, bits);
  }

  known(bucket: string, key: Uint8Array): number {
    return this.#known.get(`${bucket} ${key}`) ?? 0;
  }

  stored(bucket: string, key: Uint8Array): number {
    return this.#stored.get(`${bucket} ${key}`) ?? 0;
  }

  /** Reads pages of two chunks, each with what is stored when it is read. */
  async *#query(place: string, { from, to }: { from: string; to: string }): AsyncGenerator<SeenChunk> {
    const number = this.queries++;
    for (let last: SeenChunk | undefined; ; ) {
      await this.#pass(`query ${from} ${to}`);
      const left = this.table.loadSeen(place, from, to, START).filter((chunk) => !last || nameOf(chunk) < nameOf(last));
      const page = left.slice(0, 2);
      await this.#pass('answer');
      if (this.failing.includes(number)) throw new Error('the table does not answer');
      yield* page;
      last = page.at(-1);
      if (page.length === left.length) return;
    }
  }
}

function set(map: Map<string, number>, bucket: string, key: Uint8Array, bits: number): void {
  const name = `${bucket} ${key}`;
  map.set(name, (map.get(name) ?? 0) | bits);
}

function nameOf({ bucket, id }: SeenChunk): string {
  return `${bucket}#${id}`;
}

/** Asks for everything that was ever stored. */
async function askAll(model: Model, seen: Seen, entries: Iterable<Entry>): Promise<void> {
  for (const { bucket, key } of entries) expect(await seen.has(bucket, key)).toBe(model.stored(bucket, key));
}

/** A flush is stored, and its keys are added when that is confirmed. */
async function flush(model: Model, seen: Seen, flushed: Entry, pass: Pass): Promise<void> {
  await pass('remember');
  const chunk = model.store(flushed);
  await pass('remembered');
  seen.add([chunk]);
  model.know(flushed);
}

/** Nothing that is known is denied, and nothing is made up. */
async function ask(model: Model, seen: Seen, { bucket, key }: Entry): Promise<void> {
  const known = model.known(bucket, key);
  const answer = await seen.has(bucket, key);
  expect(answer & known).toBe(known);
  expect(answer & ~model.stored(bucket, key)).toBe(0);
}

describe('seen', () => {
  it('knows what every destination has accepted, however little fits into memory', async () => {
    const step = fc.record({ one: entry, others: fc.array(hour, { maxLength: 5 }), adds: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 60 }),
        fc.array(step, { maxLength: 60 }),
        most,
        async (stored, steps, mostKeys) => {
          const model = new Model(stored);
          const seen = new Seen(model.effects, { place: FEED, destinations: DESTINATIONS, maxKeys: mostKeys });

          for (const { one, others, adds } of steps) {
            await seen.prepare(others);
            if (adds) await flush(model, seen, one, async () => undefined);
            expect(await seen.has(one.bucket, one.key)).toBe(model.stored(one.bucket, one.key));
          }
          await seen.prepare(stored.map(({ bucket }) => bucket));
          await askAll(model, seen, stored);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('denies no known event, in whatever order queries, flushes and questions meet', async () => {
    const task = fc.oneof(
      fc.record({ act: fc.constant('flush' as const), one: entry }),
      fc.record({ act: fc.constant('ask' as const), one: entry }),
      fc.record({ act: fc.constant('prepare' as const), buckets: fc.array(hour, { maxLength: 6 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(entry, { maxLength: 40 }),
        fc.array(fc.array(task, { maxLength: 8 }), { minLength: 2, maxLength: 4 }),
        most,
        async (scheduler, stored, workers, mostKeys) => {
          const pass: Pass = (call) => scheduler.schedule(Promise.resolve(), call);
          const model = new Model(stored, pass);
          const seen = new Seen(model.effects, { place: FEED, destinations: DESTINATIONS, maxKeys: mostKeys });
          const working = workers.map(async (tasks) => {
            for (const task of tasks) {
              await pass('next');
              if (task.act === 'flush') await flush(model, seen, task.one, pass);
              else if (task.act === 'ask') await ask(model, seen, task.one);
              else await seen.prepare(task.buckets);
            }
          });
          await scheduler.waitFor(Promise.all(working));
          const flushed = workers.flat().flatMap((task) => (task.act === 'flush' ? task.one : []));
          await scheduler.waitFor(askAll(model, seen, [...stored, ...flushed]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes nothing for known after a query that failed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(10), { maxLength: 5 }),
        fc.array(fc.array(hour, { maxLength: 6 }), { maxLength: 4 }),
        most,
        async (stored, failing, prepared, mostKeys) => {
          const model = new Model(stored);
          const seen = new Seen(model.effects, { place: FEED, destinations: DESTINATIONS, maxKeys: mostKeys });
          model.failing = failing;
          for (const buckets of prepared) await seen.prepare(buckets)?.catch(() => undefined);
          for (const { bucket, key } of stored) {
            const answer = await Promise.resolve(seen.has(bucket, key)).catch(() => undefined);
            if (answer !== undefined) expect(answer).toBe(model.stored(bucket, key));
          }
        },
      ),
    );
  });

  it('keeps many keys apart that share half of their bits, whether they are scanned or hashed', async () => {
    const keys = Array.from({ length: 2_000 }, (_, at) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(at, at % 2 === 0 ? 0 : 4);
      return bytes;
    });
    const bucket = bucketOf(START);
    const model = new Model(keys.slice(0, 1_000).map((key, at) => ({ bucket, key, bits: 1 << (at % 3) })));
    const seen = new Seen(model.effects, { place: FEED, destinations: DESTINATIONS, maxKeys: 100_000 });
    await seen.prepare([bucket]);

    for (const [at, key] of keys.slice(1_000).entries()) {
      seen.add([model.store({ bucket, key, bits: 1 << ((at + 1_000) % 3) })]);
    }

    for (const [at, key] of [...keys.entries()].reverse())
      expect(seen.has(bucket, key)).toBe(at === 0 ? 1 : 1 << (at % 3));
    expect(seen.has(bucket, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]))).toBe(0);
    expect(model.queries).toBe(1);
  });
});
