import { describe, expect, it } from 'vitest';
import { shortfallPolicy } from '../../../functions/core/reading/pages/announced.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { untilDone } from '../jobs/standing.ts';
import { at, EXACT, worldOfWindows } from '../set-up.ts';

/** A vendor that announces all rows of a range, and sends no more than ten. */
function shortWorld({ vendor, ...options }: WorldOptions = {}): World {
  const world = createWorld({
    startFrom: at('11:00:00'),
    ...options,
    vendor: { paging: 'none', mostRows: 10, total: (found) => found, ...vendor },
  });
  world.vendor.addMany(50, at('11:00:00'), MINUTE);
  return world;
}

/** The events of our own of a kind. */
function told(world: World, act: string) {
  return world.delivered().filter(({ tidemark }) => (tidemark as { act?: string } | undefined)?.act === act);
}

/** Runs every five minutes. */
async function runs(world: World, count: number) {
  const reports = [];
  for (let run = 0; run < count; run++) {
    reports.push((await world.run())[0]);
    world.clock.advance(5 * MINUTE);
  }
  return reports;
}

describe('rule 39: rows that the vendor announces and does not send', () => {
  it('are read again before the watermark moves, and nobody is told if they come', async () => {
    const world = shortWorld();
    const [first] = await runs(world, 1);
    const { watermark } = world.checkpoint();
    world.vendor.options.mostRows = 50;
    const [second] = await runs(world, 1);

    expect(first).toMatchObject({ state: 'failed', delivered: 10, error: { code: 'incomplete' } });
    expect(first?.error?.message).toContain('the vendor announced 50 rows and sent 10');
    expect(watermark).toBe(at('11:00:00'));
    expect(second).toMatchObject({ state: 'caught-up', delivered: 40, warnings: [] });
    expect(world.census()).toEqual(EXACT);
    expect(world.count('TotalMismatch')).toBe(0);
    expect(world.checkpoint().shortfall).toBeUndefined();
  });

  it('are passed after three equal reads, with a gap event, a note in the ledger, and a condition', async () => {
    const world = shortWorld();
    const reports = await runs(world, 3);
    const third = reports[2];

    expect(reports.map((report) => report?.state)).toEqual(['failed', 'failed', 'caught-up']);
    expect(reports.map((report) => report?.watermark)).toEqual([
      '2026-03-02T11:00:00.000Z',
      '2026-03-02T11:00:00.000Z',
      '2026-03-02T11:58:00.000Z',
    ]);
    expect(world.vendor.requests.map(({ from, to }) => [from, to])).toEqual(
      Array(3).fill([at('10:59:59'), at('11:58:01')]),
    );
    expect(world.count('TotalMismatch')).toBe(1);
    expect(third).toMatchObject({ conditions: ['announced-missing'] });
    expect(third?.warnings.join()).toContain('the vendor announced 50 rows and sent 10');
    expect(told(world, 'gap').map(({ message }) => message)).toEqual([
      'The vendor announced 50 rows of 2026-03-02T11:00:00Z to 2026-03-02T11:58:00Z and sent 10 when it was read last.',
    ]);
    expect(world.checkpoint().days?.at(-1)?.gaps).toEqual([{ from: at('11:00:00'), to: at('11:58:00') }]);
    expect(world.checkpoint().conditions).toMatchObject({ 'announced-missing': { range: { from: at('11:00:00') } } });
  });

  it('do not stop a feed whose vendor always announces too many: the alarm stays on, and the event comes once', async () => {
    const world = shortWorld({ vendor: { mostRows: 1_000, total: (found) => found + 40 } });
    await runs(world, 3);
    for (let hour = 0; hour < 2; hour++) world.vendor.addMany(30, at('12:00:00') + hour * HOUR, 2 * MINUTE);
    const after = await runs(world, 25);

    expect(after.filter((report) => report?.state !== 'caught-up' || (report.lagSeconds ?? 0) > 125)).toEqual([]);
    expect(after.filter((report) => report?.conditions?.includes('announced-missing'))).toHaveLength(25);
    expect(told(world, 'gap')).toHaveLength(1);
    expect(world.census().missing).toEqual([]);
  });

  it('are read again anew after a range with rows has come in full', async () => {
    const world = shortWorld();
    await runs(world, 3);
    world.clock.advance(HOUR);
    await runs(world, 1);
    const [empty] = await runs(world, 1);
    const believedAfterNothing = world.checkpoint().shortfall === undefined;
    world.vendor.add({ time: world.now - 10 * MINUTE, name: 'one' });
    await runs(world, 1);
    const { shortfall, conditions } = world.checkpoint();
    world.vendor.addMany(15, world.now - 10 * MINUTE, SECOND, { visibleAt: 0 });
    const [again] = await runs(world, 1);

    expect(empty).toMatchObject({ state: 'caught-up', pages: 1, fetched: 0 });
    expect(believedAfterNothing).toBe(false);
    expect([shortfall, conditions]).toEqual([undefined, undefined]);
    expect(again).toMatchObject({ state: 'failed', error: { code: 'incomplete' } });
  });

  it('are read again from where the read began, not from where it ended', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      vendor: { latency: 10 * SECOND, pageSize: 5, total: (found) => found },
    });
    world.vendor.addMany(50, at('11:00:00'), MINUTE);
    await world.run({ budget: MINUTE });
    const { left } = world.checkpoint().plan ?? {};
    world.vendor.options.total = (found) => found + 7;
    const [short] = await world.run();

    expect(left?.from).toBeGreaterThan(at('11:00:00'));
    expect(short).toMatchObject({ state: 'failed', error: { code: 'incomplete' } });
    expect(world.checkpoint().plan?.left).toEqual(left);
  });

  it('hold the watermark also where later windows are read ahead', async () => {
    const world = worldOfWindows({ vendor: { paging: 'none', total: (found) => found } });
    const short = at('10:30:00');
    // Of the fourth window, three rows are left out at first.
    world.vendor.spoil = (text, { from }, shown) =>
      from > short - MINUTE && from <= short ? text.replace(`${shown.slice(2, 5).map((row) => row.text)},`, '') : text;
    const [first] = await runs(world, 1);
    const { watermark } = world.checkpoint();
    world.vendor.spoil = undefined;
    await runs(world, 1);

    expect(first).toMatchObject({ state: 'failed', error: { code: 'incomplete' } });
    expect(watermark).toBe(short);
    expect(world.census()).toEqual(EXACT);
  });

  it('are told by one event for each range if the process dies between the event and the commit', async () => {
    const world = shortWorld();
    await runs(world, 2);
    let puts = 0;
    const dies = world.run({ onEffect: ({ name }) => (name === 'put' && ++puts === 1 ? 'crash-after' : undefined) });
    await expect(dies).rejects.toThrow();
    world.clock.advance(10 * MINUTE);
    // After a death less is read at a time, so smaller ranges come short next.
    const after = await runs(world, 30);
    const gaps = told(world, 'gap').map(({ event, message }) => `${event.id} ${message}`);

    expect(new Set(gaps.map((gap) => gap.split(' ')[0])).size).toBe(new Set(gaps).size);
    expect(after.at(-1)).toMatchObject({ state: 'caught-up' });
    expect(after.filter((report) => report?.state === 'failed').length).toBeLessThan(10);
  });

  it('are read six times at most, however many come each time', async () => {
    const world = shortWorld();
    const states = [];
    for (const mostRows of [10, 9, 10, 9, 10, 9]) {
      world.vendor.options.mostRows = mostRows;
      states.push((await runs(world, 1))[0]?.state);
    }

    expect(states).toEqual([...Array(5).fill('failed'), 'caught-up']);
  });

  it('are watched for in a backfill, too', async () => {
    const world = shortWorld();
    world.startFrom = at('11:50:00');
    world.vendor.options.mostRows = 50;
    await world.run();
    world.vendor.options.mostRows = 10;
    const act = { act: 'backfill', id: 'past', range: { from: at('11:00:00'), to: at('11:50:00') } } as const;
    const [first] = await world.run({ act });
    const last = await untilDone(world, act);

    expect(first).toMatchObject({ state: 'failed', error: { code: 'incomplete' }, next: { do: 'retry' } });
    expect(last).toMatchObject({ state: 'caught-up', conditions: ['announced-missing'] });
  });

  it('leave a verification unproven, unless the vendor’s totals are not believed', async () => {
    const world = shortWorld();
    world.vendor.options.mostRows = 50;
    await world.run();
    world.clock.advance(3 * HOUR);
    await world.run();
    world.vendor.options.mostRows = 10;
    const act = { act: 'verify', range: { from: at('11:00:00'), to: at('12:00:00') } } as const;
    const [doubted] = await world.run({ act });
    world.vendor.addMany(15, world.now - 10 * MINUTE, SECOND, { visibleAt: 0 });
    await runs(world, 3);
    const [passed] = await world.run({ act });

    expect(doubted?.job?.steps).toMatchObject([
      { vendor: 10, missing: 0, unsure: true, note: 'the vendor announced 50 rows and sent 10' },
    ]);
    expect(world.checkpoint().shortfall?.since).toBeDefined();
    expect(passed?.job?.steps).toMatchObject([{ vendor: 10, missing: 0 }]);
    expect(passed?.job?.steps?.[0]?.unsure).toBeUndefined();
  });
});

describe('the decision about a range that came short', () => {
  const range = { from: 10, to: 20 };

  it('counts only equal reads of the same range', () => {
    const once = shortfallPolicy(undefined, { range, rows: 5, now: 1 });
    const twice = shortfallPolicy(once.shortfall, { range, rows: 5, now: 2 });
    const more = shortfallPolicy(twice.shortfall, { range, rows: 6, now: 3 });
    const other = shortfallPolicy(twice.shortfall, { range: { from: 10, to: 15 }, rows: 5, now: 3 });
    const thrice = shortfallPolicy(twice.shortfall, { range, rows: 5, now: 3 });
    const later = shortfallPolicy(thrice.shortfall, { range: { from: 20, to: 30 }, rows: 1, now: 4 });

    expect([once.act, twice.act, more.act, other.act]).toEqual(Array(4).fill('read-again'));
    expect([more.shortfall.runs, other.shortfall.runs]).toEqual([3, 1]);
    expect(thrice).toMatchObject({ act: 'tell', shortfall: { since: 3 } });
    expect(later).toEqual({ act: 'go-on', shortfall: thrice.shortfall });
  });
});
