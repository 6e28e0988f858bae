import { describe, expect, it } from 'vitest';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { foldDay } from '../../../functions/core/state/ledger.ts';
import { dayOf, type LedgerRow } from '../../../functions/core/stored/ledger-row.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { Fault } from '../../memory/faults.ts';
import { seededRandom } from '../../memory/random.ts';
import { Crash, createWorld, type World } from '../../memory/world.ts';
import { FEED } from '../set-up.ts';

function rowsOf(world: World): LedgerRow[] {
  return world.table.loadLedger(FEED, '0', '9');
}

/** Distinct delivered events of the vendor's, by day. */
function deliveredByDay(world: World, destination?: string): Record<string, number> {
  const days: Record<string, Set<string>> = {};
  for (const { event, ...rest } of world.delivered(destination)) {
    if (event.module !== 'memory') continue;
    const day = rest['@timestamp'].slice(0, 10);
    days[day] = (days[day] ?? new Set()).add(event.id);
  }
  return Object.fromEntries(Object.entries(days).map(([day, ids]) => [day, ids.size]));
}

function countOf({ hours }: LedgerRow, destination?: string): number {
  return hours.reduce((sum, { events, destinations }) => {
    return sum + (destination === undefined ? events : (destinations[destination]?.events ?? 0));
  }, 0);
}

/** Live reading for some days, a run an hour, with an event or several in each. */
async function live(world: World, days: number, onEffect?: () => Fault | undefined): Promise<FeedReport[]> {
  const reports: FeedReport[] = [];
  for (let hour = 0; hour < days * 24; hour++) {
    for (let at = 0; at < 1 + (hour % 3); at++)
      world.vendor.add({ time: world.now - at * SECOND, name: `${hour} ${at}` });
    world.clock.advance(HOUR);
    const run = world.run(onEffect ? { onEffect } : {});
    reports.push(
      ...(await run.catch((thrown: unknown): FeedReport[] => (thrown instanceof Crash ? [] : raise(thrown)))),
    );
  }
  return reports;
}

function raise(thrown: unknown): never {
  throw thrown;
}

describe('the ledger', () => {
  it('adds up to the distinct delivered events, whatever went wrong', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const world = createWorld({ seed, destinations: ['siem', 'lake'] });
      const random = seededRandom(seed);
      await live(world, 4, () => {
        const dice = random();
        if (dice < 0.01) return random() < 0.5 ? 'crash-after' : 'crash-before';
        if (dice < 0.03) return 'lost-after';
        return undefined;
      });
      await live(world, 2);

      const rows = rowsOf(world);
      expect(rows.length, `seed ${seed}`).toBeGreaterThanOrEqual(5);
      for (const row of rows) {
        expect(countOf(row), `seed ${seed} ${row.day}`).toBe(deliveredByDay(world)[row.day] ?? 0);
        expect(countOf(row, 'lake'), `seed ${seed} ${row.day}`).toBe(deliveredByDay(world, 'lake')[row.day] ?? 0);
      }
    }
  });

  it('has equal digests for equal sets, in whatever order and flushes they came', async () => {
    const worlds = await Promise.all(
      (['ascending', 'newest-first'] as const).map(async (order, at) => {
        const world = createWorld({ vendor: { order, pageSize: at ? 3 : 10 } });
        for (let hour = -22; hour < 48; hour++) world.vendor.add({ time: world.now + hour * HOUR, name: `${hour}` });
        for (let run = 0; run < 50; run++) {
          await world.run();
          world.clock.advance(HOUR);
        }
        return world;
      }),
    );
    const digests = worlds.map((world) => rowsOf(world).flatMap(({ hours }) => hours.map(({ digest }) => digest)));
    expect(digests[0]).toEqual(digests[1]);
    expect(digests[0]?.length).toBeGreaterThan(20);
  });

  it('says of each day what the reports of its runs said', async () => {
    const world = createWorld();
    const reports = await live(world, 3);
    const days = [...rowsOf(world).flatMap(({ done }) => done ?? []), ...(world.checkpoint().days ?? [])];

    for (const key of ['pages', 'fetched', 'suppressed', 'delivered', 'late'] as const) {
      const sum = (list: readonly { readonly [name in typeof key]: number }[]) =>
        list.reduce((total, one) => total + one[key], 0);
      expect(sum(days), key).toBe(sum(reports));
    }
  });

  it('keeps what a run has fetched that failed', async () => {
    const world = createWorld();
    world.vendor.add({ time: world.now - 3 * HOUR, name: 'one' });
    world.vendor.onRequest = ({ number }) => (number > 1 ? { status: 400 } : undefined);
    world.vendor.options.pageSize = 1;
    world.vendor.add({ time: world.now - 2 * HOUR, name: 'two' });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'failed', pages: 1 });
    expect(world.checkpoint().days?.[0]).toMatchObject({ pages: 1, fetched: 1, delivered: 1 });
  });

  it('writes the days of a long outage, a few a run', async () => {
    const world = createWorld();
    await live(world, 1);
    for (let hour = 0; hour < 8 * 24; hour++) {
      world.vendor.add({ time: world.now, name: `out ${hour}` });
      world.clock.advance(HOUR);
    }
    await live(world, 1);

    for (const row of rowsOf(world)) expect(countOf(row), row.day).toBe(deliveredByDay(world)[row.day] ?? 0);
    expect(rowsOf(world)).toHaveLength(11);
  });

  it('has what was found late in the row that stays', async () => {
    const world = createWorld();
    world.table.seenFor = 4 * DAY;
    await live(world, 2);
    const late = world.vendor.add({ time: world.now - DAY - HOUR, name: 'late', visibleAt: world.now });
    const day = dayOf(late.time);
    const before = rowsOf(world).find((row) => row.day === day);
    await world.run({
      act: { act: 'verify', range: { from: world.now - 2 * DAY, to: world.now }, repair: true },
    });
    await live(world, 4);
    world.table.forgetSeen('2026-03-04T12');
    await live(world, 3);

    const after = rowsOf(world).find((row) => row.day === day);
    expect(before && after && countOf(after) - countOf(before)).toBe(1);
    expect(after && countOf(after)).toBe(deliveredByDay(world)[day]);
  });

  it('never lowers a row, also not when two fold it at once', async () => {
    const world = createWorld();
    await live(world, 2);
    const at: Instant = world.now - DAY;
    const key = `${FEED}#${dayOf(at)}`;
    const full = () => countOf(world.table.ledger.get(key) as LedgerRow);
    const known = full();
    const slow = world.invoke({
      onEffect: ({ name }) => (name === 'saveLedger' ? { latency: 5 * SECOND } : undefined),
    });
    const folding = foldDay(slow.effects, { name: FEED }, at, undefined);
    world.clock.advance(0);
    world.table.forgetSeen(`${dayOf(at)}T12`);
    const other = world.invoke();
    await Promise.all([folding, foldDay(other.effects, { name: FEED }, at, undefined)]);

    expect(full()).toBe(known);
  });

  it('makes a row anew when another worker was quicker', async () => {
    const world = createWorld();
    await live(world, 2);
    const at: Instant = world.now - DAY;
    const key = `${FEED}#${dayOf(at)}`;
    const row = world.table.ledger.get(key) as LedgerRow;
    const more = row.hours.map((hour) => ({ ...hour, events: hour.events + 100 }));
    const invocation = world.invoke({
      onEffect: ({ name, nth }) => {
        if (name === 'saveLedger' && nth === 1)
          world.table.ledger.set(key, { ...row, madeAt: row.madeAt + 1, hours: more });
        return undefined;
      },
    });

    await foldDay(invocation.effects, { name: FEED }, at, undefined);

    expect(countOf(world.table.ledger.get(key) as LedgerRow)).toBe(countOf({ ...row, hours: more }));
  });

  it('does not fail a run when it cannot be written', async () => {
    const world = createWorld();
    await live(world, 1);
    world.clock.advance(DAY);

    const [report] = await world.run({ onEffect: ({ name }) => (name === 'saveLedger' ? 'lost-before' : undefined) });
    const { watermark } = world.checkpoint();

    expect(report?.state).toBe('caught-up');
    expect(watermark).toBeGreaterThan(world.now - 3 * MINUTE);
    await world.run();
    expect(rowsOf(world).length).toBeGreaterThan(0);
  });
});
