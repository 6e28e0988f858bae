import { describe, expect } from 'vitest';
import { USAGE_TOTALS } from '../../../../simulators/frame/reports/usage.ts';
import { LAST_DAY } from '../../../../simulators/frame/reports/user-activities.ts';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { type FrameBench, OF_CUSTOMER, test } from './stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONDAY = Date.parse('2026-06-01T00:00:00Z');
const NOON = MONDAY + 12 * HOUR_MS;
/** A log that has been there for days, and goes on. */
const LOG = { perMinute: 0, from: MONDAY - 30 * DAY_MS, to: MONDAY + 30 * DAY_MS };

describe('user activities', () => {
  test.for(LAST_DAY)('of whole days arrive once, with the day of to_date %s', async (lastDay, { start }) => {
    const bench = await start({
      at: NOON,
      startFrom: NOON - DAY_MS,
      timing: 'own',
      streams: ['user-activities'],
      // Who came where and when is all that tells rows apart: the vendor's twins would be one event.
      vendor: { ...LOG, lastDay, faults: { twins: 0, late: { share: 0.3, upToSeconds: 7_000 } } },
    });

    for (let run = 0; run < 12; run++) {
      expect(await bench.run()).toMatchObject({ state: 'caught-up', warnings: [] });
      bench.travel(5 * HOUR_MS);
    }
    bench.travel(-5 * HOUR_MS);

    await expectExactlyOnce(bench, { collection: 'user_activities', from: NOON - DAY_MS, to: bench.now() });
  });

  test('whose total lies fail alone, and are read when it does not', async ({ start }) => {
    const bench = await start({
      at: NOON,
      streams: ['user-activities', 'audit-trails'],
      minutes: 12 * 60,
      vendor: { faults: { twins: 0, totals: 'lie' } },
    });

    const failed = await bench.runAll();
    bench.vendor.setFaults({ twins: 0 });
    const mended = await bench.runAll();

    expect(failed['audit-trails']).toMatchObject({ state: 'caught-up', delivered: 300 });
    const { state, delivered, error } = failed['user-activities'] ?? {};
    expect({ state, delivered, code: error?.code }).toEqual({ state: 'failed', delivered: 0, code: 'unreadable' });
    expect(error?.message).toMatch(/total is \d+, but the answer holds \d+ rows/);
    expect(mended['user-activities']).toMatchObject({ state: 'caught-up', delivered: expect.any(Number) });
    const { events } = await readDelivered(bench.out, 'lake');
    const held = bench.held({ collection: 'user_activities' });
    expect(events.filter(({ tidemark }) => tidemark.feed.includes('user-activities'))).toHaveLength(held.length);
  });
});

test('a user activity with an impossible time is delivered all the same', async ({ start }) => {
  const bench = await start({
    at: NOON,
    streams: ['user-activities'],
    minutes: 60,
    vendor: { perMinute: 0, activitiesPerDay: 0 },
  });
  const row = { user_id: 'u-1', account_id: 'a-1', access_datetime: '1970-01-01T00:00:00.000000Z' };
  const text = JSON.stringify({ data: [row], total: 1 });
  bench.vendor.setFaults({ where: 'user_activities', body: { next: 1, text } });

  expect(await bench.run()).toMatchObject({ state: 'caught-up', fetched: 1, delivered: 1 });
});

describe('usage', () => {
  const BOUNDS = ['half-open', 'inclusive', 'exclusive'] as const;
  test.for(USAGE_TOTALS.flatMap((usageTotal, at) => ({ usageTotal, bounds: BOUNDS[at] ?? 'half-open' })))(
    'of hours that are counted to the end arrives once (total: $usageTotal, bounds: $bounds)',
    async (vendor, { start }) => {
      const bench = await start({
        at: NOON,
        startFrom: MONDAY,
        timing: 'own',
        streams: ['usage'],
        vendor: { ...LOG, ...vendor },
      });

      for (let run = 0; run < 12; run++) {
        expect(await bench.run()).toMatchObject({ state: 'caught-up', warnings: [] });
        bench.travel(HOUR_MS + 7 * 60_000);
      }
      const { watermark = '' } = await bench.run();

      // The vendor may add the hour that begins where a question ends: it is counted to the end, too.
      const to = Math.max(Date.parse(watermark), await endOfLatest(bench, HOUR_MS));
      await expectExactlyOnce(bench, { collection: 'usage', from: MONDAY, to });
      expect(bench.vendor.counters.byPath[`${OF_CUSTOMER}/usage`]).toBe(13);
    },
  );

  test.for(LAST_DAY)('of disks arrives once, with the day of to_date %s', async (lastDay, { start }) => {
    const bench = await start({
      at: NOON,
      startFrom: MONDAY - 5 * DAY_MS,
      timing: 'own',
      streams: ['disk-volume-usage'],
      vendor: { ...LOG, lastDay },
    });

    for (let run = 0; run < 8; run++) {
      expect(await bench.run()).toMatchObject({ state: 'caught-up', warnings: [] });
      bench.travel(9 * HOUR_MS);
    }
    const { watermark = '' } = await bench.run();

    const to = Math.max(Date.parse(watermark), await endOfLatest(bench, DAY_MS));
    await expectExactlyOnce(bench, { collection: 'disk_volume_usage', from: MONDAY - 5 * DAY_MS, to });
  });
});

/** Where the step ends in which the latest event lies. */
async function endOfLatest({ out }: FrameBench, stepMs: number): Promise<number> {
  const { events } = await readDelivered(out, 'lake');
  const latest = Math.max(...events.map((event) => Date.parse(event['@timestamp'])));
  return (Math.floor(latest / stepMs) + 1) * stepMs;
}
