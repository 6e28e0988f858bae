import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../../../functions/core/model.ts';
import {
  DAY,
  floorTo,
  HOUR,
  type Instant,
  MINUTE,
  parseInstant,
  type Range,
  SECOND,
} from '../../../functions/core/time.ts';
import type { VendorRequest } from '../../memory/vendor.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';

const TODAY: Instant = parseInstant('2026-03-02T00:00:00Z') as Instant;

/** A vendor that answers for whole days of the past and the present only, and in one page; its feed began yesterday at noon. */
function dayWorld({ stream, vendor, ...options }: WorldOptions = {}): World {
  const own: Partial<Stream> = {
    rangeIgnoresRowTime: true,
    windowStep: DAY,
    settle: 2 * HOUR,
    overlap: 0,
    longestWindow: DAY,
    ...stream,
  };
  const world = createWorld({
    startFrom: TODAY - 12 * HOUR,
    ...options,
    vendor: { paging: 'none', precision: 1, ...vendor },
    stream: own,
  });
  world.vendor.onRequest = (request) => (isWhole(world, request, own.windowStep ?? DAY) ? undefined : { status: 400 });
  return world;
}

function isWhole(world: World, { from, to }: Range, windowStep: number): boolean {
  return from % windowStep === 0 && to % windowStep === 0 && from < to && from <= world.now;
}

/** Each day that was asked for since, as days from today. */
function daysAsked(world: World, since = 0): number[] {
  return world.vendor.requests
    .slice(since)
    .flatMap(({ from, to }) => Array.from({ length: (to - from) / DAY }, (_, at) => (from - TODAY) / DAY + at));
}

async function runHourly(world: World, hours: number) {
  const runs: { readonly at: number; readonly days: readonly number[] }[] = [];
  for (let run = 0; run < hours; run++) {
    const [at, asked] = [(world.now - TODAY) / HOUR, world.vendor.requests.length];
    await world.run();
    runs.push({ at: Math.floor(at), days: daysAsked(world, asked) });
    world.clock.advance(HOUR);
  }
  return runs;
}

/** The vendor's answers break off in the middle of what they say of this day. */
function breakDay(world: World, day: Instant): void {
  world.vendor.spoil = (text, { from, to }) => (from < day + DAY && to > day ? text.slice(0, -10) : text);
}

describe('rule 25: whole days that touch what is new', () => {
  it('are asked for: today again and again, yesterday once more when it has settled', async () => {
    const world = dayWorld({ start: TODAY + 12.5 * HOUR });

    const runs = await runHourly(world, 30);

    // The first one takes what lies between the start of the feed and now.
    expect(runs[0]).toEqual({ at: 12, days: [-1, 0] });
    for (const { at, days } of runs.slice(1)) {
      expect({ at, days }).toEqual({ at, days: at < 26 ? [0] : at === 26 ? [0, 1] : [1] });
    }
  });

  it('are asked for once each after days without a run', async () => {
    const world = dayWorld();
    await world.run();
    world.vendor.addMany(60, world.now, 2 * HOUR);
    world.clock.advance(5 * DAY - 3 * HOUR);

    const asked = world.vendor.requests.length;
    const [report] = await world.run();

    expect(daysAsked(world, asked)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(report?.state).toBe('caught-up');
    expect(world.census(world.vendor.visible)).toEqual({ missing: [], invented: [], repeated: [] });
  });

  it('bring what lies in the day and outside the window, but nothing from before the feed began', async () => {
    const world = dayWorld();
    world.vendor.add({ time: TODAY - 13 * HOUR, name: 'before the start' });
    world.vendor.add({ time: TODAY - 11 * HOUR, name: 'yesterday' });
    world.vendor.add({ time: world.now - MINUTE, name: 'a minute ago' });
    await world.run();
    expect(world.checkpoint().watermark).toBe(world.now - (world.now % HOUR) - 2 * HOUR);
    world.clock.advance(HOUR);
    world.vendor.add({ time: TODAY + 5 * MINUTE, name: 'late' });
    await world.run();

    expect(world.names()).toEqual(['yesterday', 'a minute ago', 'late']);
    expect(world.count('OutOfRange')).toBe(0);
  });

  it.each([true, false])(
    'move the watermark to what has settled, on the vendor’s clock where it is told: %s',
    async (dates) => {
      const world = dayWorld({ vendor: { clockOffset: -3 * HOUR, dates } });

      for (let run = 0; run < 40; run++, world.clock.advance(50 * MINUTE)) {
        const settled = (dates ? world.vendor.now : world.now) - 2 * HOUR;
        await world.run();
        expect(world.checkpoint().watermark).toBeLessThan(settled + SECOND);
        expect(world.checkpoint().watermark).toBeGreaterThan(settled - SECOND);
      }
    },
  );

  it('bring every row once, no day twice in a run, and each day after it has settled', async () => {
    const gap = fc.integer({ min: 5, max: 2_000 });
    const lateness = fc.integer({ min: 0, max: 119 });
    const play = async (gaps: readonly number[], late: readonly number[]) => {
      const world = dayWorld();
      late.forEach((minutes, at) => {
        const time = TODAY - 11 * HOUR + at * 97 * MINUTE;
        world.vendor.add({ time, name: `event ${at}`, visibleAt: time + minutes * MINUTE });
      });
      for (const minutes of [...gaps, 4 * 24 * 60]) {
        const asked = world.vendor.requests.length;
        await world.run();
        const days = daysAsked(world, asked);
        expect(days).toEqual([...new Set(days)]);
        world.clock.advance(minutes * MINUTE);
      }
      await world.run();
      expect(world.census(world.vendor.visible)).toEqual({ missing: [], invented: [], repeated: [] });
      for (let day = TODAY; day + DAY <= world.checkpoint().watermark; day += DAY) {
        const last = world.vendor.requests.findLast(({ from, to }) => from <= day && to > day);
        expect(last?.at).toBeGreaterThanOrEqual(day + DAY + 2 * HOUR);
      }
    };

    await fc.assert(
      fc.asyncProperty(fc.array(gap, { maxLength: 12 }), fc.array(lateness, { minLength: 50, maxLength: 50 }), play),
      { numRuns: 60 },
    );
  });

  it('of several pages take no requests for their equal rows', async () => {
    const world = dayWorld({ vendor: { paging: 'cursor', pageSize: 10 } });
    world.vendor.addMany(40, TODAY + HOUR, 0, { name: 'equal' });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 40 });
    expect(world.vendor.requests.length).toBe(1 + 5);
  });
});

describe('rule 25: a day that cannot be read', () => {
  it.each([
    ['in the middle of it', 12],
    ['when it is over', 26],
  ])('is given up after three runs, once, with its body in quarantine, and the feed goes on: %s', async (_, hours) => {
    const world = dayWorld({ start: TODAY + hours * HOUR, startFrom: TODAY - 12 * HOUR });
    world.vendor.addMany(10, TODAY - 5 * HOUR, MINUTE, { name: 'yesterday' });
    world.vendor.addMany(10, TODAY + HOUR, MINUTE);
    breakDay(world, TODAY);

    const states: unknown[] = [];
    for (let run = 0; run < 3; run++) {
      const [report] = await world.run();
      states.push(report?.error?.code ?? report?.state);
    }

    expect(states).toEqual(['unreadable', 'unreadable', 'caught-up']);
    expect(world.checkpoint().watermark).toBe(world.now - (world.now % HOUR) - 2 * HOUR);
    const told = () => world.delivered().filter(({ event }) => event.dataset === 'tidemark.unreadable');
    expect(told()[0]?.tidemark.range).toEqual({
      from: '2026-03-02T00:00:00.000Z',
      to: '2026-03-03T00:00:00.000Z',
    });
    expect(told()[0]?.event.kind).toBe('pipeline_error');
    expect(world.vendor.requests.filter(({ status }) => status === 400)).toEqual([]);
    const kept = [...world.table.quarantine.values()];
    expect(kept.map(({ reason, text }) => [reason, text.includes('event 0')])).toEqual([['unreadable', true]]);
    await runHourly(world, 30);
    expect(world.checkpoint().watermark).toBeGreaterThan(TODAY + DAY);
    expect(told().length).toBe(1);
    expect(world.table.quarantine.size).toBe(1);
  });

  it('is read again as long as it is today: when it is mended, its rows arrive', async () => {
    const world = dayWorld();
    world.vendor.addMany(10, TODAY - 5 * HOUR, MINUTE, { name: 'yesterday' });
    world.vendor.addMany(10, TODAY + HOUR, MINUTE);
    breakDay(world, TODAY);
    await runHourly(world, 4);
    expect(world.count('Unreadable')).toBe(1);

    world.vendor.spoil = undefined;
    await runHourly(world, 2);

    expect(world.census(world.vendor.rows)).toMatchObject({ missing: [], repeated: [] });
  });

  it('is given up on a feed’s first day, too, when there is no other that has rows', async () => {
    const world = dayWorld({ startFrom: TODAY + HOUR });
    world.vendor.addMany(10, TODAY + HOUR, MINUTE);
    breakDay(world, TODAY);

    await runHourly(world, 3);

    expect(world.count('Unreadable')).toBe(1);
  });

  it('holds the feed as long as no day at all can be read', async () => {
    const world = dayWorld();
    world.vendor.addMany(40, TODAY - 40 * HOUR, HOUR);
    world.vendor.spoil = (text) => text.slice(0, -10);

    await runHourly(world, 12);

    expect(world.count('Unreadable')).toBe(0);
    expect(world.checkpoint()).toMatchObject({ watermark: TODAY - 12 * HOUR, lastError: { code: 'unreadable' } });
  });

  it('whose paging goes in circles fails the run with few requests, and holds the watermark', async () => {
    const world = dayWorld({ vendor: { paging: 'cursor' } });
    world.vendor.addMany(5, TODAY - 11 * HOUR, MINUTE);
    const circle = ({ cursor }: VendorRequest) => ({ text: `{"rows":[],"next":${cursor === 1 ? 2 : 1}}` });
    const whole = world.vendor.onRequest;
    world.vendor.onRequest = circle;

    for (let run = 1; run <= 5; run++) {
      const [report] = await world.run();
      expect(report?.error).toMatchObject({ code: 'incomplete' });
      expect(world.vendor.requests.length).toBeLessThanOrEqual(run * 6);
    }

    expect(world.checkpoint().watermark).toBe(TODAY - 12 * HOUR);
    world.vendor.onRequest = whole;
    await world.run();
    expect(world.names().length).toBe(5);
  });
});

describe('a vendor of whole hours', () => {
  const stream: Partial<Stream> = { windowStep: HOUR, settle: 3 * HOUR, overlap: 6 * HOUR };

  it.each([DAY, 7 * HOUR, 40 * MINUTE])(
    'is asked for no hour twice when its windows have to be halved',
    async (long) => {
      const world = dayWorld({ stream, startFrom: TODAY + 9 * HOUR - long });
      const rows = world.vendor.addMany(80, TODAY - 20 * HOUR, 20 * MINUTE);
      const whole = world.vendor.onRequest;
      const tooLong = ({ from, to }: Range) => to - from > 2 * HOUR;
      const circle = ({ cursor }: VendorRequest) => ({ text: `{"rows":[],"next":${cursor === 1 ? 2 : 1}}` });
      world.vendor.onRequest = (request) => (tooLong(request) ? circle(request) : whole?.(request));

      const [report] = await world.run();

      expect(report?.state).toBe('caught-up');
      const read = world.vendor.requests.filter((request) => !tooLong(request));
      for (const [at, { from }] of read.entries()) if (at > 0) expect(from).toBe(read[at - 1]?.to);
      expect(read.at(-1)?.to).toBe(TODAY + 10 * HOUR);
      const { floor } = world.checkpoint();
      expect(world.census(rows.filter(({ time }) => time >= floor && time < TODAY + 10 * HOUR)).missing).toEqual([]);
    },
  );

  it('is asked for a single broken hour, though the window touches two', async () => {
    const world = dayWorld({ stream: { ...stream, overlap: 0 }, startFrom: TODAY + 8.5 * HOUR });
    world.vendor.addMany(10, TODAY, HOUR);
    world.vendor.spoil = (text, { from, to }) =>
      from < TODAY + 9 * HOUR && to > TODAY + 8 * HOUR ? text.slice(0, -10) : text;
    world.clock.advance(10 * MINUTE);

    await world.run();
    await world.run();
    const asked = world.vendor.requests.length;
    await world.run();

    expect(world.vendor.requests[asked]).toMatchObject({ from: TODAY + 8 * HOUR, to: TODAY + 10 * HOUR });
    const told = world.delivered().filter(({ event }) => event.dataset === 'tidemark.unreadable');
    expect(told.map(({ tidemark }) => tidemark.range)).toEqual([
      { from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T09:00:00.000Z' },
    ]);
    expect(world.names()).toContain('event 9');
  });

  it('does not go on beyond the window because it shows more than it was asked for', async () => {
    const world = dayWorld({ stream, vendor: { pageSize: 20, paging: 'cursor', latency: 10 * SECOND } });
    world.vendor.options.span = ({ time }) => ({ from: floorTo(time, DAY), to: floorTo(time, DAY) + DAY - 1 });
    world.vendor.addMany(200, TODAY - 12 * HOUR, 7 * MINUTE, { visibleAt: 0 });

    const [report] = await world.run({ budget: 90 * SECOND });
    world.clock.advance(5 * MINUTE);
    await world.runUntilCaughtUp();

    expect(report?.state).toBe('more');
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
  });
});
