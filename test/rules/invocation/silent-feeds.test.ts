import { describe, expect, it } from 'vitest';
import { takeCensus } from '../../../functions/core/invocation/census.ts';
import { findSilentFeeds, type SilentFeed } from '../../../functions/core/invocation/silence/find-silent.ts';
import { silenceOf } from '../../../functions/core/invocation/silence/rhythm.ts';
import { tellFinding } from '../../../functions/core/invocation/tell-finding.ts';
import { dayOf, type LedgerRow } from '../../../functions/core/stored/ledger-row.ts';
import { DAY, type Duration, formatInstant, HOUR, type Instant, parseInstant } from '../../../functions/core/time.ts';
import { createWorld, type World } from '../../memory/world.ts';

/** A Monday. */
const MONDAY = parseInstant('2026-03-02T00:00:00Z') as Instant;

/** The rows of a ledger with an event in each of these hours. */
function rowsOf(hours: readonly Instant[]): LedgerRow[] {
  return [...Map.groupBy(hours, dayOf)].map(([day, of]) => ({
    day,
    madeAt: MONDAY,
    hours: of.map((hour) => ({
      hour: formatInstant(hour, 's').slice(0, 13),
      events: 1,
      digest: '0',
      destinations: {},
    })),
  }));
}

/** Hours of days from Monday on, as far as they are wanted. */
function hoursOf(days: number, hours: readonly number[], wanted = (_day: number) => true): Instant[] {
  return Array.from({ length: days }, (_, day) => day)
    .filter(wanted)
    .flatMap((day) => hours.map((hour) => MONDAY + day * DAY + hour * HOUR));
}

const isWorkday = (day: number) => day % 7 < 5;

describe('rule 31: the silence of a feed', () => {
  const office = rowsOf(hoursOf(26, [8, 12, 17], isWorkday));
  // The last event is that of Friday at 17:00.
  const friday = MONDAY + 25 * DAY + 18 * HOUR;
  const usual = 63 * HOUR;

  it.each([
    ['every weekend', 64 * HOUR],
    ['a long weekend', 87 * HOUR],
    ['less than twice the longest pause', 2 * usual - HOUR],
  ])('is none after %s', (_, silent) => {
    expect(silenceOf(office, friday + silent)).toBeUndefined();
  });

  it('begins with the end of the last hour that had events', () => {
    expect(silenceOf(rowsOf(hoursOf(26, [8, 12, 17], isWorkday)), friday + 2 * usual)).toEqual({
      since: friday,
      usual,
    });
  });

  it('of a feed that is busy at all hours is told after a day, and not before', () => {
    const busy = rowsOf(hoursOf(20, [...Array(24).keys()]));
    const end = MONDAY + 20 * DAY;

    expect(silenceOf(busy, end + DAY - HOUR)).toBeUndefined();
    expect(silenceOf(busy, end + DAY)).toEqual({ since: end, usual: HOUR });
  });

  it.each([
    ['has no past', []],
    ['is known for less than two weeks', hoursOf(14, [8, 20])],
    ['has events on few days', hoursOf(28, [8, 9, 10, 11], (day) => day % 3 === 0)],
    ['had a pause of more than a long weekend', hoursOf(28, [8, 20], (day) => day < 8 || day > 11)],
  ])('is not told of a feed that %s', (_, hours) => {
    expect(silenceOf(rowsOf(hours), MONDAY + 60 * DAY)).toBeUndefined();
  });

  it('is measured by events, not by hours in which only counts were kept', () => {
    const [row = { day: '', madeAt: 0, hours: [] }] = rowsOf([friday]);
    const empty = { ...row, hours: row.hours.map((hour) => ({ ...hour, events: 0 })) };

    expect(silenceOf([...office, empty], friday + 2 * usual)?.since).toBe(friday);
  });
});

const ACME = { acme: { events: '5m' } };

/** What the next census finds. */
async function census(world: World, seenFor: Duration = 30 * DAY): Promise<SilentFeed[]> {
  const { effects } = world.invoke();
  const { source, destinations, write } = world;
  const { quiet } = await takeCensus(effects, source, ACME);
  return await findSilentFeeds({
    effects,
    source,
    configured: ACME,
    quiet,
    seenFor,
    tell: ({ since, readUntil, usual, ...feed }) =>
      tellFinding({ effects, source, destinations, write, owner: `census-${world.now}` }, feed, {
        act: 'feed-silent',
        range: { from: since, to: readUntil },
        usual,
      }),
  });
}

/** Lets time pass, with a run every six hours and, if wanted, an event before each. */
async function pass(world: World, time: Duration, has: 'events' | 'no events'): Promise<void> {
  for (const until = world.now + time; world.now < until; world.clock.advance(6 * HOUR)) {
    if (has === 'events') world.vendor.add({ time: world.now - HOUR, name: `at ${world.now}` });
    await world.run();
  }
}

function told(world: World): unknown[] {
  return world.delivered().flatMap(({ tidemark }) => (tidemark.act === 'feed-silent' ? [tidemark.range] : []));
}

describe('rule 31: a census', () => {
  it('tells once that a feed went silent, and again when it goes silent once more', async () => {
    const world = createWorld({ start: MONDAY, startFrom: MONDAY });
    await pass(world, 16 * DAY, 'events');
    expect(await census(world)).toEqual([]);

    await pass(world, 3 * DAY, 'no events');
    const found = await census(world);
    await pass(world, DAY, 'no events');
    await census(world);

    expect(found).toEqual([{ feed: 'memory/events/acme', since: '2026-03-17T18:00:00Z', usual: '6h' }]);
    expect(told(world)).toEqual([{ from: '2026-03-17T18:00:00.000Z', to: expect.any(String) }]);
    expect(world.logs.findLast(({ level }) => level === 'warn')?.fields).toMatchObject({ silent: found });

    await pass(world, 2 * DAY, 'events');
    expect(await census(world)).toEqual([]);
    expect(told(world)).toHaveLength(1);
  });

  it('tells nothing of a feed that is not read: it is behind', async () => {
    const world = createWorld({ start: MONDAY, startFrom: MONDAY });
    await pass(world, 16 * DAY, 'events');
    await pass(world, 12 * HOUR, 'no events');

    world.clock.advance(10 * DAY);

    expect((await takeCensus(world.invoke().effects, world.source, ACME)).quiet).toHaveLength(1);
    expect(await census(world)).toEqual([]);
  });

  it('reads no ledger of feeds that deliver', async () => {
    const world = createWorld({ start: MONDAY, startFrom: MONDAY });
    await pass(world, 3 * DAY, 'events');

    expect((await takeCensus(world.invoke().effects, world.source, ACME)).quiet).toEqual([]);
  });

  it('does not tell a silence that began before it was remembered what was told', async () => {
    const world = createWorld({ start: MONDAY, startFrom: MONDAY });
    await pass(world, 16 * DAY, 'events');
    await pass(world, 3 * DAY, 'no events');

    expect(await census(world, 2 * DAY)).toHaveLength(1);
    expect(told(world)).toEqual([]);
  });
});
