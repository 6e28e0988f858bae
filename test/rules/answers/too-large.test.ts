import { describe, expect, it } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { jsonRows } from '../../../functions/core/events/json/json-rows.ts';
import type { ListCheck, Stream } from '../../../functions/core/model.ts';
import { DAY, HOUR, MILLISECOND, MINUTE, parseInstant, type Range, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

// Rule 41: an answer that fits the limit fits the function. What is larger is never held.

const LARGE = 10_000;

/** A log of an hour, with a record of this length at 11:30:30. */
function worldWith(length: number, options: WorldOptions = {}): World {
  const world = createWorld({ startFrom: at('11:00:00'), vendor: { pageSize: 100 }, ...options });
  world.answerLimit = LARGE;
  world.vendor.addMany(55, at('11:00:00'), MINUTE);
  world.vendor.add({ time: at('11:30:30'), name: 'large', fields: { note: 'x'.repeat(length) } });
  return world;
}

async function runTimes(world: World, runs: number) {
  const reports = [];
  for (let run = 0; run < runs; run++, world.clock.advance(5 * MINUTE)) reports.push((await world.run())[0]);
  return reports;
}

describe('an answer that is larger than memory allows', () => {
  it.each(['ascending', 'newest-first'] as const)('is asked for in smaller windows at once, %s', async (order) => {
    const world = worldWith(LARGE - 1_000, { vendor: { pageSize: 100, order } });

    const [report] = await world.run();

    expect(report?.error).toBeUndefined();
    expect(report).toMatchObject({ state: 'caught-up', delivered: 56 });
    expect(world.count('TooLarge')).toBeGreaterThan(0);
    expect(world.census()).toEqual(EXACT);
  });

  it('is also narrowed in the middle of a window, after the pages before it', async () => {
    const world = worldWith(LARGE - 200, { vendor: { pageSize: 5 } });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 56 });
    expect(world.census()).toEqual(EXACT);
  });

  it('is given up in the smallest window, after three runs: told, put into quarantine, and everything else is delivered', async () => {
    const world = worldWith(LARGE);

    const reports = await runTimes(world, 4);

    expect(reports[0]?.error).toMatchObject({ code: 'unreadable', message: expect.stringContaining('larger than') });
    expect(reports[3]).toMatchObject({ state: 'caught-up' });
    expect(world.count('Unreadable')).toBeGreaterThan(0);
    const told = world.delivered().filter(({ event }) => event.dataset === 'tidemark.unreadable');
    expect(told[0]?.error?.message).toContain('larger than');
    expect([...world.table.quarantine.values()].every(({ text }) => text.startsWith('{"rows":['))).toBe(true);
    const large = world.vendor.rows.at(-1);
    expect(world.census(world.vendor.rows.filter((row) => row !== large))).toMatchObject({ missing: [], repeated: [] });
  });

  it('is given up also where every answer of the day is too large', async () => {
    const world = worldWith(0);
    world.vendor.spoil = (text, { from, to }) =>
      from > at('11:30:00') && to < at('11:31:00') ? text.padEnd(2 * LARGE) : text;

    await runTimes(world, 70);

    expect(world.checkpoint().watermark).toBeGreaterThan(at('12:00:00'));
  });

  it('that is a proxy’s page is never given up', async () => {
    const world = worldWith(0);
    world.vendor.spoil = () => `<!doctype html>${'x'.repeat(LARGE)}`;

    const reports = await runTimes(world, 5);

    expect(reports.map((report) => report?.state)).toEqual(Array(5).fill('failed'));
    expect(world.checkpoint().watermark).toBe(at('11:00:00'));
  });
});

describe('answers to several requests in flight', () => {
  it('share the memory: one that is too large for its share is asked for again alone', async () => {
    const world = worldWith(LARGE - 1_500, {
      requestsInFlight: 4,
      vendor: { pageSize: 5 },
      stream: { longestWindow: 10 * MINUTE },
    });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 56 });
    expect(world.count('TooLarge')).toBe(0);
    expect(world.census()).toEqual(EXACT);
  });
});

const TODAY = parseInstant('2026-03-02T00:00:00Z') as number;

/** A check that the number of rows is that of `total`. */
function totalCheck(): ListCheck {
  let count = 0;
  return {
    add: (_, rows) => {
      count += rows.length;
    },
    end: ({ total }) => {
      if (total !== undefined && total !== count) throw new UnreadableError(`total is ${total}, rows are ${count}`);
    },
  };
}

/** A vendor that gives all of a day in one answer. */
function dayWorld(rows = 3_000, length = 500): World {
  const stream: Partial<Stream> = {
    rangeIgnoresRowTime: true,
    windowStep: DAY,
    settle: 2 * HOUR,
    overlap: 0,
    first: ({ from, to }: Range) => ({ url: `/events?from=${from}&to=${to}`, list: 'rows' }),
    read: (answer) => ({ rows: jsonRows(answer, 'rows').rows }),
    listCheck: totalCheck,
  };
  const world = createWorld({
    startFrom: TODAY,
    vendor: { paging: 'none', precision: MILLISECOND, total: (found) => found },
    stream,
  });
  world.answerLimit = LARGE;
  world.vendor.addMany(rows, TODAY, (9 * HOUR) / rows, { fields: { note: 'x'.repeat(length) } });
  return world;
}

describe('a whole day that is larger than memory allows', () => {
  it('is read record by record', async () => {
    const world = dayWorld();

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', fetched: 3_000, delivered: 3_000, pages: 1 });
    expect(world.census()).toEqual(EXACT);
  });

  it('fails at its end if it holds less than it says, though what came is delivered', async () => {
    const world = dayWorld();
    world.vendor.options.total = (found) => found + 1;

    const [report] = await world.run();

    expect(report?.error).toMatchObject({ code: 'unreadable', message: expect.stringContaining('rows are 3000') });
    expect(world.checkpoint().watermark).toBe(TODAY);
    expect(world.census()).toEqual(EXACT);
  });

  it('fails if it ends in the middle', async () => {
    const world = dayWorld();
    world.vendor.spoil = (text) => text.slice(0, 1_000_000);

    const [report] = await world.run();

    expect(report?.error).toMatchObject({ code: 'unreadable', message: expect.stringContaining('middle of a value') });
    expect(report?.delivered).toBeGreaterThan(1_000);
    expect(world.checkpoint().watermark).toBe(TODAY);
  });

  it('stops at the deadline, and the next run goes on', async () => {
    const world = dayWorld(30_000, 10);
    world.onEffect = ({ name }) => (name === 'put' ? { latency: 9 * SECOND } : undefined);

    const [first] = await world.run({ budget: 20 * SECOND });
    world.clock.advance(HOUR);
    await world.runUntilCaughtUp();

    expect(first?.state).toBe('more');
    expect(world.census()).toEqual(EXACT);
  });

  it('puts a record aside that is too long: its beginning is delivered as a pipeline_error', async () => {
    const world = dayWorld();
    world.pieceLength = 64_000;
    const long = world.vendor.add({ time: TODAY + HOUR, name: 'long', fields: { note: 'y'.repeat(1_000_001) } });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 3_001, unmapped: 1 });
    const [told] = world.delivered().filter(({ event }) => event.kind === 'pipeline_error');
    expect(told?.error?.message).toContain(`the record has ${long.text.length} characters: only its beginning is kept`);
    expect(told?.event.original).toContain(JSON.stringify(long.text.slice(0, 1_000)).slice(1, -1));
  });
});
