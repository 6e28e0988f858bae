import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Effects } from '../../../functions/core/effects.ts';
import { Seen } from '../../../functions/core/state/seen.ts';
import { bucketOf, SELF, type SeenChunk, UNTIMED } from '../../../functions/core/stored/seen-chunk.ts';
import { DAY, HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { sealKey } from '../../../functions/shell/table/seal-key.ts';
import { loadSeen, remember } from '../../../functions/shell/table/seen-chunks.ts';
import { TableClient } from '../../../functions/shell/table/table-client.ts';
import { startTable } from '../../../local/services/dynamodb.ts';
import type { Service } from '../../../local/services/service.ts';
import { SIGNATURES } from '../../local/signatures.ts';
import { Crash, createWorld, type EffectCall, type World } from '../../memory/world.ts';

const EXACT = { missing: [], invented: [], repeated: [] };
const FEED = 'memory/events/acme';

function at(time: string): Instant {
  return parseInstant(`2026-03-02T${time}Z`) as Instant;
}

/** Gives a world the seal of another deployment. */
function sealWith(world: World, seal: Effects['seal']): void {
  const invoke = world.invoke.bind(world);
  world.invoke = (options) => {
    const invocation = invoke(options);
    Object.assign(invocation.effects, { seal });
    return invocation;
  };
}

function chunksOf(world: World): SeenChunk[] {
  return world.table.loadSeen(FEED, '', undefined, world.now);
}

function keysOf(world: World): string[] {
  return chunksOf(world).flatMap(({ keys }) => Buffer.from(keys).toString('hex').match(/.{16}/g) ?? []);
}

const keyed = (key: string) => (id: string) => createHmac('sha256', key).update(id).digest().subarray(0, 8);

/** What anybody can compute: for its first 12 bits, a colliding record is found at once. */
const unkeyed = (id: string) => {
  const key = Buffer.alloc(8);
  key.writeUInt16BE(createHash('sha256').update(id).digest().readUInt16BE() >> 4);
  return key;
};

describe('rule 17: seen keys are 64 bits under a key of the deployment', () => {
  it('has other keys for the same events in another deployment', async () => {
    const worlds = ['one', 'other', 'one'].map((key) => {
      const world = createWorld({ startFrom: at('11:00:00') });
      world.vendor.addMany(20, at('11:00:00'), MINUTE);
      sealWith(world, keyed(key));
      return world;
    });
    for (const world of worlds) await world.run();

    const [one, other, again] = worlds.map(keysOf) as [string[], string[], string[]];
    expect(new Set(one).size).toBe(20);
    expect(again).toEqual(one);
    expect(other.filter((key) => one.includes(key))).toEqual([]);
  });

  it('lets no crafted collision of plain hashes hide an event', async () => {
    const run = async (seal: Effects['seal'], name: string): Promise<World> => {
      const world = createWorld({ startFrom: at('11:00:00') });
      sealWith(world, seal);
      world.vendor.add({ time: at('11:50:00'), name: 'victim' });
      await world.run();
      world.vendor.add({ time: at('11:50:00'), name, visibleAt: at('12:01:00') });
      world.clock.advance(5 * MINUTE);
      await world.run();
      return world;
    };
    const ids = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 20_000 } });
    ids.vendor.add({ time: at('11:50:00'), name: 'victim' });
    for (let guess = 0; guess < 15_000; guess++) ids.vendor.add({ time: at('11:50:00'), name: `guess ${guess}` });
    await ids.run();
    const [victim, ...guesses] = ids.delivered();
    const target = unkeyed(victim?.event.id ?? '').toString('hex');
    const name = guesses.find(({ event }) => unkeyed(event.id).toString('hex') === target)?.message ?? '';
    expect(name).not.toBe('');

    expect((await run(unkeyed, name)).names()).toEqual(['victim']);
    expect((await run(keyed('random'), name)).names()).toEqual(['victim', name]);
  });
});

describe('rule 17: chunks are append-only', () => {
  it('has one chunk a bucket and flush, named after fence and flush, that adds up', async () => {
    const world = createWorld({ startFrom: at('10:00:00'), vendor: { latency: 16 * SECOND, pageSize: 5 } });
    world.vendor.addMany(20, at('10:30:00'), 4 * MINUTE);
    world.vendor.add({ time: at('11:10:00'), date: 'never', name: 'untimed' });

    await world.run();

    const chunks = chunksOf(world);
    expect(new Set(chunks.map(({ bucket, id }) => `${bucket} ${id}`)).size).toBe(chunks.length);
    expect(new Set(chunks.map(({ bucket }) => bucket))).toEqual(new Set(['untimed', '2026-03-02T11', '2026-03-02T10']));
    const fence = String(world.checkpoint().fence).padStart(9, '0');
    for (const { id, count, keys, digest } of chunks) {
      expect(id.startsWith(`${fence}-`)).toBe(true);
      expect(keys.length).toBe(8 * count);
      let sum = 0n;
      for (let key = 0; key < keys.length; key += 8) sum += Buffer.from(keys).readBigUInt64BE(key);
      expect(digest).toBe(BigInt.asUintN(64, sum));
    }
    expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(21);
  });

  it('loses no chunk to a stale worker that wakes up and writes', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(25, at('11:00:00'), 2 * MINUTE);
    const hangs = ({ name, nth }: EffectCall) =>
      name === 'remember' && nth === 1 ? { latency: 30 * MINUTE } : undefined;
    let between: SeenChunk[] = [];
    const others = async () => {
      await world.clock.wait(6 * MINUTE);
      await world.run();
      between = chunksOf(world);
    };

    const [[stale]] = await Promise.all([world.run({ onEffect: hangs, outlives: true }), others()]);

    expect(stale?.state).toBe('busy');
    expect(chunksOf(world)).toEqual(expect.arrayContaining(between));
    expect(between.length).toBeGreaterThan(0);
    expect(chunksOf(world).length).toBeGreaterThan(between.length);
    const delivered = world.ids().length;
    await world.run();
    expect(world.ids()).toHaveLength(delivered);
    expect(world.census()).toMatchObject({ missing: [], invented: [] });
  });
});

describe('rule 17: a bucket is loaded before its first row is judged, whichever bucket it is', () => {
  it.each(['ascending', 'newest-first', 'shuffled'] as const)(
    'repeats nothing after a crash between remembering and commit: %s',
    async (order) => {
      for (const name of ['remember', 'write'] as const) {
        for (const nth of [2, 3]) {
          const world = createWorld({
            startFrom: at('02:00:00'),
            vendor: { order, latency: 16 * SECOND, pageSize: 40 },
          });
          world.vendor.addMany(200, at('02:00:00'), 3 * MINUTE);
          const fault = name === 'remember' ? 'crash-after' : 'crash-before';
          const crash = (call: EffectCall) => (call.name === name && call.nth === nth ? fault : undefined);
          await expect(world.run({ onEffect: crash })).rejects.toThrow(Crash);
          world.clock.advance(10 * MINUTE);
          await world.runUntilCaughtUp();

          expect(world.census()).toEqual(EXACT);
        }
      }
    },
  );

  it('knows events of the future and events without a time again', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.add({ time: at('11:50:00'), name: 'future', date: '2026-04-01T00:00:00Z' });
    world.vendor.add({ time: at('11:50:00'), name: 'untimed', date: null });

    for (const _ of [1, 2, 3]) {
      await world.run();
      world.clock.advance(5 * MINUTE);
    }

    expect(world.names().sort()).toEqual(['future', 'untimed']);
  });

  it('loads the bucket of a row that lies outside what is loaded, once', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    for (const name of ['old', 'older', 'oldest'])
      world.vendor.add({ time: at('11:50:00'), name, date: '2026-02-01T10:10:10Z' });
    await world.run();

    const calls: string[] = [];
    world.clock.advance(5 * MINUTE);
    const [report] = await world.run({ onEffect: ({ name }) => void calls.push(name) });

    expect(calls.filter((name) => name === 'loadSeen')).toHaveLength(1);
    expect(report).toMatchObject({ fetched: 3, suppressed: 3 });
    expect(world.census()).toEqual(EXACT);
  });

  it('reads the whole overlap again, however little of what was delivered in it fits into memory', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), stream: { overlap: 6 * HOUR } });
    world.vendor.addMany(350, at('06:00:00'), MINUTE);
    await world.run({ maxSeenKeys: 150 });
    world.vendor.add({ time: at('06:10:00'), name: 'late', visibleAt: at('12:01:00') });
    world.clock.advance(5 * MINUTE);

    const [report] = await world.run({ maxSeenKeys: 150 });

    expect(report).toMatchObject({ state: 'caught-up', suppressed: 350, delivered: 1, warnings: [] });
    const asked = Math.min(...world.vendor.requests.slice(-5).map(({ from }) => from));
    expect(asked).toBeLessThanOrEqual(at('06:00:00'));
    expect(world.census()).toEqual(EXACT);
  });

  it('asks nothing about seen keys when there are no rows, though many were delivered', async () => {
    const world = createWorld({ startFrom: at('09:00:00') });
    world.vendor.addMany(100, at('09:00:00'), MINUTE);
    world.vendor.add({ time: at('10:00:00'), name: 'untimed', date: null });
    await world.run();
    world.clock.advance(5 * HOUR);
    await world.run();
    world.clock.advance(5 * MINUTE);

    const calls: string[] = [];
    const [report] = await world.run({ onEffect: ({ name }) => void calls.push(name) });

    expect(report).toMatchObject({ state: 'caught-up', fetched: 0 });
    expect(calls).not.toContain('loadSeen');
  });

  it.each(['ascending', 'newest-first', 'shuffled'] as const)(
    'repeats and loses nothing though a single hour has more events than may be loaded: %s',
    async (order) => {
      const world = createWorld({
        startFrom: at('09:00:00'),
        stream: { overlap: 2 * HOUR },
        vendor: { order, pageSize: 25 },
      });
      world.vendor.addMany(360, at('09:00:00'), 30 * SECOND);
      world.vendor.add({ time: at('11:30:00'), name: 'untimed', date: null });
      const crash = ({ name, nth }: EffectCall) => (name === 'write' && nth === 2 ? 'crash-before' : undefined);

      await expect(world.run({ maxSeenKeys: 10, onEffect: crash })).rejects.toThrow(Crash);
      for (let run = 0; run < 5; run++) {
        world.clock.advance(10 * MINUTE);
        await world.runUntilCaughtUp({ maxSeenKeys: 10 });
      }

      expect(world.census()).toEqual(EXACT);
    },
  );
});

describe('rule 17: what is in memory', () => {
  const key = (number: number) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, number);
  const hour = (number: number) => `2026-03-02T${String(number).padStart(2, '0')}`;

  function chunkOf(bucket: string, flush: number, numbers: readonly number[]): SeenChunk {
    const keys = Uint8Array.from(numbers.flatMap((number) => [...key(number)]));
    const id = `000000001#${String(flush).padStart(6, '0')}#0`;
    return { bucket, id, destinations: ['siem'], at: 0, keys, count: numbers.length, digest: 0n };
  }

  /** Seen keys, and the ranges of the queries made for them. */
  async function seenWith(chunks: readonly SeenChunk[], mostKeys: number) {
    const queries: string[] = [];
    const hooks: { onQuery?: () => unknown } = {};
    const { effects } = createWorld().invoke();
    await effects.remember(FEED, chunks);
    const { loadSeen } = effects;
    effects.loadSeen = async function* (place, range) {
      queries.push(range.from === range.to ? range.from : `${range.from} to ${range.to}`);
      yield* loadSeen(place, range);
      await hooks.onQuery?.();
    };
    return {
      seen: new Seen(effects, { place: FEED, destinations: ['siem'], maxKeys: mostKeys }),
      queries,
      hooks,
      effects,
    };
  }

  it('is answered at once', async () => {
    const { seen, queries } = await seenWith([chunkOf(hour(10), 1, [1])], 10);
    expect(await seen.has(hour(10), key(1))).toBe(1);

    expect(seen.has(hour(10), key(1))).toBe(1);
    expect(seen.has(hour(10), key(2))).toBe(0);
    expect(seen.prepare([hour(10)])).toBeUndefined();
    expect(queries).toEqual([hour(10)]);
  });

  it('came in one query for neighbours, and in one each for what is far apart or belongs to no hour', async () => {
    const { seen, queries } = await seenWith([chunkOf(hour(4), 1, [1]), chunkOf(UNTIMED, 2, [2])], 100);

    await seen.prepare([hour(9), UNTIMED, hour(3), SELF, hour(17), hour(4), hour(18)]);

    expect(queries.sort()).toEqual([`${hour(17)} to ${hour(18)}`, `${hour(3)} to ${hour(9)}`, SELF, UNTIMED].sort());
    for (let number = 3; number <= 9; number++) expect(seen.has(hour(number), key(1))).toBe(number === 4 ? 1 : 0);
    expect(seen.has(UNTIMED, key(2))).toBe(1);
    expect(seen.has(SELF, key(2))).toBe(0);
  });

  it('is not asked for a second time while it is being loaded', async () => {
    const { seen, queries } = await seenWith([chunkOf(hour(4), 1, [1])], 100);

    const answers = await Promise.all([
      seen.prepare([hour(3), hour(5)]),
      seen.prepare([hour(4), hour(5), hour(6)]),
      seen.has(hour(4), key(1)),
    ]);

    expect(answers.at(-1)).toBe(1);
    expect(queries).toEqual([`${hour(3)} to ${hour(5)}`, hour(6)]);
  });

  it('has what a flush remembered while its bucket was being loaded', async () => {
    const { seen, hooks, queries } = await seenWith([chunkOf(hour(10), 1, [1])], 100);
    hooks.onQuery = () => seen.add([chunkOf(hour(10), 2, [2])]);

    await seen.prepare([hour(10)]);

    expect([1, 2, 3].map((number) => seen.has(hour(10), key(number)))).toEqual([1, 1, 0]);
    expect(queries).toHaveLength(1);
  });

  it('is what was used last, within the maximum, and the rest is loaded again', async () => {
    const hours = [10, 11, 12, 13];
    const { seen, queries } = await seenWith(
      hours.map((number) => chunkOf(hour(number), number, [1, number])),
      6,
    );
    for (const number of hours) await seen.has(hour(number), key(1));

    expect([13, 12, 11].map((number) => seen.has(hour(number), key(number)))).toEqual([1, 1, 1]);
    expect(await seen.has(hour(10), key(10))).toBe(1);
    // Among the others, this one was used longest ago.
    expect(await seen.has(hour(13), key(13))).toBe(1);
    expect(queries).toEqual([...hours, 10, 13].map(hour));
  });

  it('leaves out of a range what finds no room, and loads it when it is asked for', async () => {
    const hours = [10, 11, 12, 13];
    const { seen, queries } = await seenWith(
      hours.map((number) => chunkOf(hour(number), number, [1, number])),
      3,
    );

    await seen.prepare(hours.map(hour));

    for (const number of hours) expect(await seen.has(hour(number), key(number))).toBe(1);
    expect(queries).toEqual([`${hour(10)} to ${hour(13)}`, ...hours.map(hour)]);
  });

  it('is not taken for known after its query failed', async () => {
    const { seen, hooks } = await seenWith([chunkOf(hour(10), 1, [1])], 100);
    hooks.onQuery = () => Promise.reject(new Error('no answer'));
    await expect(seen.prepare([hour(10), hour(11)])).rejects.toThrow('no answer');
    await expect(seen.has(hour(10), key(1))).rejects.toThrow('no answer');
    delete hooks.onQuery;

    expect(await seen.has(hour(10), key(1))).toBe(1);
  });

  it('is bounded also in its number of buckets, which an odd vendor’s rows can name at will', async () => {
    const { seen, queries } = await seenWith([], 1_000_000);
    const buckets = Array.from({ length: 1_500 }, (_, at) => bucketOf(at * 10 * HOUR));
    for (const bucket of buckets) await seen.has(bucket, key(1));

    expect(seen.has(buckets.at(-1) as string, key(1))).toBe(0);
    expect(await seen.has(buckets[0] as string, key(1))).toBe(0);
    expect(queries).toHaveLength(1_501);
  });
});

describe('rule 17: the table', () => {
  const now = at('12:00:00');
  let folder: string;
  let service: Service;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
    service = await startTable({ signatures: SIGNATURES, directory: folder, tableName: 'tidemark' });
    vi.stubEnv('AWS_ENDPOINT_URL', service.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await service.close();
    await rm(folder, { recursive: true });
  });

  function chunk(bucket: string, id: string, newest?: Instant): SeenChunk {
    const keys = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const own = newest === undefined ? {} : { newest };
    return { bucket, id, destinations: ['siem'], at: 0, keys, count: 1, digest: 0x0102030405060708n, ...own };
  }

  async function load(table: TableClient, from: string, to: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { bucket, id } of loadSeen(table, FEED, { from, to })) found.push(`${bucket} ${id}`);
    return found;
  }

  it('keeps a chunk until so many days after it was written, or after its newest event if that is later', async () => {
    const table = new TableClient('tidemark', 8);
    const buckets = { past: now - 30 * DAY, now, future: now + 3 * DAY, untimed: undefined };
    for (const [bucket, newest] of Object.entries(buckets))
      await remember(table, FEED, [chunk(bucket, '1', newest)], now);

    const client = new DynamoDBClient({});
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: 'tidemark',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: FEED } },
      }),
    );
    client.destroy();
    const days = Items.map(({ sk, ttl }) => [sk?.S?.split('#')[1], (Number(ttl?.N) * SECOND - now) / DAY]);
    expect(Object.fromEntries(days)).toEqual({ past: 8, now: 8, future: 11, untimed: 8 });
    for (const { count, digest } of Items) expect([count?.N, digest?.N]).toEqual(['1', String(0x0102030405060708n)]);
  });

  it('reads newest first, and both ends', async () => {
    const table = new TableClient('tidemark', 8);
    const buckets = ['2026-03-02T09', '2026-03-02T10', '2026-03-02T11', '2031-01-01T00', 'untimed'];
    await remember(
      table,
      FEED,
      buckets.map((bucket) => chunk(bucket, '000000001#000000#0')),
      now,
    );
    await remember(table, 'memory/events/acme2', [chunk('2026-03-02T10', '000000001#000000#0')], now);

    expect(await load(table, '2026-03-02T10', UNTIMED)).toEqual(
      buckets
        .slice(1)
        .reverse()
        .map((bucket) => `${bucket} 000000001#000000#0`),
    );
    expect(await load(table, '2026-03-02T10', '2026-03-02T10')).toEqual(['2026-03-02T10 000000001#000000#0']);
    expect(await load(table, 'untimed', 'untimed')).toEqual(['untimed 000000001#000000#0']);
  });

  it('appends: the same chunk twice is one, another fence or flush is another', async () => {
    const table = new TableClient('tidemark', 8);
    const ids = ['000000001#000000#0', '000000001#000001#0', '000000002#000000#0'];
    for (const id of [...ids, ids[0] as string]) await remember(table, FEED, [chunk('2026-03-02T10', id)], now);

    expect(await load(table, '2026-03-02T10', '2026-03-02T10')).toEqual(
      [...ids].reverse().map((id) => `2026-03-02T10 ${id}`),
    );
    const { value: first } = await loadSeen(table, FEED, { from: '', to: UNTIMED }).next();
    expect(first).toMatchObject({ destinations: ['siem'] });
    expect([...(first?.keys ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('makes one random seal key a deployment, whoever asks first', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => new TableClient('tidemark', 8)).map((table) => sealKey(table, 'memory')),
    );

    expect(one).toHaveLength(16);
    expect(other).toEqual(one);
    expect(await sealKey(new TableClient('tidemark', 8), 'memory')).toEqual(one);
    expect(await sealKey(new TableClient('tidemark', 8), 'elsewhere')).not.toEqual(one);
  });
});
