import { describe, expect, it } from 'vitest';
import type { Stream } from '../../../functions/core/model.ts';
import type { SeenChunk } from '../../../functions/core/stored/seen-chunk.ts';
import { DAY, HOUR, type Instant, MILLISECOND, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, type EffectCall, type Fault, type World, type WorldOptions } from '../../memory/world.ts';
import { EXACT } from '../set-up.ts';

const TODAY: Instant = parseInstant('2026-03-02T00:00:00Z') as Instant;
/** A flush is due at 5,000 events or 3.8 MB, and that is checked every 100 rows or 200 KB. */
const LARGEST_FLUSH = 5_100;
const LONG = { note: 'x'.repeat(30_000) };
const LONG_ROWS_A_FLUSH = 4_000_000 / 30_000;

/** A vendor that gives all of a day in one answer. */
function dayWorld(rows: number, { vendor, ...options }: WorldOptions = {}): World {
  const stream: Partial<Stream> = { rangeIgnoresRowTime: true, windowStep: DAY, settle: 2 * HOUR, overlap: 0 };
  const world = createWorld({
    startFrom: TODAY,
    ...options,
    vendor: { paging: 'none', precision: MILLISECOND, ...vendor },
    stream,
  });
  world.vendor.addMany(rows, TODAY, (11 * HOUR) / rows);
  return world;
}

/** How many events were remembered with each write: those of one flush, or of two. */
function watchFlushes(world: World) {
  const flushes: number[] = [];
  world.onEffect = ({ name, value }) => {
    if (name === 'remember') flushes.push((value as SeenChunk[]).reduce((sum, { count }) => sum + count, 0));
  };
  return flushes;
}

describe('an answer of tens of thousands of rows', () => {
  it('is delivered as it is read, in flushes of the usual size', async () => {
    const world = dayWorld(70_000);
    const flushes = watchFlushes(world);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', fetched: 70_000, delivered: 70_000, pages: 1 });
    expect(Math.max(...flushes)).toBeLessThanOrEqual(2 * LARGEST_FLUSH);
    expect(flushes.length).toBe(7);
    expect(new Set(world.ids()).size).toBe(70_000);
  });

  it('keeps to that size in bytes where its rows are long', async () => {
    const world = dayWorld(0);
    world.vendor.addMany(900, TODAY, 30 * SECOND, { fields: LONG });
    const flushes = watchFlushes(world);

    await world.run();

    expect(flushes.reduce((sum, events) => sum + events, 0)).toBe(900);
    expect(Math.max(...flushes)).toBeLessThan(2 * LONG_ROWS_A_FLUSH);
  });

  it.each(['crash-before', 'crash-midway', 'crash-after'] satisfies Fault[])(
    'is taken up again after a %s anywhere in it: two flushes are repeated at most, and nothing is lost',
    async (fault) => {
      for (const name of ['put', 'remember', 'write'] as const) {
        const world = dayWorld(0);
        world.vendor.addMany(650, TODAY, MINUTE, { fields: LONG });
        const dies = (call: EffectCall) => (call.name === name && call.nth === 2 ? fault : undefined);

        await expect(world.run({ onEffect: dies })).rejects.toThrow(Crash);
        world.clock.advance(HOUR);
        const [report] = await world.run();

        const { missing, invented, repeated } = world.census();
        expect({ name, state: report?.state, missing, invented }).toEqual({
          name,
          state: 'caught-up',
          missing: [],
          invented: [],
        });
        expect(repeated.length).toBeLessThanOrEqual(2 * LONG_ROWS_A_FLUSH);
      }
    },
  );

  it('asks for all of the day again when it goes on, and tells by what was delivered where it was', async () => {
    const world = dayWorld(30_000);
    // The lease, the delivery stream that was seen, and the first position.
    const dies = ({ name, nth }: EffectCall) => (name === 'write' && nth === 3 ? 'crash-after' : undefined);

    await expect(world.run({ onEffect: dies })).rejects.toThrow(Crash);
    const delivered = world.delivered().length;
    expect(delivered).toBeGreaterThan(9_999);
    expect(world.checkpoint().plan?.left).toBeUndefined();
    world.clock.advance(HOUR);
    const [report] = await world.run();

    expect(world.vendor.requests.at(-1)).toMatchObject({ from: TODAY, to: TODAY + DAY });
    expect(report).toMatchObject({ suppressed: delivered, delivered: 30_000 - delivered });
    expect(world.census()).toEqual(EXACT);
  });

  it('goes on in the next run when the time is up before all of it is delivered', async () => {
    const world = dayWorld(60_000);
    world.onEffect = ({ name }) => (name === 'put' ? { latency: 6 * SECOND } : undefined);

    const [first] = await world.run({ budget: 30 * SECOND });
    expect(first).toMatchObject({ state: 'more', delivered: 40_000 });
    expect(first?.error).toBeUndefined();
    world.clock.advance(HOUR);
    const [second] = await world.run({ budget: 30 * SECOND });

    expect(second).toMatchObject({ state: 'caught-up', suppressed: 40_000, delivered: 20_000 });
    expect(world.census()).toEqual(EXACT);
  });

  it('gets on by a flush a run at least, though the answer itself takes all of the time', async () => {
    const world = dayWorld(17_000, { vendor: { latency: 29 * SECOND } });
    world.onEffect = ({ name }) => (name === 'put' ? { latency: SECOND } : undefined);

    const delivered: unknown[] = [];
    for (let run = 0; run < 4; run++, world.clock.advance(HOUR)) {
      const [report] = await world.run({ budget: 40 * SECOND });
      delivered.push(report?.delivered);
    }

    expect(delivered).toEqual([5_000, 5_000, 5_000, 2_000]);
    expect(world.census()).toEqual(EXACT);
  });

  it('ends early when the host wants the run to end', async () => {
    const world = dayWorld(40_000);
    world.onEffect = ({ name }) => (name === 'put' ? { latency: SECOND } : undefined);

    const [report] = await world.run({ stopAt: world.now + 2 * SECOND });

    expect(report?.state).toBe('stopped');
    expect(report?.delivered).toBeLessThan(40_000);
    world.clock.advance(HOUR);
    await world.run();
    expect(world.census()).toEqual(EXACT);
  });

  it('is delivered up to where its reading fails', async () => {
    const world = dayWorld(0, { vendor: { order: 'as-added' } });
    await world.run();
    world.clock.advance(HOUR);
    world.vendor.addMany(100, TODAY + 11 * HOUR, SECOND);
    // What was delivered of so early an hour is asked for only now, and the table does not say.
    world.vendor.add({ time: TODAY + HOUR, name: 'late' });
    const onEffect = ({ name, nth }: EffectCall) => (name === 'loadSeen' && nth > 1 ? 'lost-before' : undefined);

    const [report] = await world.run({ onEffect });

    expect(report).toMatchObject({ state: 'failed', error: { code: 'state' }, delivered: 100 });
  });

  it('has the same events when it is read again with a row more before them', async () => {
    const world = dayWorld(250);
    world.vendor.add({ time: TODAY, name: 'late', visibleAt: world.now + MINUTE });
    await world.run();
    world.clock.advance(HOUR);
    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it('counts its equal rows without an id in any order, where there are far more than a window may have else', async () => {
    const world = dayWorld(0, { vendor: { order: 'shuffled' } });
    world.vendor.addMany(20_500, TODAY, SECOND);
    world.vendor.addMany(50, TODAY + HOUR, 0, { name: 'equal' });

    await world.run();

    expect(world.census()).toEqual(EXACT);
  });
});

describe('an answer about another time than its rows’ own', () => {
  it('may have more rows from elsewhere than can be counted, as long as they come in order', async () => {
    const world = createWorld({
      startFrom: TODAY - DAY,
      stream: { rangeIgnoresRowTime: true, longestWindow: DAY },
      vendor: { paging: 'none', span: () => ({ from: TODAY - DAY, to: TODAY + DAY }) },
    });
    world.vendor.addMany(20_050, TODAY - DAY, 4 * SECOND);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 20_050, suppressed: 20_050, pages: 2 });
  });
});

describe('how many rows there are, as the vendor says beforehand', () => {
  type Total = (found: number, asked: { offset: number }) => number | undefined;

  function pagedWorld(total: Total, options: WorldOptions = {}): World {
    const world = createWorld({ startFrom: TODAY, ...options, vendor: { paging: 'offset', total, ...options.vendor } });
    world.vendor.addMany(45, TODAY, 10 * 60 * SECOND);
    return world;
  }

  it.each([
    ['as many as come', 0, (found, { offset }) => found - offset],
    ['only in the middle', 0, (found, { offset }) => (offset === 20 ? found - offset : undefined)],
    ['fewer than come', 1, () => 12],
    ['none', 1, () => 0],
    ['nothing', 0, () => undefined],
  ] satisfies [string, number, Total][])(
    'is no more than worth noting unless it is too many: %s',
    async (_, noted, total) => {
      const world = pagedWorld(total);

      const [report] = await world.run();

      expect(report).toMatchObject({ state: 'caught-up', delivered: 45, pages: 6, warnings: [] });
      expect(world.count('TotalMismatch')).toBe(0);
      const notes = world.logs.filter(({ message }) =>
        message.includes(`the vendor announced ${total(45, { offset: 0 })} rows and sent 45`),
      );
      expect(notes.length).toBe(noted);
    },
  );

  it('does not count a page twice that links to itself', async () => {
    const world = pagedWorld((found) => found, { vendor: { paging: 'cursor' } });
    world.vendor.spoil = (text, { cursor }) => text.replace('"next":null', `"next":${cursor}`);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 45, pages: 6 });
    expect(world.count('TotalMismatch')).toBe(0);
  });

  it('says nothing about a window that was not read to its end', async () => {
    const world = pagedWorld((found, { offset }) => found - offset, { stream: { cutAfterPages: 2 } });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 45 });
    expect(world.count('TotalMismatch')).toBe(0);
  });
});
