import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { addToEach, at, EXACT, filledWorld, threeFeeds } from '../set-up.ts';

describe('rule 23: not before is capped at an hour, and lag is told all the same', () => {
  const FAR = [
    ['a day in seconds', () => ({ 'retry-after': '86400' })],
    ['a date next year', () => ({ 'retry-after': 'Fri, 01 Jan 2027 00:00:00 GMT' })],
    ['more seconds than there are', () => ({ 'retry-after': '999999999' })],
  ] as const;

  it.each(FAR)('%s', async (_, headers) => {
    const world = filledWorld();
    world.vendor.onRequest = () => (world.now < at('12:30:00') ? { status: 429, headers: headers() } : undefined);

    const [paused] = await world.run();
    expect(paused).toMatchObject({ state: 'paused', lagSeconds: 3_600 });
    expect((parseInstant(paused?.until) as number) - world.now).toBeLessThanOrEqual(HOUR);
    const { length: asked } = world.vendor.requests;
    world.clock.advance(50 * MINUTE);
    const [held] = await world.run();
    expect(held).toMatchObject({ state: 'paused', lagSeconds: 6_600, until: paused?.until });
    expect(world.vendor.requests.length).toBe(asked);
    expect(world.counts.filter(({ metric }) => metric === 'LagSeconds').length).toBe(2);
    world.clock.advance(11 * MINUTE);
    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
  });

  it('a quota that says it is whole again in a year', async () => {
    const world = filledWorld();
    world.vendor.onRequest = () => ({
      headers: {
        'x-quota-limit': '100',
        'x-quota-remaining': '1',
        'x-quota-reset': String(at('12:00:00') / SECOND + 31_536_000),
      },
    });

    const [report] = await world.run();

    expect(report?.state).toBe('paused');
    expect((parseInstant(report?.until) as number) - world.now).toBeLessThanOrEqual(HOUR);
    expect(report?.lagSeconds).toBeGreaterThan(0);
  });

  it('a time within the hour is kept to the second', async () => {
    const world = filledWorld();
    world.vendor.faults.push({ status: 429, headers: { 'retry-after': '1800' } });

    const [paused] = await world.run();

    expect(paused).toMatchObject({ state: 'paused', until: expect.stringMatching(/^2026-03-02T12:30:00/) });
  });

  it('a time that has just passed is no reason to ask at once, again and again', async () => {
    const world = filledWorld();
    world.vendor.onRequest = () => ({ status: 429, headers: { 'retry-after': '0' } });

    const [report] = await world.run();

    expect(report?.state).toBe('paused');
    expect(world.vendor.requests.length).toBeLessThanOrEqual(5);
    expect(parseInstant(report?.until)).toBeGreaterThanOrEqual(world.now + 50 * SECOND);
  });
});

describe('rule 23: a shared quota', () => {
  it.each(['ascending', 'newest-first'] as const)(
    'that others all but exhaust slows us, and never starves us: %s',
    async (order) => {
      const world = filledWorld({ vendor: { order } });
      Object.assign(world.vendor.quota, { limit: 20, othersUse: 19 });

      const runs = await world.runUntilCaughtUp({ mostRuns: 40 });

      expect(runs.length).toBeGreaterThan(3);
      expect(world.census(world.vendor.rows)).toEqual(EXACT);
    },
  );

  it('that is one for all feeds starves none of them', async () => {
    const world = threeFeeds();
    addToEach(world, 35, MINUTE);
    for (const vendor of world.vendors.values()) Object.assign(vendor, { quota: world.vendor.quota });
    Object.assign(world.vendor.quota, { limit: 20, othersUse: 19 });

    for (let run = 0; run < 40; run++) {
      await world.run();
      world.clock.advance(MINUTE);
    }

    expect(world.census()).toEqual(EXACT);
    for (const name of ['one', 'two', 'three']) {
      expect(world.now - world.checkpoint(name).watermark).toBeLessThan(20 * MINUTE);
    }
  });

  it('that others exhaust for hours costs a few requests a run, and nothing is lost afterwards', async () => {
    const world = filledWorld();
    Object.assign(world.vendor.quota, { limit: 20, othersUse: 20 });
    for (let run = 0; run < 24; run++) {
      const [report] = await world.run();
      expect(report).toMatchObject({ state: 'paused', lagSeconds: expect.any(Number) });
      world.clock.advance(5 * MINUTE);
    }
    expect(world.vendor.requests.length).toBeLessThanOrEqual(24 * 5);

    world.vendor.quota.othersUse = 0;
    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });

  it('is left alone in its last tenth', async () => {
    const world = threeFeeds();
    addToEach(world, 500, SECOND);
    for (const vendor of world.vendors.values()) Object.assign(vendor, { quota: world.vendor.quota });
    Object.assign(world.vendor.quota, { limit: 30 });

    await world.runUntilCaughtUp({ every: MINUTE });

    const perMinute = new Map<number, number>();
    for (const { requests } of world.vendors.values()) {
      for (const { at: when } of requests) {
        const minute = Math.floor(when / MINUTE);
        perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
      }
    }
    expect(Math.max(...perMinute.values())).toBe(27);
    expect(world.count('Throttled')).toBe(0);
    expect(world.census()).toEqual(EXACT);
  });

  it('whose end is near is waited for in place', async () => {
    const world = filledWorld({ start: '2026-03-02T12:00:55Z' });
    Object.assign(world.vendor.quota, { limit: 4 });
    // Three requests, and the minute is over in a moment.
    const [report] = await world.run();

    expect(report?.pages).toBeGreaterThan(4);
  });
});
