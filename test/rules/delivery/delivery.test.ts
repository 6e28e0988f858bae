import { describe, expect, it } from 'vitest';
import { FLUSHES_AT_ONCE } from '../../../functions/core/delivery/deliver-outgoing.ts';
import type { FeedCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import type { SeenChunk } from '../../../functions/core/stored/seen-chunk.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { takeCensus } from '../../memory/census.ts';
import { Crash, createWorld, type EffectCall, type EffectName, type Fault, type World } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

const ORDERS = ['ascending', 'newest-first', 'shuffled'] as const;
const KINDS = ORDERS.flatMap((order) => [false, true].map((ids) => [order, ids] as const));
const NO_PUT: readonly string[] = [];

/** A vendor so slow that every page or two make a flush, with twins on both sides of page edges, and two windows. */
function flushingWorld(
  order: (typeof ORDERS)[number],
  ids: boolean,
  destinations: readonly string[] = ['siem'],
): World {
  const world = createWorld({
    startFrom: at('11:00:00'),
    stream: { longestWindow: 30 * MINUTE, overlap: 20 * MINUTE },
    vendor: { order, ids, pageSize: 4, latency: 12 * SECOND },
    destinations,
  });
  world.vendor.addMany(20, at('11:00:00'), 3 * MINUTE);
  for (const _ of [1, 2, 3, 4]) world.vendor.add({ time: at('11:12:00'), name: 'twin' });
  world.vendor.add({ time: at('11:20:00'), name: 'untimed', date: null });
  return world;
}

/** Effect by effect, what a run without trouble does. */
async function effectsOf(world: World): Promise<EffectCall[]> {
  const calls: EffectCall[] = [];
  await world.run({ onEffect: (call) => void calls.push(call) });
  return calls;
}

function faultsFor(name: EffectName, kind: 'crash' | 'lost'): Fault[] {
  const faults: Fault[] = [`${kind}-before`, `${kind}-after`];
  return name === 'put' || name === 'remember' ? [...faults, `${kind}-midway`] : faults;
}

/** The ids of the last calls that the delivery stream got: the flushes on their way, each of which is small enough for one call. */
function onTheirWay(world: World, calls = FLUSHES_AT_ONCE): string[] {
  const lines = world.firehose.lines('tidemark-siem').filter(({ call }) => call > world.firehose.calls - calls);
  return lines.map(({ text }) => (JSON.parse(text) as { event: { id: string } }).event.id);
}

/** Counts, effect by effect, the flushes that were delivered and not yet remembered. */
function deliveredAndNotRemembered(calls: readonly EffectCall[]): number[] {
  let count = 0;
  return calls.map(({ name }) => {
    if (name === 'put') count++;
    if (name === 'remember') count--;
    return count;
  });
}

/** The keys in chunks, as text. */
function keysIn(chunks: readonly SeenChunk[]): string[] {
  return chunks.flatMap(({ keys }) => Buffer.from(keys).toString('hex').match(/.{16}/g) ?? []);
}

/** Whenever a checkpoint was written, everything before its watermark had been delivered. */
function expectHonestWatermarks(world: World): void {
  const lines = world.firehose.lines('tidemark-siem');
  for (const { at: writtenAt, item } of world.table.history) {
    const before = lines.filter((line) => line.at <= writtenAt).map(({ text }) => JSON.parse(text));
    const due = world.vendor.rows.filter(({ time }) => time < item.watermark);
    expect(takeCensus(due, before).missing).toEqual([]);
    expect(item.watermark).toBeLessThanOrEqual(writtenAt - 2 * MINUTE);
  }
}

async function settle(world: World): Promise<void> {
  for (const _ of [1, 2]) {
    world.clock.advance(10 * MINUTE);
    await world.runUntilCaughtUp();
  }
}

/** Runs after trouble deliver the rest; they repeat at most these ids, once each, and invent none. */
async function expectHealed(world: World, mayRepeat: readonly string[]): Promise<void> {
  await settle(world);
  const { missing, invented, repeated } = world.census();
  expect({ missing, invented }).toEqual({ missing: [], invented: [] });
  expect(repeated.filter((id) => !mayRepeat.includes(id))).toEqual([]);
  for (const id of repeated) expect(world.ids().filter((other) => other === id)).toHaveLength(2);
  expectHonestWatermarks(world);
}

describe('rule 18: deliver, remember as seen, commit', () => {
  it('does them in this order in every flush', async () => {
    const calls = await effectsOf(flushingWorld('ascending', false));

    const counts = deliveredAndNotRemembered(calls);
    expect(Math.min(...counts)).toBe(0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(FLUSHES_AT_ONCE);
    expect(calls.filter(({ name }) => name === 'put').length).toBeGreaterThan(2);
    expect(calls.at(-1)?.name).toBe('write');
    expect(counts.at(-1)).toBe(0);
  });

  it('commits no position before everything up to it is remembered', async () => {
    for (const [order, ids] of KINDS) {
      const world = flushingWorld(order, ids);
      const remembered = new Set<string>();
      let commits = 0;
      await world.run({
        onEffect: ({ name, value }) => {
          if (name === 'remember') for (const key of keysIn(value as readonly SeenChunk[])) remembered.add(key);
          if (name !== 'write') return;
          commits++;
          const { watermark } = value as FeedCheckpoint;
          const due = world.vendor.rows.filter(({ time }) => time < watermark);
          expect(remembered.size).toBeGreaterThanOrEqual(new Set(due.map(({ text }) => text)).size);
        },
      });
      expect(commits).toBeGreaterThan(2);
    }
  });

  it.each(KINDS)('survives a crash at every effect of a run: %s, ids of the vendor: %s', async (order, ids) => {
    const calls = await effectsOf(flushingWorld(order, ids));
    expect(calls.filter(({ name }) => name === 'put').length).toBeGreaterThan(2);
    for (const { name, number } of calls) {
      for (const fault of faultsFor(name, 'crash')) {
        const world = flushingWorld(order, ids);
        const crashed = world.run({ onEffect: (call) => (call.number === number ? fault : undefined) });
        await expect(crashed, `${name} ${number} ${fault}`).rejects.toThrow(Crash);
        await expectHealed(world, onTheirWay(world));
      }
    }
  });

  it.each(KINDS)('survives a crash at every effect of the run after a crash: %s, %s', async (order, ids) => {
    const crashFirst = async () => {
      const world = flushingWorld(order, ids);
      const fault = ({ name, nth }: EffectCall) => (name === 'put' && nth === 2 ? 'crash-after' : undefined);
      await expect(world.run({ onEffect: fault })).rejects.toThrow(Crash);
      const inDoubt = onTheirWay(world);
      world.clock.advance(10 * MINUTE);
      return { world, inDoubt };
    };
    const calls = await effectsOf((await crashFirst()).world);
    for (const { name, number } of calls) {
      const { world } = await crashFirst();
      const crashed = world.run({ onEffect: (call) => (call.number === number ? 'crash-after' : undefined) });
      await expect(crashed, `${name} ${number}`).rejects.toThrow(Crash);
      await settle(world);
      const { missing, invented } = world.census();
      expect({ missing, invented }).toEqual({ missing: [], invented: [] });
      for (const id of new Set(world.ids())) expect(world.ids().filter((other) => other === id).length).toBeLessThan(4);
      expectHonestWatermarks(world);
    }
  });

  it('repeats nothing where the crash came after remembering', async () => {
    const calls = await effectsOf(flushingWorld('newest-first', false));
    const remembers = calls.filter(({ name }) => name === 'remember').length;
    for (let nth = 1; nth <= remembers; nth++) {
      const world = flushingWorld('newest-first', false);
      const fault = (call: EffectCall) => (call.name === 'remember' && call.nth === nth ? 'crash-after' : undefined);
      await expect(world.run({ onEffect: fault })).rejects.toThrow(Crash);
      await settle(world);
      expect(world.census()).toEqual(EXACT);
    }
  });

  it('repeats the flushes on their way with the same ids where the crash came between delivery and remembering', async () => {
    const world = flushingWorld('ascending', false);
    const fault = ({ name, nth }: EffectCall) => (name === 'remember' && nth === 2 ? 'crash-before' : undefined);
    await expect(world.run({ onEffect: fault })).rejects.toThrow(Crash);
    const flushes = onTheirWay(world);

    await settle(world);

    const { repeated } = world.census();
    expect(repeated).not.toEqual([]);
    expect(repeated.filter((id) => !flushes.includes(id))).toEqual([]);
    expect(world.census()).toMatchObject({ missing: [], invented: [] });
  });
});

describe('rule 18: nobody knows whether it happened', () => {
  it.each(KINDS)('survives a lost answer to every effect of a run: %s, ids of the vendor: %s', async (order, ids) => {
    const calls = await effectsOf(flushingWorld(order, ids));
    for (const { name, number } of calls.filter((call) => call.name !== 'sleep')) {
      for (const fault of faultsFor(name, 'lost')) {
        const world = flushingWorld(order, ids);
        await world.run({ onEffect: (call) => (call.number === number ? fault : undefined) });
        // Only Firehose's own answer, once lost, makes us send twice.
        const mayRepeat = name === 'put' ? world.ids() : NO_PUT;
        const repeated = world.census().repeated.length;
        await expectHealed(world, mayRepeat);
        expect(world.census().repeated).toHaveLength(repeated);
      }
    }
  });

  it.each(['write', 'remember', 'put', 'loadSeen', 'load'] as const)(
    'holds on through an hour in which no answer to %s comes',
    async (name) => {
      for (const fault of ['lost-before', 'lost-after', 'lost-midway'] as const) {
        const world = flushingWorld('ascending', false);
        await world.run({ onEffect: (call) => (call.name === name && call.nth > 1 ? fault : undefined) });
        for (let run = 0; run < 6; run++) {
          world.clock.advance(10 * MINUTE);
          await world.run({ onEffect: (call) => (call.name === name ? fault : undefined) });
        }
        await settle(world);

        expect(world.census()).toMatchObject({ missing: [], invented: [] });
        if (name !== 'put' && name !== 'remember') expect(world.census().repeated).toEqual([]);
        expectHonestWatermarks(world);
      }
    },
  );

  it('knows its own commit again whose answer was lost, and goes on', async () => {
    const calls = await effectsOf(flushingWorld('ascending', false));
    const writes = calls.filter(({ name }) => name === 'write').length;
    for (let nth = 1; nth <= writes; nth++) {
      const world = flushingWorld('ascending', false);
      const [report] = await world.run({
        onEffect: (call) => (call.name === 'write' && call.nth === nth ? 'lost-after' : undefined),
      });
      expect(report?.state).toBe('caught-up');
      expect(world.census()).toEqual(EXACT);
    }
  });

  it('remembers a flush once whose remembering was confirmed only the second time', async () => {
    const world = flushingWorld('ascending', false);

    const [report] = await world.run({
      onEffect: ({ name, nth }) => (name === 'remember' && nth % 2 === 1 ? 'lost-midway' : undefined),
    });
    await settle(world);

    expect(report?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
    const chunks = world.table.loadSeen('memory/events/acme', '', undefined, world.now);
    expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(world.vendor.rows.length);
  });
});

describe('rule 18: partial refusals', () => {
  /** Events so large that each is a record of its own. */
  function largeWorld(destinations = ['siem']): World {
    const world = createWorld({ startFrom: at('11:00:00'), destinations, vendor: { pageSize: 6 } });
    world.vendor.addMany(12, at('11:00:00'), MINUTE, { fields: { blob: 'x'.repeat(40_000) } });
    return world;
  }

  const everySecond = (record: number) => (record % 2 === 0 ? 'ServiceUnavailableException' : undefined);

  it('sends again only the records that were refused', async () => {
    const world = largeWorld();

    const [report] = await world.run({
      onEffect: ({ name, nth }) => (name === 'put' && nth < 3 ? { refused: everySecond } : undefined),
    });

    expect(report).toMatchObject({ state: 'caught-up', delivered: 12 });
    expect(report?.retries).toBeGreaterThan(0);
    expect(world.census()).toEqual(EXACT);
  });

  it('remembers what was accepted when the rest is refused to the end', async () => {
    const world = largeWorld();
    const third = (record: number) => (record % 3 === 0 ? 'ServiceUnavailableException' : undefined);
    const always = ({ name, nth }: EffectCall) =>
      name === 'put' ? { refused: nth === 1 ? third : () => 'ServiceUnavailableException' } : undefined;

    const [report] = await world.run({ onEffect: always });
    expect(report).toMatchObject({ state: 'failed', error: { code: 'delivery' } });
    expect(world.delivered()).not.toHaveLength(0);
    expect(world.checkpoint().watermark).toBe(at('11:00:00'));
    await settle(world);

    expect(world.census()).toEqual(EXACT);
  });

  it('waits for the destination that refuses, and does not send the other one its events again', async () => {
    const world = largeWorld(['siem', 'lake']);
    const closed = ({ name, about }: EffectCall) =>
      name === 'put' && about === 'tidemark-lake' ? { refused: () => 'ServiceUnavailableException' } : undefined;

    for (let run = 0; run < 12; run++) {
      const [report] = await world.run({ onEffect: closed });
      expect(report?.error?.message).toContain('lake');
      world.clock.advance(5 * MINUTE);
    }
    expect(world.checkpoint().watermark).toBe(at('11:00:00'));
    expect(world.census(world.vendor.rows, 'siem').repeated).toEqual([]);
    world.clock.advance(HOUR);
    await settle(world);

    for (const destination of ['siem', 'lake']) expect(world.census(world.vendor.rows, destination)).toEqual(EXACT);
  });
});
