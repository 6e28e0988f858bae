import { describe, expect, it } from 'vitest';
import { verifiedAges } from '../../../functions/core/jobs/scheduled-verify.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { DAY, HOUR, type Instant, MINUTE, parseInstant } from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';

const START = parseInstant('2026-03-01T00:00:00Z') as Instant;

/** A feed that has run for so many days, with an event every three hours. It is three in the morning. */
async function longWorld(days: number, options: WorldOptions = {}): Promise<World> {
  const now = START + days * DAY + 3 * HOUR;
  const world = createWorld({ start: now, startFrom: START, ...options });
  for (let time = START + HOUR; time < START + 60 * DAY; time += 3 * HOUR) world.vendor.add({ time, name: 'usual' });
  await world.runUntilCaughtUp();
  return world;
}

/** A day passes: the feed catches up, and what is due is verified. */
async function nextDay(world: World, repair = false): Promise<FeedReport | undefined> {
  world.clock.advance(DAY);
  await world.runUntilCaughtUp();
  return await verify(world, repair);
}

/** One of the hourly invocations. */
async function verify(world: World, repair = false): Promise<FeedReport | undefined> {
  return (await world.run({ act: { act: 'verify', ...(repair && { repair }) } }))[0];
}

/** How many days ago the days began that the vendor was asked about since a request. */
function daysAsked(world: World, since: number): number[] {
  const today = Math.floor(world.now / DAY);
  const days = world.vendor.requests.slice(since).map(({ from }) => today - Math.floor((from + MINUTE) / DAY));
  return [...new Set(days)].sort((one, other) => one - other);
}

describe('rule 40: days are looked at again, ever more seldom', () => {
  it('at the age of 1, 2, 4, 8 and 16 days, each once', async () => {
    const world = await longWorld(20);
    const asked: number[][] = [];
    for (let day = 0; day < 3; day++) {
      const since = world.vendor.requests.length;
      await verify(world);
      asked.push(daysAsked(world, since));
      const [requests, writes] = [world.vendor.requests.length, world.table.history.length];
      await verify(world);
      expect([world.vendor.requests.length, world.table.history.length]).toEqual([requests, writes]);
      world.clock.advance(DAY);
      await world.runUntilCaughtUp();
    }

    expect(asked).toEqual(Array(3).fill([1, 2, 4, 8, 16]));
    expect(world.count('VerifyMissing')).toBe(0);
  });

  it('for as long as seen keys live', async () => {
    expect([2, 3, 5, 8.9, 9, 30, 365].map((days) => verifiedAges(days * DAY))).toEqual([
      [1],
      [1, 2],
      [1, 2, 4],
      [1, 2, 4],
      [1, 2, 4, 8],
      [1, 2, 4, 8, 16],
      [1, 2, 4, 8, 16, 32, 64, 128, 256],
    ]);
    const world = await longWorld(20);
    world.table.seenFor = 5 * DAY;
    const since = world.vendor.requests.length;
    await verify(world);

    expect(daysAsked(world, since)).toEqual([1, 2, 4]);
  });

  it('not below the floor, nor below what the vendor keeps', async () => {
    const young = await longWorld(3);
    const [since, old] = [young.vendor.requests.length, await longWorld(20, { stream: { retention: 6 * DAY } })];
    const oldSince = old.vendor.requests.length;
    await verify(young);
    await verify(old);

    expect(daysAsked(young, since)).toEqual([1, 2]);
    expect(daysAsked(old, oldSince)).toEqual([1, 2, 4]);
  });

  it.each([
    [0, 1],
    [1, 2],
    [3, 4],
    [7, 8],
    [15, 16],
  ])('so an event that is shown %i days late is counted at the age of %i days', async (daysLate, age) => {
    const world = await longWorld(20);
    // Late enough for polling to miss it, and at the end of a day, from which the days are counted.
    const time = world.now - 4 * HOUR;
    const visibleAt = time + Math.max(daysLate * DAY, 2 * HOUR);
    world.vendor.add({ time, name: 'late', visibleAt });
    const found: number[] = [];
    for (let day = 1; day <= age; day++) {
      const report = await (day === 1 ? verify(world) : nextDay(world));
      if (report?.warnings.some((warning) => warning.includes('never delivered'))) found.push(day);
    }

    expect(found).toEqual([age]);
    expect(world.count('VerifyMissing')).toBe(1);
  });

  it('and is delivered where repair is asked for', async () => {
    const world = await longWorld(20);
    const time = world.now - 4 * HOUR;
    const late = world.vendor.add({ time, name: 'late', visibleAt: time + 3 * DAY });
    const delivered: boolean[] = [];
    for (let day = 1; day <= 4; day++) {
      await (day === 1 ? verify(world, true) : nextDay(world, true));
      delivered.push(world.names().includes('late'));
    }

    expect(delivered).toEqual([false, false, false, true]);
    expect(world.census([late])).toMatchObject({ missing: [], repeated: [] });
    expect(world.count('VerifyMissing')).toBe(0);
  });

  it('and is delivered by a person who asks for repair after it was counted', async () => {
    const world = await longWorld(20);
    const time = world.now - 4 * HOUR;
    const late = world.vendor.add({ time, name: 'late', visibleAt: 0 });
    await verify(world);
    const counted = world.count('VerifyMissing');
    await verify(world, true);

    expect(counted).toBe(1);
    expect(world.census([late])).toMatchObject({ missing: [], repeated: [] });
  });

  it('and one that is shown later than that is not found: it is not promised', async () => {
    const world = await longWorld(20);
    const time = world.now - 4 * HOUR;
    world.vendor.add({ time, name: 'late', visibleAt: time + 17 * DAY });
    for (let day = 1; day <= 20; day++) await nextDay(world);

    expect(world.count('VerifyMissing')).toBe(0);
    expect(world.names()).not.toContain('late');
  });

  it('goes on in the next invocation where time was short, and a day that was left out is caught up with', async () => {
    const world = await longWorld(20, { vendor: { latency: 20_000_000 } });
    const since = world.vendor.requests.length;
    const states: (string | undefined)[] = [];
    do {
      states.push((await world.run({ act: { act: 'verify' }, budget: 2 * MINUTE }))[0]?.state);
      world.clock.advance(HOUR);
    } while (states.at(-1) === 'more' && states.length < 20);
    const asked = daysAsked(world, since);
    // Nobody verifies for a day.
    world.clock.advance(DAY);
    await world.runUntilCaughtUp();
    const later = world.vendor.requests.length;
    await nextDay(world);

    expect(states.length).toBeGreaterThan(2);
    expect(states.at(-1)).toBe('caught-up');
    expect(asked).toEqual([1, 2, 4, 8, 16]);
    expect(daysAsked(world, later)).toContain(2);
  });
});
