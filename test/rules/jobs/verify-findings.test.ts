import { describe, expect, it } from 'vitest';
import type { Row } from '../../../functions/core/model.ts';
import type { VerifiedStepReport } from '../../../functions/core/run/job-progress.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { DAY, floorTo, formatInstant, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, ecsDestination, type World, type WorldOptions } from '../../memory/world.ts';
import { at, FEED } from '../set-up.ts';
import { standing, untilDone } from './standing.ts';

/** A feed that began three days ago, at a vendor with ten days of log. */
async function begunThreeDaysAgo(options: WorldOptions = {}, every = 30 * MINUTE): Promise<World> {
  const startFrom = at('12:00:00') - 3 * DAY;
  const log = { past: 10 * DAY, every, until: 2 * HOUR };
  return await standing({ startFrom, ...log, ...options, vendor: { pageSize: 20, ...options.vendor } });
}

function sums({
  job,
}: FeedReport): Record<'vendor' | 'delivered' | 'missing' | 'extra' | 'changed' | 'repaired', number> {
  const sum = (of: (step: VerifiedStepReport) => number) =>
    (job?.steps ?? []).reduce((total, step) => total + of(step), 0);
  return {
    vendor: sum(({ vendor }) => vendor),
    delivered: sum(({ delivered }) => delivered),
    missing: sum(({ missing }) => missing),
    extra: sum(({ extra = 0 }) => extra),
    changed: sum(({ changed }) => changed),
    repaired: sum(({ repaired }) => repaired),
  };
}

const lost = (world: World, hours: number, name = `lost ${hours}`) =>
  world.vendor.add({ time: world.now - hours * HOUR - 7 * MINUTE, name, visibleAt: world.now });

const NOTHING = { missing: 0, extra: 0, changed: 0, repaired: 0 };

describe('verify', () => {
  it('finds all well, delivers nothing and moves no watermark where all is well', async () => {
    const world = await begunThreeDaysAgo();
    const before = [world.checkpoint(), world.ids().length] as const;

    const report = await untilDone(world, { act: 'verify', range: { from: 0, to: world.now }, repair: true });

    expect(sums(report)).toMatchObject(NOTHING);
    expect(sums(report).vendor).toBeGreaterThan(100);
    expect(world.ids().length).toBe(before[1]);
    expect(world.checkpoint()).toMatchObject({ watermark: before[0].watermark, floor: before[0].floor });
  });

  it('names the hours of what is missing, repairs just that, once, and finds it then', async () => {
    const world = await begunThreeDaysAgo();
    const rows = [5, 6, 30].map((hours) => lost(world, hours));
    const act = { act: 'verify', range: { from: world.now - 40 * HOUR, to: world.now }, repair: true } as const;
    const delivered = world.ids().length;
    const { watermark } = world.checkpoint();

    const told = await untilDone(world, { ...act, repair: false });
    const counted = world.count('VerifyMissing');
    const repaired = await untilDone(world, act);
    const after = await untilDone(world, act);

    const named = told.job?.steps?.filter(({ missing }) => missing > 0).map(({ from }) => from);
    expect(named).toEqual(rows.map(({ time }) => formatInstant(floorTo(time, HOUR), 's')).sort());
    expect(counted).toBe(3);
    expect(sums(repaired)).toMatchObject({ ...NOTHING, missing: 3, repaired: 3 });
    expect(sums(after)).toMatchObject(NOTHING);
    expect(world.count('VerifyMissing')).toBe(3);
    expect(world.census(rows)).toMatchObject({ missing: [], repeated: [] });
    // Three events, and an act of our own for each step in which something was repaired.
    expect(
      world
        .delivered()
        .slice(delivered)
        .filter(({ event }) => event.module === 'memory'),
    ).toHaveLength(3);
    expect(world.checkpoint().watermark).toBe(watermark);
    expect(world.checkpoint().lateness?.late.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('finds what one of two destinations lacks, and gives it to that one', async () => {
    const world = await begunThreeDaysAgo({ destinations: ['siem', 'lake'] });
    const row = lost(world, 6);
    world.table.remember(FEED, [], world.now);
    world.destinations = [ecsDestination('siem')];
    await untilDone(world, { act: 'verify', range: { from: world.now - 9 * HOUR, to: world.now }, repair: true });
    world.destinations = [ecsDestination('siem'), ecsDestination('lake')];

    const act = { act: 'verify', range: { from: world.now - 9 * HOUR, to: world.now }, repair: true } as const;
    const told = await untilDone(world, { ...act, repair: false });
    await untilDone(world, act);

    expect(sums(told)).toMatchObject({ missing: 1, extra: 0 });
    expect(world.census([row]).repeated).toEqual([]);
    expect(world.census([row], 'lake')).toMatchObject({ missing: [], repeated: [] });
  });

  it('counts what the vendor no longer has as extra', async () => {
    const world = await begunThreeDaysAgo();
    const row = world.vendor.rows.find(({ time }) => time > world.now - 9 * HOUR);
    if (row) row.goneAt = world.now;

    const report = await untilDone(world, { act: 'verify', range: { from: world.now - 20 * HOUR, to: world.now } });

    expect(sums(report)).toMatchObject({ ...NOTHING, extra: 1 });
  });

  it('takes no event for missing that no destination wants: before it was added, or own sign-ins left out', async () => {
    const world = await begunThreeDaysAgo();
    await world.runUntilCaughtUp();
    world.destinations = [ecsDestination('lake')];
    await world.runUntilCaughtUp();
    world.clock.advance(5 * MINUTE);

    const report = await untilDone(world, { act: 'verify', range: { from: world.now - 40 * HOUR, to: world.now } });

    expect(sums(report)).toMatchObject({ missing: 0, extra: 0 });
  });

  it('calls a record that was changed changed, and only as many of them', async () => {
    const stableFields = ({ value }: Row) => {
      const { date, name } = value as { date: string; name: string };
      return `${date} ${name.split('@')[0]}`;
    };
    const world = await begunThreeDaysAgo({ stream: { stableFields } });
    const time = floorTo(world.now - 8 * HOUR, SECOND);
    const old = ['same@1', 'same@2', 'other@1'].map((name) => world.vendor.add({ time: time - 3 * DAY, name }));
    const act = { act: 'backfill', range: { from: time - 4 * DAY, to: world.now } } as const;
    await untilDone(world, act);
    for (const row of old) row.goneAt = world.now;
    for (const name of ['same@3', 'same@4', 'same@5', 'other@2']) {
      world.vendor.add({ time: time - 3 * DAY, name, visibleAt: world.now });
    }

    const verify = { act: 'verify', range: { from: time - 3 * DAY - HOUR, to: time - 3 * DAY + 2 * HOUR } } as const;
    const report = await untilDone(world, verify);

    expect(sums(report)).toMatchObject({ missing: 1, extra: 0, changed: 3 });
  });

  it('looks no further up than the live feed reads again, and no further down than it or a backfill began', async () => {
    const world = await begunThreeDaysAgo();
    const begin = world.now;
    const all = { from: begin - 9 * DAY, to: begin + DAY };
    const { floor, watermark } = world.checkpoint();
    const at = (text = ''): Instant => Date.parse(text) * 1_000;

    const [first] = await world.run({ act: { act: 'verify', range: all } });
    await untilDone(world, { act: 'backfill', range: { from: begin - 8 * DAY, to: begin - 7 * DAY } });
    const apart = await untilDone(world, { act: 'verify', range: all });
    await untilDone(world, { act: 'backfill', range: { from: begin - 7 * DAY, to: floor + HOUR } });
    const missed = lost(world, 7 * 24);
    const joined = await untilDone(world, { act: 'verify', range: all });

    expect(at(first?.job?.from)).toBe(Math.ceil(floor / HOUR) * HOUR);
    expect(at(first?.job?.to)).toBe(floorTo(watermark - 30 * MINUTE, HOUR));
    expect(at(apart.job?.from)).toBe(at(first?.job?.from));
    expect(at(joined.job?.from)).toBeLessThan(world.now - 8 * DAY + HOUR);
    expect(sums(joined)).toMatchObject({ missing: 1, extra: 0 });
    expect(missed.text).toContain('lost');
  });

  it('takes whole days when it is told no range, up to the latest one', async () => {
    const world = await begunThreeDaysAgo();

    await untilDone(world, { act: 'verify' });
    const jobs = await world.invoke().effects.loadJobs(FEED, 'verify');

    expect(jobs.map((item) => item.kind === 'verify' && item.job.id)).toEqual([
      '20260228T000000Z-20260301T000000Z',
      '20260301T000000Z-20260302T000000Z',
    ]);
  });

  it('says that there is nothing to verify', async () => {
    const world = await begunThreeDaysAgo();
    const report = await untilDone(world, { act: 'verify', range: { from: world.now - HOUR, to: world.now } });
    expect(report.warnings.join()).toContain('nothing to verify');
  });

  it('goes on over many short runs, also where an hour takes most of one', async () => {
    const world = await begunThreeDaysAgo({}, MINUTE);
    const row = lost(world, 6);
    world.vendor.options.latency = 4 * SECOND;
    const act = { act: 'verify', range: { from: world.now - 24 * HOUR, to: world.now }, repair: true } as const;
    let runs = 0;
    let last: FeedReport | undefined;
    for (; runs < 60 && last?.job?.state !== 'done'; runs++) [last] = await world.run({ act, budget: 30 * SECOND });

    expect(last?.job?.state).toBe('done');
    expect(runs).toBeGreaterThan(5);
    expect(sums(last as FeedReport)).toMatchObject({ missing: 1, repaired: 1 });
    expect(world.census([row])).toMatchObject({ missing: [], repeated: [] });
  });

  it('says which hour cannot be read, and verifies the others', async () => {
    const world = await begunThreeDaysAgo();
    lost(world, 6);
    const poison = floorTo(world.now - 9 * HOUR, HOUR) + 20 * MINUTE;
    world.vendor.onRequest = ({ from, to }) =>
      from <= poison && poison < to ? { text: '{"rows":[{"broken' } : undefined;

    const report = await untilDone(world, { act: 'verify', range: { from: world.now - 20 * HOUR, to: world.now } });

    expect(report.job?.steps?.filter(({ note }) => note?.includes('could not be read'))).toHaveLength(1);
    expect(report.warnings.join()).toContain('could not be read');
    expect(sums(report).missing).toBe(1);
  });

  it('fails, and is not done, when a proxy answers in the vendor’s place', async () => {
    const world = await begunThreeDaysAgo();
    world.vendor.onRequest = () => ({ text: '<html>maintenance</html>' });

    const [report] = await world.run({ act: { act: 'verify', range: { from: world.now - 20 * HOUR, to: world.now } } });

    expect(report).toMatchObject({ state: 'failed', job: { state: 'running' } });
  });

  it('sends what is missing once when it dies anywhere, but for the flush in flight', async () => {
    for (let at = 1; at < 60; at++) {
      const world = await begunThreeDaysAgo({}, 2 * HOUR);
      const rows = [5, 6, 30].map((hours) => lost(world, hours));
      const act = { act: 'verify', range: { from: world.now - 40 * HOUR, to: world.now }, repair: true } as const;
      const dying = world.run({ act, onEffect: ({ number }) => (number === at ? 'crash-after' : undefined) });
      await dying.catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
      world.clock.advance(10 * MINUTE);

      await untilDone(world, act);
      const after = await untilDone(world, act);

      expect(sums(after), `crash at ${at}`).toMatchObject(NOTHING);
      expect(world.census(rows).missing, `crash at ${at}`).toEqual([]);
      expect(world.census(rows).repeated.length, `crash at ${at}`).toBeLessThanOrEqual(2);
    }
  });

  it('does not send what was delivered between comparison and repair, nor counts it as missing', async () => {
    const world = await begunThreeDaysAgo();
    const row = lost(world, 6);
    const act = { act: 'verify', range: { from: world.now - 12 * HOUR, to: world.now }, repair: true } as const;
    const range = { from: world.now - 7 * HOUR, to: world.now - 5 * HOUR };
    let loads = 0;
    let backfilled: Promise<unknown> | undefined;
    // The backfill of the same hours runs while the repair looks for the live lease.
    const [report] = await world.run({
      act,
      onEffect: ({ name, about }) => {
        if (name !== 'load' || about !== FEED || ++loads !== 2) return undefined;
        backfilled = world.run({ act: { act: 'backfill', range } });
        return { latency: MINUTE };
      },
    });
    await backfilled;
    const after = await untilDone(world, act);

    expect(report?.job?.state).toBe('done');
    expect(sums(report as FeedReport)).toMatchObject(NOTHING);
    expect(sums(after)).toMatchObject(NOTHING);
    expect(world.census([row])).toMatchObject({ missing: [], repeated: [] });
  });

  it('waits for the live feed when it holds its lease', async () => {
    const world = await begunThreeDaysAgo();
    lost(world, 6);
    world.table.overwrite(FEED, { owner: 'somebody', leaseUntil: world.now + 10 * MINUTE });
    const act = { act: 'verify', range: { from: world.now - 12 * HOUR, to: world.now }, repair: true } as const;

    const [busy] = await world.run({ act });
    world.clock.advance(11 * MINUTE);
    const report = await untilDone(world, act);

    expect(busy).toMatchObject({ state: 'paused', job: { state: 'running' } });
    expect(sums(report)).toMatchObject({ missing: 1, repaired: 1 });
  });

  it('verifies whole days where the vendor answers for those only', async () => {
    const world = await begunThreeDaysAgo({ stream: { rangeIgnoresRowTime: true, windowStep: DAY } });
    const row = lost(world, 30);
    const act = { act: 'verify', range: { from: world.now - 3 * DAY, to: world.now }, repair: true } as const;

    const told = await untilDone(world, { ...act, repair: false });
    await untilDone(world, act);
    const after = await untilDone(world, act);

    expect(told.job?.steps?.map(({ from, to }) => [from, to])).toEqual([
      ['2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
      ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ]);
    expect(sums(told).missing).toBe(1);
    expect(sums(after).missing).toBe(0);
    expect(world.census([row])).toMatchObject({ missing: [], repeated: [] });
  });

  it('calls an hour that was counted anew changed, where the vendor answers for whole days', async () => {
    const stableFields = ({ value }: Row) => (value as { date: string }).date;
    const world = await begunThreeDaysAgo({ stream: { rangeIgnoresRowTime: true, windowStep: DAY, stableFields } });
    const row = world.vendor.rows.find(({ time }) => time > world.now - 40 * HOUR);
    if (!row) throw new Error('no row');
    row.goneAt = world.now;
    world.vendor.add({ time: row.time, name: 'counted anew', visibleAt: world.now });

    const report = await untilDone(world, { act: 'verify', range: { from: world.now - 3 * DAY, to: world.now } });

    expect(sums(report)).toMatchObject({ missing: 0, changed: 1 });
  });
});

describe('verify where the keys have expired', () => {
  /** Twelve days on: the ledger has its last rows, and the keys are gone. */
  async function expired(options: WorldOptions = {}): Promise<{ world: World; range: { from: Instant; to: Instant } }> {
    const world = await begunThreeDaysAgo(options);
    world.table.seenFor = 8 * DAY;
    const range = { from: floorTo(world.now - 2 * DAY, DAY), to: floorTo(world.now, DAY) };
    for (let day = 0; day < 12; day++) {
      world.clock.advance(DAY);
      await world.runUntilCaughtUp();
    }
    world.table.forgetSeen('2026-03-05');
    return { world, range };
  }

  it('compares counts and digests, and says so', async () => {
    const { world, range } = await expired();

    const report = await untilDone(world, { act: 'verify', range });

    expect(sums(report)).toMatchObject(NOTHING);
    expect(report.job?.steps?.every(({ by, note }) => by === 'ledger' && note?.includes('counts and digests'))).toBe(
      true,
    );
    expect(report.warnings).toEqual([]);
  });

  it('finds one more, one fewer and one exchanged', async () => {
    const { world, range } = await expired();
    const row = world.vendor.rows.filter(({ time }) => time >= range.from);
    const [first, second] = [row[0], row[10]];
    if (!first || !second) throw new Error('no rows');
    first.goneAt = world.now;
    second.goneAt = world.now;
    world.vendor.add({ time: second.time, name: 'another', visibleAt: world.now });
    world.vendor.add({ time: range.from + 30 * HOUR, name: 'more', visibleAt: world.now });
    const delivered = world.ids().length;

    const report = await untilDone(world, { act: 'verify', range, repair: true });

    expect(sums(report)).toMatchObject({ missing: 1, extra: 1, repaired: 0 });
    expect(report.job?.steps?.filter(({ unsure }) => unsure)).toHaveLength(1);
    expect(report.warnings.join()).toContain('not the same ones');
    expect(world.ids().length).toBe(delivered);
  });

  it('claims nothing about a day that the ledger does not know', async () => {
    const { world, range } = await expired();
    world.table.ledger.clear();

    const report = await untilDone(world, { act: 'verify', range });

    expect(sums(report)).toMatchObject({ missing: 0, delivered: 0, extra: 0 });
    expect(report.warnings.join()).toContain('no row of this day');
  });

  it('finds what one of two destinations lacks', async () => {
    const { world, range } = await expired({ destinations: ['siem', 'lake'] });
    const key = `${FEED}#2026-03-01`;
    const row = world.table.ledger.get(key);
    const [hour, ...others] = row?.hours ?? [];
    if (!row || !hour) throw new Error('no row');
    const poorer = { ...hour, destinations: { ...hour.destinations, lake: { events: 1, digest: '0' } } };
    world.table.ledger.set(key, { ...row, hours: [poorer, ...others] });

    const report = await untilDone(world, { act: 'verify', range });

    expect(sums(report)).toMatchObject({ missing: 1, extra: 0 });
  });

  it('compares with the ledger where keys were kept for a shorter time before, and delivers nothing again', async () => {
    const world = createWorld({ startFrom: at('06:00:00') });
    world.table.seenFor = 3 * DAY;
    for (let day = 0; day < 6; day++) {
      for (let minute = 0; minute < 30; minute += 5) {
        world.vendor.add({ time: world.now - minute * MINUTE, name: `row ${day} ${minute}`, visibleAt: world.now });
      }
      world.clock.advance(HOUR);
      await world.runUntilCaughtUp();
      world.clock.advance(23 * HOUR);
      await world.runUntilCaughtUp();
    }
    world.table.seenFor = 30 * DAY;
    const act = { act: 'verify', range: { from: at('06:00:00'), to: world.now } } as const;
    const delivered = world.ids().length;

    const told = await untilDone(world, act);
    const repaired = await untilDone(world, { ...act, repair: true });

    expect(sums(told)).toMatchObject(NOTHING);
    expect(sums(told).vendor).toBeGreaterThan(30);
    expect(told.job?.steps?.some(({ by }) => by === 'ledger')).toBe(true);
    expect(sums(repaired)).toMatchObject(NOTHING);
    expect(world.ids().length).toBe(delivered);
  });
});
