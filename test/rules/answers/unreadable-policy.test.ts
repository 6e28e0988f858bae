import { describe, expect, it } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { VendorRow } from '../../memory/vendor.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at } from '../set-up.ts';

const HTML = '<!doctype html><title>Proxy</title><p>Try again later.';

/** A vendor whose answers break off in the middle of one row, whenever they hold it. */
function poisonedWorld(options: WorldOptions = {}, time = at('11:05:30')): { world: World; poison: VendorRow } {
  const world = createWorld({ startFrom: at('11:00:00'), ...options });
  const poison = world.vendor.add({ time, name: 'poison' });
  world.vendor.spoil = (text, _, shown) =>
    shown.includes(poison) ? text.slice(0, text.indexOf(poison.text) + 20) : text;
  return { world, poison };
}

async function runTimes(world: World, runs: number) {
  const reports = [];
  for (let run = 0; run < runs; run++) {
    reports.push((await world.run())[0]);
    world.clock.advance(5 * MINUTE);
  }
  return reports;
}

function unreadable(world: World) {
  return world.delivered().filter(({ event }) => event.dataset === 'tidemark.unreadable');
}

describe('rule 10: broken once fails the run, the same bytes broken in three runs are data', () => {
  it('fails twice, then delivers what can be read, quarantines the rest, and goes on', async () => {
    const { world, poison } = poisonedWorld();
    world.vendor.addMany(180, at('11:00:00'), MINUTE);

    const [first, second, third] = await runTimes(world, 3);

    expect([first, second].map((report) => report?.error?.code)).toEqual(['unreadable', 'unreadable']);
    expect(third?.state).toBe('caught-up');
    expect(world.checkpoint().watermark).toBeGreaterThan(at('11:50:00'));
    await runTimes(world, 30);
    expect(
      world.census(world.vendor.visible.filter((row) => row !== poison && row.time < world.now - 10 * MINUTE)),
    ).toMatchObject({ missing: [], repeated: [] });
    expect(world.count('Unreadable')).toBeGreaterThan(0);
    expect(unreadable(world).length).toBe(world.count('Unreadable'));
    expect(unreadable(world)[0]?.event.kind).toBe('pipeline_error');
    const kept = [...world.table.quarantine.values()];
    expect(kept.map(({ reason }) => reason)).toEqual(kept.map(() => 'unreadable'));
    expect(kept.some(({ text }) => text.includes(poison.text.slice(0, 20)))).toBe(true);
  });

  it('finds a break deep in a window out too: a run later, for the pages before it are not read again', async () => {
    const { world, poison } = poisonedWorld({}, at('11:40:30'));
    const rows = world.vendor.addMany(55, at('11:00:00'), MINUTE);

    await runTimes(world, 4);

    expect(world.table.quarantine.size).toBeGreaterThan(0);
    expect(world.checkpoint().watermark).toBeGreaterThan(poison.time);
    expect(world.census(rows)).toMatchObject({ missing: [], repeated: [] });
  });

  it('holds the watermark until then', async () => {
    const { world } = poisonedWorld();
    world.vendor.addMany(55, at('11:00:00'), MINUTE);

    await runTimes(world, 2);

    expect(world.checkpoint().watermark).toBe(at('11:00:00'));
    expect(world.table.quarantine.size).toBe(0);
  });

  it('forgets a break that healed', async () => {
    const { world, poison } = poisonedWorld({ vendor: { pageSize: 100 } }, at('11:50:30'));
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.spoil = (text, _, shown) => (shown.includes(poison) ? '{"rows":[{"na' : text);
    await runTimes(world, 2);

    const spoil = world.vendor.spoil;
    world.vendor.spoil = undefined;
    await runTimes(world, 1);
    world.vendor.spoil = spoil;
    await runTimes(world, 2);

    expect(world.table.quarantine.size).toBe(0);
    expect(world.census().missing).toEqual([]);
  });

  it.each(['ascending', 'newest-first'] as const)(
    'sees that it is the same while new rows come in: %s',
    async (order) => {
      const { world, poison } = poisonedWorld({ vendor: { order, pageSize: 1_000 } });
      world.vendor.addMany(400, at('11:00:00'), 20 * SECOND);

      await runTimes(world, 8);

      const kept = [...world.table.quarantine.values()];
      expect(kept.some(({ text }) => text.includes(poison.text.slice(0, 20)))).toBe(true);
      expect(world.checkpoint().watermark).toBeGreaterThan(at('12:10:00'));
    },
  );

  it('delivers the readable rows of the neighbouring seconds', async () => {
    const { world, poison } = poisonedWorld();
    const neighbours = [-3, -2, -1, 1, 2, 3].map((second) =>
      world.vendor.add({ time: poison.time + second * SECOND, name: `${second}` }),
    );

    await runTimes(world, 6);

    expect(world.census(neighbours).missing).toEqual([]);
  });

  it('delivers the readable rows of the neighbouring milliseconds', async () => {
    const { world, poison } = poisonedWorld({ vendor: { precision: MILLISECOND } });
    const neighbours = [-3, -2, -1, 1, 2, 3].map((step) =>
      world.vendor.add({ time: poison.time + step * MILLISECOND, name: `${step}` }),
    );

    await runTimes(world, 6);

    expect(world.census(neighbours).missing).toEqual([]);
  });

  it('gets past several poisoned rows', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 4 } });
    const rows = world.vendor.addMany(55, at('11:00:00'), MINUTE);
    const poisons = [5, 6, 30, 44].map((row) => rows[row] as VendorRow);
    world.vendor.spoil = (text, _, shown) => (shown.some((row) => poisons.includes(row)) ? text.slice(0, -30) : text);

    await runTimes(world, 20);

    expect(world.census(rows.filter((row) => !poisons.includes(row)))).toMatchObject({ missing: [], repeated: [] });
    expect(world.checkpoint().watermark).toBeGreaterThan(at('13:00:00'));
  });
});

describe('rule 10: what is not the vendor’s data is never given up', () => {
  async function isHeldFor(world: World, runs: number): Promise<void> {
    const reports = await runTimes(world, runs);

    expect(reports.every((report) => report?.error?.code === 'unreadable')).toBe(true);
    expect(world.table.quarantine.size).toBe(0);
    expect(unreadable(world)).toEqual([]);
    expect(world.checkpoint().watermark).toBe(at('11:00:00'));

    world.vendor.spoil = undefined;
    await world.runUntilCaughtUp();
    world.clock.advance(HOUR);
    await world.runUntilCaughtUp();
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
  }

  it('holds while a proxy answers with HTML', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.spoil = () => HTML;

    await isHeldFor(world, 10);
  });

  it('holds while a gateway answers with HTML whenever one row is in the answer', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    const [row] = world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.spoil = (text, _, shown) => (shown.includes(row as VendorRow) ? HTML : text);

    await isHeldFor(world, 10);
  });

  it('holds while every answer of the server is broken', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.spoil = () => '{"rows":[{"name":"ev';

    await isHeldFor(world, 10);
  });

  it('holds while every answer that holds rows is broken', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.spoil = (text, _, shown) => (shown.length > 0 ? text.slice(0, -30) : text);

    await isHeldFor(world, 10);
  });

  it('narrows around an answer that a proxy cuts off at its size, and gives nothing up', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 100 } });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.spoil = (text) => text.slice(0, 1_000);

    await runTimes(world, 12);

    expect(world.table.quarantine.size).toBe(0);
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
  });
});
