import { expect, test } from 'vitest';
import { average, playUsual, SOME, verifyDayOf } from '../../../bench/measure.ts';
import type { Played } from '../../../bench/play.ts';
import type { Source } from '../../../functions/core/model.ts';
import { DAY } from '../../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { cadence } from '../../../lib/plan/plan-schedules.ts';
import type { Costs } from '../../../tools/cost/costs.ts';
import { drawnFor } from '../../../tools/cost/drawn.ts';
import { exampleSources } from '../../../tools/cost/example-sources.ts';
import { flowOf, runOf, verifyOf } from '../../../tools/cost/flow.ts';
import { madeUpConfig } from '../../../tools/cost/made-up.ts';
import { isMeasured, MEASURED } from '../../../tools/cost/measured.ts';
import { SOURCES } from '../../infra/support/draw.ts';

// What the sums are made from is counted again. Counts are exact and the same on every machine, so a difference is a change of the
// engine: `npm run bench:requests -- --write` counts anew, `npm run generate` puts it into the pages.

/** By so much the counts may differ before it is worth to count anew. */
const MARGIN = 0.1;
/** What events add is a model: they come less evenly than it says. */
const MODEL_MARGIN = 0.2;

const measured = SOURCES.filter(isMeasured);

test.each(measured.map((source) => [source.id, source] as const))(
  'an idle %s uses what the sums say: a run, a day of verifications, a census, metrics',
  async (_, source) => {
    const played = await playIdle(source);

    const { runs, verifications, censuses } = drawnOf(source);
    const often = Math.max(...runs.map(({ aDay }) => aDay));
    for (const run of runs.filter(({ aDay }) => aDay === often)) {
      expectNear(average(played.byKind[`run every ${cadenceOf(run.aDay)}`]), runOf(run, MEASURED));
    }
    const [verification] = verifications;
    if (verification) expectNear(verifyDayOf(played.byKind), verifyOf(verification, MEASURED));
    const { reads, writes } = average(played.byKind.census);
    // Besides the checkpoints it reads the list of known connections, and writes it once an hour.
    expect({ reads, writes }).toEqual({ reads: MEASURED.census.reads * (censuses[0]?.feeds ?? 0) + 1, writes: 1 / 4 });
    expect(hourly(played)).toBe(Math.floor(MEASURED.metrics[source.id]?.idle ?? 0));
  },
);

test('events add to a day what the sums say', async () => {
  const [simple] = exampleSources(SOURCES).toSorted((one, other) => one.streams.length - other.streams.length) as [
    Source,
  ];
  const [idle, busy] = await Promise.all([playIdle(simple), playUsual(simple, SOME)]);

  const [run] = drawnOf(simple).runs;
  if (!run) throw new Error(`${simple.id} is never run`);
  const kind = `run every ${cadenceOf(run.aDay)}`;
  const [before, after] = [idle.byKind[kind], busy.byKind[kind]];
  if (!before || !after) throw new Error(`no ${kind} was played`);
  const perDay = run.aDay / after.invocations;
  const bytes = Math.round(after.recordBytes / after.delivered);
  const share = { eventsPerDay: after.delivered * perDay, bytes, verified: 1 };
  const { added, flushes } = flowOf(run, share, MEASURED);

  expect(after.delivered).toBeGreaterThan(50);
  const pairs = {
    writes: [(after.writes - before.writes) * perDay, added.writes],
    records: [after.records * perDay, added.records],
    calls: [after.firehoseCalls * perDay, flushes],
    reads: [after.reads * perDay, before.reads * perDay + added.reads],
  } as const;
  const off = Object.entries(pairs).filter(([, [found, told]]) => !near(found, told, MODEL_MARGIN));
  expect(off).toEqual([]);
  expect(hourly(busy)).toBe(Math.floor(MEASURED.metrics[simple.id]?.busy ?? 0));
  const { items = 0, keys = 0, bytes: stored = 0 } = busy.stored.seen ?? {};
  expect(near(stored, items * MEASURED.seen.itemBytes + keys * MEASURED.seen.keyBytes, MARGIN)).toBe(true);
});

const idles = new Map<string, Promise<Played>>();

/** Two tests ask for the same. */
function playIdle(source: Source): Promise<Played> {
  const played = idles.get(source.id) ?? playUsual(source, 0);
  idles.set(source.id, played);
  return played;
}

function drawnOf(source: Source) {
  return drawnFor(
    madeUpConfig({ connections: 1, destinations: 1, source: source.id }, SOURCES),
    SOURCES,
    DESTINATION_TYPES,
  );
}

function cadenceOf(aDay: number): string {
  return cadence(DAY / aDay);
}

/** How many metrics are written in each hour. */
function hourly({ metricHours }: Played): number {
  const most = Math.max(...Object.values(metricHours));
  return Object.values(metricHours).filter((hours) => hours === most).length;
}

function near(one: number, other: number, margin: number): boolean {
  return Math.abs(one - other) <= margin * Math.max(one, other);
}

function expectNear(found: Costs | undefined, told: Costs): void {
  // A warm function remembers the secret for a quarter of an hour. Whether the run that begins just then reads it is a matter of
  // milliseconds, so that this count differs from one machine to the next.
  const names = (Object.keys(told) as (keyof Costs)[]).filter((name) => name !== 'secretCalls');
  const off = names.filter((name) => !near(found?.[name] ?? 0, told[name], MARGIN));
  expect({ off, found, told }).toMatchObject({ off: [] });
}
