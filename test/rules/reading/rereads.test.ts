import { describe, expect, it } from 'vitest';
import type { Stream } from '../../../functions/core/model.ts';
import {
  DAY,
  type Duration,
  HOUR,
  type Instant,
  MILLISECOND,
  MINUTE,
  parseInstant,
  SECOND,
} from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { EXACT, FEED } from '../set-up.ts';

const HOURLY = { every: HOUR, overlap: DAY };
const DAILY = { every: DAY, overlap: 7 * DAY };

function at(time: string): Instant {
  return parseInstant(time.includes('T') ? time : `2026-03-02T${time}Z`) as Instant;
}

/** A feed that began ten days ago, has caught up, and has done both of its longer re-reads. */
async function standingWorld({ stream, vendor, ...options }: WorldOptions = {}): Promise<World> {
  const own: Partial<Stream> = { overlap: HOUR, rereads: [HOURLY, DAILY], ...stream };
  const world = createWorld({
    startFrom: createWorld().now - 10 * DAY,
    ...options,
    vendor: { precision: 1, latency: 50_000, ...vendor },
    stream: own,
  });
  await world.runUntilCaughtUp();
  world.clock.advance(5 * MINUTE);
  return world;
}

/** Runs every so often; how far behind the watermark each of them began to read. */
async function reaches(world: World, time: Duration, every: Duration = 5 * MINUTE): Promise<Duration[]> {
  const found: Duration[] = [];
  for (const until = world.now + time; world.now < until; world.clock.advance(every)) {
    const { watermark } = world.checkpoint();
    const asked = world.vendor.requests.length;
    await world.run();
    found.push(watermark - Math.min(...world.vendor.requests.slice(asked).map(({ from }) => from + 1)));
  }
  return found;
}

const count = (found: readonly Duration[], reach: Duration) => found.filter((one) => one === reach).length;

describe('rule 24: every run re-reads the overlap, and every so often more', () => {
  it.each([
    ['a clock that its answers do not tell', { dates: false }],
    ['a clock that tells whole seconds', { dates: true }],
    ['a clock two minutes slow', { clockOffset: -2 * MINUTE }],
    ['a clock two hours slow', { clockOffset: -2 * HOUR }],
  ])('does so as often as it is due, with %s', async (_, vendor) => {
    const world = await standingWorld({ vendor, stream: { longestWindow: HOUR } });
    world.clock.advance(300_123);

    const found = await reaches(world, 25 * HOUR);

    expect(count(found, HOUR) + count(found, DAY) + count(found, 7 * DAY)).toBe(found.length);
    expect(count(found, 7 * DAY)).toBe(1);
    expect(count(found, DAY)).toBeGreaterThanOrEqual(22);
    expect(count(found, DAY)).toBeLessThanOrEqual(25);
  });

  it('does each that is due when runs are rare', async () => {
    const world = await standingWorld();

    const found = await reaches(world, 50 * HOUR, 10 * HOUR);

    expect(found).toEqual([HOUR, DAY, DAY, 7 * DAY, DAY]);
  });

  it.each([
    ['20 hours late within an hour', 20 * HOUR, HOUR + 5 * MINUTE],
    ['six days late within a day', 6 * DAY - 10 * MINUTE, DAY + 5 * MINUTE],
  ])('finds what is %s', async (_, late, within) => {
    const world = await standingWorld();
    const time = world.now - late + MINUTE;
    world.vendor.add({ time, name: 'late', visibleAt: world.now + MINUTE });

    await reaches(world, within);

    expect(world.names()).toEqual(['late']);
    expect(world.count('Late')).toBe(1);
  });

  it('reads no further than that', async () => {
    const world = await standingWorld();
    world.vendor.add({ time: world.now - 8 * DAY, name: 'later than that', visibleAt: world.now + MINUTE });

    await reaches(world, 26 * HOUR, 15 * MINUTE);

    expect(world.names()).toEqual([]);
  });

  it('begins at the floor in its first runs', async () => {
    const world = createWorld({ startFrom: at('09:00:00'), stream: { overlap: HOUR, rereads: [HOURLY, DAILY] } });
    world.vendor.add({ time: at('08:30:00'), name: 'below the floor', visibleAt: at('12:30:00') });
    world.vendor.add({ time: at('09:30:00'), name: 'above it', visibleAt: at('12:30:00') });

    await world.run();
    expect(world.checkpoint().reread).toEqual({
      '86400s': '2026-03-02T12:00:00.000000Z',
      '604800s': expect.any(String),
    });
    await world.run();
    world.clock.advance(65 * MINUTE);
    await world.run();

    expect(Math.min(...world.vendor.requests.map(({ from }) => from))).toBe(at('09:00:00') - SECOND);
    expect(world.names()).toEqual(['above it']);
  });

  it('keeps re-reads apart that differ by minutes', async () => {
    const rereads = [HOURLY, { every: 6 * HOUR, overlap: DAY + 30 * MINUTE }];
    const world = await standingWorld({ stream: { rereads } });

    const found = await reaches(world, 13 * HOUR);

    expect(count(found, DAY + 30 * MINUTE)).toBe(2);
    expect(count(found, DAY)).toBeGreaterThan(9);
  });

  it('leaves out those that reach no further than every run does', async () => {
    const world = await standingWorld({ stream: { overlap: 2 * DAY } });

    const found = await reaches(world, 3 * HOUR);

    expect(new Set(found)).toEqual(new Set([2 * DAY]));
  });
});

describe('rule 24: a re-read that a run cannot finish', () => {
  /** The longest re-read is due, and takes a run of a minute several times. */
  async function slowWorld(): Promise<World> {
    const world = await standingWorld({ stream: { longestWindow: DAY }, vendor: { latency: 10 * SECOND } });
    world.clock.advance(DAY);
    world.vendor.add({ time: world.now - 4 * DAY, name: 'late', visibleAt: world.now });
    return world;
  }

  it('is finished by the next, and counts from when it was begun', async () => {
    const world = await slowWorld();
    const before = world.checkpoint();
    const begun = world.now;

    const [first] = await world.run({ budget: MINUTE });
    expect(first?.state).toBe('more');
    expect(world.checkpoint().reread).toEqual(before.reread);
    const asked = world.vendor.requests.length;
    await world.run({ budget: MINUTE });
    expect(world.vendor.requests[asked]?.from).toBeGreaterThan(before.watermark - 4 * DAY);
    await world.runUntilCaughtUp({ budget: MINUTE });

    expect(world.names()).toEqual(['late']);
    const done = Object.values(world.checkpoint().reread ?? {}).map(parseInstant);
    for (const time of done) expect(Math.abs((time as Instant) - begun)).toBeLessThan(SECOND);
    expect(done.length).toBe(2);
  });

  it('is begun anew when its first run gets nowhere', async () => {
    const world = await slowWorld();
    const { watermark } = world.checkpoint();
    world.vendor.onRequest = () => ({ status: 500 });

    const [failed] = await world.run();
    expect(failed?.state).toBe('failed');
    world.vendor.onRequest = undefined;
    const asked = world.vendor.requests.length;
    await world.run();

    expect(world.vendor.requests[asked]?.from).toBe(watermark - 7 * DAY - 1);
  });

  it('is begun anew when its plan is dropped on the way, as for a new destination', async () => {
    const world = await slowWorld();
    await world.run({ budget: MINUTE });
    const { watermark } = world.checkpoint();

    world.destinations.push({
      ...(world.destinations[0] as World['destinations'][0]),
      id: 'lake',
      deliveryStream: 'l',
    });
    const asked = world.vendor.requests.length;
    await world.run();

    expect(world.vendor.requests[asked]?.from).toBe(watermark - 7 * DAY - 1);
  });

  it('is over once it has come to the watermark, whatever becomes of the rest', async () => {
    const world = await standingWorld({ stream: { longestWindow: HOUR }, vendor: { clockOffset: -3 * HOUR } });
    world.clock.advance(DAY);

    await reaches(world, 30 * MINUTE);

    expect(Object.keys(world.checkpoint().reread ?? {}).length).toBe(2);
    expect(world.checkpoint().watermark).toBeLessThan(world.now - 3 * HOUR);
    expect(await reaches(world, 15 * MINUTE)).toEqual([HOUR, HOUR, HOUR]);
  });
});

describe('rule 24: a re-read where nothing new is to be read', () => {
  it.each([0, MINUTE])('is done nevertheless: the watermark is %d beyond what has settled', async (ahead) => {
    const world = await standingWorld();
    world.table.overwrite(FEED, { watermark: world.now - 2 * MINUTE + ahead + 5 * MILLISECOND, reread: {} });

    await world.run();

    expect(Object.keys(world.checkpoint().reread ?? {}).length).toBe(2);
  });
});

describe('rule 24: a re-read keeps to what can be read, and to what can be remembered', () => {
  it('ends at the vendor’s retention, below which there is a gap', async () => {
    const world = await standingWorld({ stream: { retention: 12 * DAY } });
    const { watermark } = world.checkpoint();
    world.clock.advance(14 * DAY);

    const asked = world.vendor.requests.length;
    const [report] = await world.run();

    expect(world.vendor.requests[asked]?.from).toBeGreaterThanOrEqual(world.now - 12 * DAY - MINUTE);
    expect(report?.warnings).toEqual([expect.stringContaining('The vendor deleted')]);
    expect(world.count('Gap')).toBe(1);
    expect(world.checkpoint().watermark).toBeGreaterThan(watermark + 13 * DAY);
    world.clock.advance(5 * MINUTE);
    expect(await reaches(world, 10 * MINUTE)).toEqual([HOUR, HOUR]);
  });

  it('reaches as far as it should, and repeats nothing, when more was delivered than fits into memory', async () => {
    const world = await standingWorld({ vendor: { pageSize: 100 } });
    world.vendor.addMany(900, world.now - 8 * DAY, 12 * MINUTE);
    world.table.overwrite(FEED, { reread: {} });
    await world.run();
    world.table.overwrite(FEED, { reread: {} });
    const { length: before } = world.delivered();
    const asked = world.vendor.requests.length;

    const [report] = await world.run({ maxSeenKeys: 200 });

    expect(report).toMatchObject({ state: 'caught-up', warnings: [] });
    expect(world.vendor.requests[asked]?.from).toBeLessThan(world.now - 7 * DAY);
    expect(world.delivered()).toHaveLength(before);
    expect(Object.keys(world.checkpoint().reread ?? {})).toEqual(['86400s', '604800s']);
  });

  it('delivers nothing twice in ten days of runs, also where rows come late', async () => {
    const world = await standingWorld({ vendor: { pageSize: 50 } });
    const begin = world.now;
    for (let row = 0; row < 400; row++) {
      const time = begin + row * 36 * MINUTE;
      const late = [0, 30 * MINUTE, 20 * HOUR, 5 * DAY][row % 4] as Duration;
      world.vendor.add({ time, name: `event ${row}`, visibleAt: time + late });
    }

    await reaches(world, 10 * DAY + 30 * HOUR, 45 * MINUTE);

    expect(world.census(world.vendor.rows.filter(({ visibleAt }) => visibleAt < world.now - 25 * HOUR))).toMatchObject({
      missing: [],
      repeated: [],
    });
    expect(world.census().repeated).toEqual(EXACT.repeated);
  });
});
