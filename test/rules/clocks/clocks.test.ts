import { describe, expect, it } from 'vitest';
import type { OtherClock } from '../../../functions/core/clocks/believed-clocks.ts';
import { takeCensus } from '../../../functions/core/invocation/census.ts';
import { reportFeedStatus } from '../../../functions/core/invocation/feed-status.ts';
import type { AnyFeed } from '../../../functions/core/model.ts';
import { DAY, type Duration, formatTime, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, FEED } from '../set-up.ts';

/** Events of three days, one every five minutes; the first run comes after half a day of them. */
function threeDays(options: WorldOptions = {}): World {
  const world = createWorld({ startFrom: at('00:00:00'), ...options });
  world.vendor.addMany(870, at('00:00:00'), 5 * MINUTE);
  return world;
}

/** Runs every half hour until all events are there, each with our clock ahead by what is said for its number. The watermark is checked after each. */
async function runThreeDays(world: World, offsetOf: (run: number) => Duration): Promise<void> {
  for (let run = 0; run < 130; run++) {
    await world.run({ clockOffset: offsetOf(run) });
    expect(world.checkpoint().watermark).toBeLessThanOrEqual(world.now - 2 * MINUTE);
    world.clock.advance(30 * MINUTE);
  }
}

const once = (offset: Duration) => (run: number) => (run === 20 ? offset : 0);
const always = (offset: Duration) => () => offset;

describe('rule 35: the watermark never passes the earliest believed clock', () => {
  it.each([
    ['one run of a clock 48 h ahead, with the vendor’s Date', 48 * HOUR, true, once],
    ['one run of a clock 20 h ahead, without', 20 * HOUR, false, once],
    ['one run of a clock 10 years ahead, without', 3_650 * DAY, false, once],
    ['one run of a clock 48 h behind, without', -48 * HOUR, false, once],
    ['a clock that stays 20 h ahead, with the vendor’s Date', 20 * HOUR, true, always],
    ['a clock that stays 2 h behind, with the vendor’s Date', -2 * HOUR, true, always],
  ])('%s, loses nothing', async (_, offset, dates, when) => {
    const world = threeDays({ vendor: { dates } });

    await runThreeDays(world, when(offset));

    expect(world.census()).toEqual(EXACT);
    expect(world.count('ClockUnbelievable')).toBeGreaterThan(0);
    expect(world.count('Gap')).toBe(0);
    expect(world.checkpoint().watermark).toBeGreaterThan(world.now - 40 * MINUTE);
  });

  it('stays while no two clocks agree, and everything is delivered all the same', async () => {
    const world = createWorld({
      startFrom: at('10:00:00'),
      stream: { longestWindow: 10 * MINUTE },
      vendor: { dates: false },
    });
    world.vendor.addMany(115, at('10:00:00'), MINUTE);

    const [report] = await world.run({ clockOffset: 20 * HOUR });

    expect(report).toMatchObject({ state: 'failed', watermark: '2026-03-02T10:00:00.000Z', error: { code: 'clock' } });
    expect(report?.error?.message).toMatch(/^The clocks disagree: ours, table -20h from ours\./);
    expect(world.census()).toEqual(EXACT);
    const [next] = await world.run();
    expect(next).toMatchObject({ state: 'caught-up', watermark: '2026-03-02T11:58:07.000Z', warnings: [] });
    expect(world.census()).toEqual(EXACT);
  });

  it('believes a third clock that agrees with one of two', async () => {
    const world = createWorld({ startFrom: at('10:00:00'), vendor: { dates: false } });
    world.serviceClocks = { table: 0, secrets: -3 * SECOND };

    const [report] = await world.run({ clockOffset: 20 * HOUR });

    expect(report).toMatchObject({ state: 'caught-up', watermark: '2026-03-02T11:57:57.000Z' });
    expect(report?.warnings).toEqual(['A clock is not believed: ours.']);
  });

  it.each<[OtherClock, Duration]>([
    ['table', -48 * HOUR],
    ['table', 48 * HOUR],
    ['firehose', -48 * HOUR],
    ['vendor', -48 * HOUR],
    ['vendor', 48 * HOUR],
  ])('goes on where two clocks outvote that of the %s, %d us off, and tells whose it is', async (clock, offset) => {
    const world = createWorld({
      startFrom: at('10:00:00'),
      vendor: { clockOffset: clock === 'vendor' ? offset : 0 },
    });
    if (clock !== 'vendor') world.serviceClocks = { table: 0, [clock]: offset };

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', watermark: '2026-03-02T11:58:00.000Z' });
    expect(report?.warnings).toEqual([expect.stringContaining(`not believed: ${clock}`)]);
    expect(world.count('ClockUnbelievable')).toBeGreaterThan(0);
  });

  it('believes our clock where no other is known', async () => {
    const world = createWorld({ startFrom: at('10:00:00'), vendor: { dates: false } });
    world.serviceClocks = {};

    expect(await world.run()).toMatchObject([{ state: 'caught-up', watermark: '2026-03-02T11:58:00.000Z' }]);
  });

  it('follows the vendor’s clock up to a day behind, although two others outvote it: records carry its time', async () => {
    const world = createWorld({ startFrom: at('10:00:00'), vendor: { clockOffset: -HOUR } });
    world.vendor.add({ time: at('11:05:00'), visibleAt: at('12:05:00') });

    await world.run();
    expect(world.checkpoint().watermark).toBe(at('10:58:00'));
    world.clock.advance(10 * MINUTE);
    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it('does not believe a plan that a clock far ahead has begun', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      stream: { longestWindow: 40 * DAY },
      vendor: { dates: false, order: 'newest-first', pageSize: 5, latency: 10 * SECOND },
    });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    world.vendor.addMany(19, at('12:01:00'), HOUR, { name: 'afterwards' });

    await world.run({ clockOffset: 20 * HOUR, budget: MINUTE });
    expect(world.checkpoint().plan?.left).toBeDefined();
    world.clock.advance(20 * HOUR);
    await world.runUntilCaughtUp();
    world.clock.advance(5 * MINUTE);
    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });

  it('does not take what a clock far ahead says about re-reads for done', async () => {
    const world = createWorld({
      startFrom: at('00:00:00'),
      stream: { rereads: [{ every: HOUR, overlap: 10 * HOUR }] },
    });
    await world.run();
    world.table.overwrite(FEED, { reread: { '36000s': formatTime(at('12:00:00') + 300 * DAY) } });
    world.vendor.add({ time: at('05:00:00'), visibleAt: at('12:30:00') });

    world.clock.advance(2 * HOUR);
    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it.each([20 * HOUR, -20 * HOUR])(
    'begins a new feed 24 hours before the earliest clock (%d us off)',
    async (clockOffset) => {
      const world = createWorld({ vendor: { dates: false } });

      await world.run({ clockOffset });

      expect(world.checkpoint().floor).toBe(at('12:00:01') - DAY + Math.min(0, clockOffset));
    },
  );

  it('takes nothing for deleted because a clock is years ahead', async () => {
    const world = createWorld({ startFrom: at('10:00:00'), stream: { retention: 90 * DAY }, vendor: { dates: false } });
    await world.run();
    await world.run({ clockOffset: 3_650 * DAY });

    expect(world.count('Gap')).toBe(0);
    expect(world.checkpoint().watermark).toBe(at('11:58:00'));
  });
});

describe('rule 36: nothing of the future is stored', () => {
  it('refuses to begin a feed in the future, and begins it when the setting is right', async () => {
    const world = createWorld({ startFrom: at('12:00:00') + 3_650 * DAY });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);

    const [report] = await world.run();
    expect(report).toMatchObject({ state: 'failed', error: { code: 'config' } });
    expect(report?.error?.message).toMatch(
      /^\$\.streams\.events\.startFrom of .* 2036-02-28T12:00:00Z, which is in the future: now it is 2026/,
    );
    expect(report?.error?.remedy).toMatch(/^Set a time in the past/);

    world.startFrom = at('11:00:00');
    await world.run();
    expect(world.census()).toEqual(EXACT);
  });

  it('brings a feed back that an earlier version has begun in the future', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    const future = at('12:00:00') + 3_650 * DAY;
    await world.run({ act: { act: 'move', to: at('11:00:00') } });
    world.table.overwrite(FEED, {
      watermark: future,
      floor: future,
      destinations: { siem: future },
      lastSuccess: at('11:30:00'),
    });

    const [report] = await world.run();

    expect(world.census()).toEqual(EXACT);
    expect(report?.warnings).toEqual([
      expect.stringContaining('The watermark of memory/events/acme was in the future, at 2036'),
    ]);
    expect(report?.watermark).toBe('2026-03-02T11:58:00.000Z');
    expect(world.checkpoint()).toMatchObject({ floor: at('11:00:00'), destinations: { siem: at('11:00:00') } });
    const told = world.delivered().filter(({ event }) => event.dataset === 'tidemark.watermark-reset');
    expect(told.map(({ tidemark }) => tidemark.range)).toEqual([
      { from: '2026-03-02T11:00:00.000Z', to: '2036-02-28T12:00:00.000Z' },
    ]);
    expect(world.count('FutureWatermark')).toBe(1);
  });

  it.each(['seen keys', 'the ledger'])(
    'brings the watermark back to the last hour of which something was delivered, by %s',
    async (by) => {
      const world = createWorld({ startFrom: at('00:00:00') - 2 * DAY });
      world.vendor.addMany(500, at('00:00:00') - 2 * DAY, 5 * MINUTE);
      await world.runUntilCaughtUp();
      world.table.overwrite(FEED, { watermark: at('12:00:00') + 300 * DAY });
      // A backlog of an outage, and what was delivered before is not delivered again.
      world.clock.advance(10 * HOUR);
      world.vendor.addMany(100, at('12:01:00'), 6 * MINUTE, { name: 'afterwards' });
      if (by === 'the ledger') world.table.forgetSeen('2026-03-02');

      const { length } = world.delivered();
      await world.run();

      expect(world.census().missing).toEqual([]);
      if (by === 'seen keys') expect(world.census()).toEqual(EXACT);
      const reset = world
        .delivered()
        .slice(length)
        .find(({ event }) => event.dataset === 'tidemark.watermark-reset');
      const from = by === 'seen keys' ? '2026-03-01T17:00:00.000Z' : '2026-03-01T17:00:00.000Z';
      expect(reset?.tidemark.range).toMatchObject({ from });
    },
  );

  it('brings back a floor in the future alone', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    await world.run();
    world.table.overwrite(FEED, { floor: at('12:00:00') + DAY });
    world.clock.advance(10 * MINUTE);
    world.vendor.add({ time: at('12:01:00') });

    const [report] = await world.run();

    expect(report?.warnings).toEqual([expect.stringContaining('The floor of memory/events/acme was in the future')]);
    expect(world.checkpoint().floor).toBe(at('11:58:00'));
    expect(world.census()).toEqual(EXACT);
  });

  it('brings nothing back while no two clocks agree, and does not say caught-up', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { dates: false } });
    await world.run();
    const { watermark } = world.checkpoint();

    const [report] = await world.run({ clockOffset: -48 * HOUR });

    expect(report).toMatchObject({ state: 'failed', error: { code: 'clock' } });
    expect(world.checkpoint().watermark).toBe(watermark);
  });

  it('shows a watermark in the future as such, wherever a lag is shown', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    await world.run();
    world.table.overwrite(FEED, { watermark: at('12:00:00') + DAY });
    const { effects } = world.invoke();

    const status = await reportFeedStatus(effects, world.feeds[0] as AnyFeed);
    expect(status.lagSeconds).toBeLessThan(-86_000);
    const census = await takeCensus(effects, world.source, { acme: { events: '5m' } });
    expect(census).toMatchObject({ future: [FEED] });
    expect(census.lag).toBeUndefined();
    expect(world.count('FutureWatermark')).toBe(1);
  });

  it('refuses a move to the future, and moves no further than a believed clock', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    await world.run();

    const [refused] = await world.run({ act: { act: 'move', to: at('12:10:00') } });
    expect(refused).toMatchObject({
      state: 'failed',
      watermark: '2026-03-02T11:58:00.000Z',
      error: { code: 'config' },
    });
    const [ahead] = await world.run({ act: { act: 'move', to: at('12:10:00') }, clockOffset: 48 * HOUR });
    expect(ahead).toMatchObject({ state: 'failed', error: { code: 'config' } });
  });

  it('does not wait for a hold that a clock far ahead has stored', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    await world.run();
    world.table.overwrite(FEED, { hold: { until: at('12:00:00') + 2 * DAY, reason: 'quota', message: 'wait' } });

    expect(await world.run()).toMatchObject([{ state: 'caught-up' }]);
  });
});

describe('a lease', () => {
  it('is not taken from another worker by one whose clock is far ahead', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { latency: 10 * SECOND } });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);

    const running = world.run();
    await world.clock.wait(5 * SECOND);
    const [other] = await world.run({ clockOffset: 48 * HOUR });
    await running;

    expect(other?.state).toBe('busy');
    expect(world.census()).toEqual(EXACT);
  });

  it('of a worker whose clock is far ahead is not taken from it, and ends in time when it dies', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { latency: 10 * SECOND } });
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    const dies = world.run({
      clockOffset: 48 * HOUR,
      onEffect: ({ name }) => (name === 'put' ? 'crash-before' : undefined),
    });

    await world.clock.wait(5 * SECOND);
    expect(await world.run()).toMatchObject([{ state: 'busy' }]);
    await expect(dies).rejects.toThrow(Crash);
    world.clock.advance(6 * MINUTE);
    expect(await world.run()).toMatchObject([{ state: 'caught-up' }]);
    expect(world.census()).toEqual(EXACT);
  });

  it('that ends in the far future keeps nobody waiting', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    await world.run();
    world.table.overwrite(FEED, { owner: 'somebody', leaseUntil: at('12:00:00') + 2 * DAY });

    expect(await world.run()).toMatchObject([{ state: 'caught-up' }]);
  });
});
