import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World } from '../../memory/world.ts';
import { FEED } from '../set-up.ts';

async function standing(): Promise<World> {
  const world = createWorld();
  for (let hours = 72; hours > 1; hours--) {
    world.vendor.add({ time: world.now - hours * HOUR, name: `row ${hours}`, visibleAt: 0 });
  }
  await world.runUntilCaughtUp();
  world.clock.advance(5 * MINUTE);
  return world;
}

const acts = (world: World) => world.delivered().flatMap(({ tidemark }) => tidemark.act ?? []);

describe('a watermark that is moved by hand', () => {
  it('skips what lies before it, and says so', async () => {
    const world = await standing();
    world.clock.advance(6 * HOUR);
    const skipped = world.vendor.add({ time: world.now - 4 * HOUR, name: 'skipped', visibleAt: 0 });
    const near = world.vendor.add({ time: world.now - 61 * MINUTE, name: 'skipped, in the overlap', visibleAt: 0 });
    const kept = world.vendor.add({ time: world.now - 59 * MINUTE, name: 'kept', visibleAt: 0 });

    const [report] = await world.run({ act: { act: 'move', to: world.now - HOUR } });
    await world.runUntilCaughtUp();

    expect(report?.state).toBe('caught-up');
    expect(acts(world)).toEqual(['skip']);
    expect(world.census([skipped, near]).missing).toHaveLength(2);
    expect(world.census([kept])).toMatchObject({ missing: [], repeated: [] });
  });

  it('reads again what lies behind it, and delivers only what is not known', async () => {
    const world = await standing();
    const late = world.vendor.add({ time: world.now - 9 * HOUR - MINUTE, name: 'late', visibleAt: world.now });

    await world.run({ act: { act: 'move', to: world.now - 10 * HOUR } });
    const rewound = world.checkpoint().watermark;
    await world.runUntilCaughtUp();

    expect(rewound).toBe(Math.floor((world.now - 10 * HOUR) / SECOND) * SECOND);
    expect(acts(world)).toEqual(['rewind']);
    expect(world.census([late])).toMatchObject({ missing: [], repeated: [] });
  });

  it('lowers the floor when it lies below it', async () => {
    const world = await standing();
    const to = world.now - 2 * DAY;

    await world.run({ act: { act: 'move', to } });
    await world.runUntilCaughtUp();

    expect(world.checkpoint().floor).toBeLessThanOrEqual(to);
    const due = world.vendor.rows.filter(({ time }) => time >= to);
    expect(world.census(due)).toMatchObject({ missing: [], repeated: [] });
  });

  it('drops a plan that was stored', async () => {
    const world = createWorld({ startFrom: Date.parse('2026-02-27T12:00:00Z') * 1_000 });
    for (let at = 1; at < 300; at++) world.vendor.add({ time: world.now - at * 10 * MINUTE, name: `row ${at}` });
    world.vendor.options.latency = 4 * SECOND;
    await world.run({ budget: MINUTE });
    expect(world.checkpoint().plan).toBeDefined();

    await world.run({ act: { act: 'move', to: world.now - HOUR } });
    const { plan } = world.checkpoint();
    world.vendor.options.latency = 0;
    const before = world.names().length;
    await world.runUntilCaughtUp();

    expect(plan).toBeUndefined();
    expect(
      world
        .names()
        .slice(before)
        .every((name) => Number(name.split(' ')[1]) <= 6),
    ).toBe(true);
  });

  it('waits for whoever holds the lease', async () => {
    const world = await standing();
    world.table.overwrite(FEED, { owner: 'somebody', leaseUntil: world.now + 10 * MINUTE });
    const before = world.checkpoint();

    const [report] = await world.run({ act: { act: 'move', to: world.now - HOUR } });

    expect(report?.state).toBe('busy');
    expect(world.checkpoint()).toEqual(before);
  });

  it('is moved also while the vendor wants to be left alone, and says nothing of how well the feed works', async () => {
    const world = await standing();
    world.vendor.faults.push({ status: 429, headers: { 'retry-after': '1800' } });
    await world.run();
    const before = world.checkpoint();

    const [report] = await world.run({ act: { act: 'move', to: world.now - 10 * HOUR } });

    expect(before.hold).toBeDefined();
    expect(report?.state).toBe('caught-up');
    expect(world.checkpoint()).toMatchObject({ hold: before.hold, lastSuccess: before.lastSuccess });
    expect(world.checkpoint().watermark).toBeLessThan(before.watermark);
  });
});
