import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time.ts';
import { seededRandom } from '../../memory/random.ts';
import { Crash, createWorld, type Fault } from '../../memory/world.ts';
import { FEED } from '../set-up.ts';
import { tenDays } from './standing.ts';

describe('a backfill', () => {
  it('reads a range of the past once, beside the live feed, and says how far it has come', async () => {
    const world = await tenDays();
    const range = { from: world.now - 11 * DAY, to: world.now };
    const live = world.checkpoint();

    const [report] = await world.run({ act: { act: 'backfill', range } });

    expect(report).toMatchObject({ state: 'caught-up', job: { kind: 'backfill', state: 'done', percent: 100 } });
    expect(world.census()).toMatchObject({ missing: [], invented: [], repeated: [] });
    expect(world.checkpoint()).toMatchObject({ watermark: live.watermark, floor: live.floor });
    expect(world.table.loadJobs(FEED, 'backfill')).toHaveLength(1);
  });

  it('goes on where a run left it, also when the live feed runs in between', async () => {
    const world = await tenDays(10 * MINUTE);
    world.vendor.options.latency = 4_000_000;
    const act = { act: 'backfill', range: { from: world.now - 9 * DAY, to: world.now - 2 * HOUR } } as const;
    let runs = 0;
    for (; runs < 200; runs++) {
      const [report] = await world.run({ act, budget: MINUTE });
      if (report?.job?.state === 'done') break;
      await world.run();
      world.clock.advance(MINUTE);
    }
    expect(runs).toBeGreaterThan(3);
    expect(world.census(world.vendor.rows.filter(({ time }) => time >= act.range.from))).toMatchObject({
      missing: [],
      repeated: [],
    });
  });

  it.each([
    ['cursors', { paging: 'cursor' }, {}],
    ['offsets, newest first', { paging: 'offset', order: 'newest-first', ids: true }, {}],
    ['whole days', { order: 'shuffled', paging: 'none', ids: true }, { rangeIgnoresRowTime: true, windowStep: DAY }],
    ['two destinations', {}, {}],
  ] as const)('delivers nothing twice while the live feed runs at the same time: %s', async (kind, vendor, stream) => {
    for (let seed = 1; seed <= 40; seed++) {
      const dice = seededRandom(seed);
      const world = createWorld({
        seed,
        vendor: { pageSize: 5, latency: 200_000, ...vendor },
        stream: { overlap: 3 * HOUR, ...stream },
        destinations: kind === 'two destinations' ? ['siem', 'lake'] : ['siem'],
      });
      const begin = world.now;
      for (let at = 0; at < 150; at++) {
        const time = begin - Math.floor(dice() * 3 * DAY);
        // Some show themselves only while both are at work, in the range that both read.
        const visibleAt = dice() < 0.4 ? begin + Math.floor(dice() * 20 * MINUTE) : 0;
        world.vendor.add({ time, name: `row ${at}`, visibleAt });
      }
      await world.run();
      const range = { from: begin - 4 * DAY, to: begin };
      for (let turn = 0; turn < 6; turn++) {
        world.clock.advance(Math.floor(dice() * 8 * MINUTE));
        const act = { act: 'backfill', id: `turn-${turn}`, range } as const;
        const start = Math.floor(dice() * 3_000_000);
        const later = world.clock.wait(start).then(() => world.run());
        await Promise.all([later, world.run({ act, budget: MINUTE })]);
        await world.runUntilCaughtUp({ act });
      }
      world.clock.advance(30 * MINUTE);
      await world.runUntilCaughtUp();
      expect(world.table.loadJobs(FEED, 'backfill').map(({ job }) => job.state)).toEqual(Array(6).fill('done'));
      for (const { id } of world.destinations) {
        expect(world.census(undefined, id), `seed ${seed}, ${id}`).toMatchObject({ invented: [], repeated: [] });
      }
      // What came into the backfilled part after it had been read is for verify to find.
      const inTime = world.vendor.rows.filter(({ visibleAt, time }) => visibleAt === 0 || time > begin - 2 * HOUR);
      for (const { id } of world.destinations) expect(world.census(inTime, id).missing, `seed ${seed}`).toEqual([]);
    }
  });

  it('loses nothing when it dies anywhere, and repeats what was in flight at most', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const dice = seededRandom(1_000 + seed);
      const world = createWorld({ seed, vendor: { pageSize: 4, latency: 100_000 }, stream: { overlap: HOUR } });
      const begin = world.now;
      for (let at = 0; at < 60; at++) {
        world.vendor.add({ time: begin - Math.floor(dice() * 3 * DAY), name: `row ${at}`, visibleAt: 0 });
      }
      await world.run();
      const act = { act: 'backfill', range: { from: begin - 4 * DAY, to: begin } } as const;
      const crash = 1 + Math.floor(dice() * 40);
      const how: Fault =
        (['crash-before', 'crash-midway', 'crash-after'] as const)[Math.floor(dice() * 3)] ?? 'crash-after';
      const onEffect = ({ number }: { number: number }) => (number === crash ? how : undefined);
      const died = await world.run({ act, onEffect, budget: MINUTE }).catch((thrown) => thrown);
      world.clock.advance(2 * MINUTE);

      await world.runUntilCaughtUp({ act });
      await world.runUntilCaughtUp();

      const { missing, repeated, invented } = world.census();
      expect({ missing, invented }, `seed ${seed}`).toEqual({ missing: [], invented: [] });
      if (!(died instanceof Crash)) expect(repeated, `seed ${seed}`).toEqual([]);
      expect(repeated.length, `seed ${seed}`).toBeLessThanOrEqual(60);
    }
  });

  it('sends again what was delivered when it is asked to, once, and changes nothing that is known of the feed', async () => {
    const world = await tenDays();
    const seen = () =>
      JSON.stringify(world.table.loadSeen(FEED, '2026-02', '2026-04', world.now).map(({ id, count }) => [id, count]));
    const before = [seen(), world.delivered().length] as const;
    const range = { from: world.now - 20 * HOUR, to: world.now - 2 * HOUR };

    const [first] = await world.run({ act: { act: 'backfill', range, resend: true, id: 'again' } });
    const [second] = await world.run({ act: { act: 'backfill', range, resend: true, id: 'again' } });

    expect(first).toMatchObject({ state: 'caught-up', delivered: 18, job: { resend: true, state: 'done' } });
    expect(second).toMatchObject({ delivered: 0, job: { state: 'done' } });
    const records = world
      .delivered()
      .slice(before[1])
      .filter(({ event }) => event.module !== 'tidemark');
    expect(new Set(world.ids().slice(0, before[1]))).toEqual(
      new Set([...world.ids().slice(0, before[1]), ...records.map(({ event }) => event.id)]),
    );
    expect(seen()).toBe(before[0]);
  });

  it('can be cancelled, and says so', async () => {
    const world = await tenDays(10 * MINUTE);
    world.vendor.options.latency = 4_000_000;
    const act = { act: 'backfill', id: 'b', range: { from: world.now - 9 * DAY, to: world.now - 2 * HOUR } } as const;
    await world.run({ act, budget: MINUTE });

    const [report] = await world.run({ act: { act: 'backfill', id: 'b', cancel: true } });
    const [after] = await world.run({ act });

    expect(report).toMatchObject({ state: 'caught-up', job: { state: 'cancelled' } });
    expect(after).toMatchObject({ state: 'caught-up', fetched: 0, job: { state: 'cancelled' } });
    const told = world.delivered().filter(({ event }) => event.module === 'tidemark');
    expect(told.map(({ message }) => message?.split(': ').at(-1))).toEqual(['started.', 'cancelled.']);
  });

  it('of an unknown name is refused', async () => {
    const world = await tenDays();

    const [report] = await world.run({ act: { act: 'backfill', id: 'nothing' } });

    expect(report).toMatchObject({
      state: 'failed',
      error: { code: 'config', message: expect.stringContaining('nothing') },
    });
  });
});
