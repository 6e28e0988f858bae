import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../functions/core/model.ts';
import { type Duration, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

const ORDERS = ['ascending', 'newest-first', 'shuffled'] as const;
const EXPIRED: Verdict = { kind: 'expired', reason: 'the vendor no longer knows the token (410)' };

/** A vendor whose tokens lead on for so long from the first page of a reading. */
function tokenWorld(life: Duration, { vendor, ...options }: WorldOptions = {}): World {
  const world = createWorld({
    startFrom: at('06:00:00'),
    source: { judge: ({ status }) => (status === 410 ? EXPIRED : undefined) },
    ...options,
    vendor: { latency: 10 * SECOND, ...vendor },
  });
  let begun = 0;
  world.vendor.onRequest = ({ cursor, at }) => {
    if (cursor === undefined) begun = at;
    return at - begun > life ? { status: 410 } : undefined;
  };
  return world;
}

describe('a token that runs out between two pages', () => {
  it.each(['ascending', 'newest-first'] as const)('costs no more than the page where it happens: %s', async (order) => {
    const world = tokenWorld(35 * SECOND, { vendor: { order } });
    world.vendor.addMany(150, at('06:00:00'), 2 * MINUTE);
    world.vendor.addMany(3, at('08:00:00'), 0, { name: 'equal' });

    const [report] = await world.run({ budget: 20 * MINUTE });

    expect(report).toMatchObject({ state: 'caught-up', delivered: 153 });
    expect(world.census()).toEqual(EXACT);
    // Four pages a reading, the first of which begins with the instant of the one before.
    expect(world.vendor.requests.filter(({ cursor }) => cursor === undefined).length).toBe(4);
    expect(world.vendor.requests.length).toBeLessThanOrEqual(16 + 3);
    expect(world.count('Incomplete')).toBe(0);
  });

  it.each(ORDERS)('loses and repeats nothing, also over several runs: %s', async (order) => {
    for (const life of [0, 15 * SECOND, 25 * SECOND]) {
      const world = tokenWorld(life, { vendor: { order, pageSize: 12 } });
      world.vendor.addMany(120, at('06:00:00'), 2 * MINUTE);
      world.vendor.addMany(4, at('07:00:00'), 0, { name: 'equal' });

      const runs = await world.runUntilCaughtUp({ budget: 2 * MINUTE });

      expect(runs.length).toBeGreaterThan(1);
      expect(world.census()).toEqual(EXACT);
    }
  });

  it.each(ORDERS)('is worth a second try of the same window first: %s', async (order) => {
    const world = tokenWorld(HOUR, { vendor: { order } });
    world.vendor.addMany(25, at('06:00:00'), 0);
    world.vendor.faults.push({ status: 410, when: ({ cursor }) => cursor !== undefined });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 25 });
    const begun = world.vendor.requests.filter(({ cursor }) => cursor === undefined);
    expect(begun.map(({ from, to }) => [from, to])).toEqual([0, 1].map(() => [begun[0]?.from, begun[0]?.to]));
    expect(world.count('Incomplete')).toBe(0);
    expect(world.census()).toEqual(EXACT);
  });

  it('makes the window smaller where it runs out again, until it lasts', async () => {
    const world = tokenWorld(15 * SECOND, { vendor: { order: 'shuffled' } });
    world.vendor.addMany(100, at('06:00:00'), 3 * MINUTE);

    const [report] = await world.run({ budget: 60 * MINUTE });

    expect(report?.state).toBe('caught-up');
    const begun = world.vendor.requests.filter(({ cursor }) => cursor === undefined).map(({ from, to }) => to - from);
    expect(begun[1]).toBe(begun[0]);
    expect(begun[2]).toBeLessThan((begun[0] as Duration) / 2 + MINUTE);
    expect(world.census()).toEqual(EXACT);
  });

  it('is a clear error where no window is small enough, and holds the watermark until it lasts', async () => {
    const world = tokenWorld(0, { vendor: { latency: 50_000 } });
    world.vendor.addMany(30, at('06:00:00'), MINUTE);
    world.vendor.addMany(25, at('08:00:00'), 0, { name: 'equal' });
    world.vendor.addMany(10, at('09:00:00'), MINUTE, { name: 'after' });

    for (let run = 0; run < 3; run++, world.clock.advance(5 * MINUTE)) {
      const asked = world.vendor.requests.length;
      const [report] = await world.run();
      expect(report).toMatchObject({ state: 'failed', error: { code: 'incomplete', stage: 'receiving' } });
      expect(report?.error?.message).toBe(
        'the vendor no longer knows the token (410), even in the smallest window (from 2026-03-02T07:59:59Z).',
      );
      expect(world.vendor.requests.length - asked).toBeLessThan(150);
    }
    // What has been read in order is not read again.
    const begun = world.vendor.requests.filter(({ cursor }) => cursor === undefined).map(({ from }) => from);
    expect(begun).toEqual(begun.toSorted((one, other) => one - other));
    // The margin of the second before takes in what cannot be read.
    expect(world.checkpoint().watermark).toBe(at('07:59:59'));
    expect(world.names()).not.toContain('after');
    world.vendor.onRequest = undefined;
    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });
});
