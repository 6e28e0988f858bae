import { describe, expect } from 'vitest';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { OF_CUSTOMER, test } from './stage.ts';

const MINUTE_MS = 60_000;
const NOON = Date.parse('2026-06-01T12:00:00Z');
const TRAIL = `${OF_CUSTOMER}/audit-trails`;
/** Only requests for the trail are struck. */
const AT_TRAIL = { where: 'audit-trails' };

describe('an audit trail', () => {
  test('with twins in a microsecond reaches both destinations once, and the next run knows all of it', async ({
    start,
  }) => {
    const bench = await start({ vendor: { count: 1_000, faults: { twins: 0.3 } } });

    const first = await bench.run();
    const second = await bench.run();

    expect(first).toMatchObject({ state: 'caught-up', delivered: 1_000, retries: 0, warnings: [] });
    expect(second).toMatchObject({ state: 'caught-up', delivered: 0, suppressed: second.fetched, late: 0 });
    await expectExactlyOnce(bench);
    const instants = bench.held().map((text) => JSON.parse(text).inserted_at);
    expect(new Set(instants).size).toBeLessThan(1_000);
  });

  test('whose rows come late is found within the overlap, and those are marked', async ({ start }) => {
    const bench = await start({
      vendor: { count: 400, faults: { late: { share: 0.3, upToSeconds: 600 } } },
      minutes: 10,
    });

    const first = await bench.run();
    bench.travel(10 * MINUTE_MS);
    const second = await bench.run();

    expect(first.delivered).toBeLessThan(400);
    expect(second).toMatchObject({ state: 'caught-up', late: 400 - first.delivered, suppressed: first.delivered });
    await expectExactlyOnce(bench);
    const { events } = await readDelivered(bench.out, 'lake');
    expect(events.filter(({ tidemark }) => (tidemark.lateness_ms ?? 0) > 0)).toHaveLength(second.late);
  });

  test('into which rows come while it is paged through', async ({ start }) => {
    const bench = await start({ settings: { limit: 40 }, vendor: { faults: { insertWhilePaging: { next: 4 } } } });

    const reports = [await bench.run(), await bench.run()];

    expect(reports[0]).toMatchObject({ state: 'caught-up', delivered: 300 });
    expect(reports[1]).toMatchObject({ state: 'caught-up', delivered: 4 });
    expect(bench.held()).toHaveLength(304);
    await expectExactlyOnce(bench);
  });

  test.for(['half-open', 'inclusive', 'exclusive'] as const)(
    'of a server with %s bounds that sends less than it is asked for',
    async (bounds, { start }) => {
      // A page is less than an instant's twins may be, and each tenth page ends a window at a row's very instant.
      const bench = await start({ vendor: { bounds, cap: 5, count: 400, faults: { twins: 0.4 } } });

      const report = await bench.run();
      const again = await bench.run();

      expect(report).toMatchObject({ state: 'caught-up', delivered: 400 });
      expect(again).toMatchObject({ state: 'caught-up', delivered: 0 });
      expect(report.pages).toBeGreaterThan(80);
      expect(bench.vendor.counters.deepestOffset[TRAIL]).toBeLessThanOrEqual(50);
      await expectExactlyOnce(bench);
    },
  );

  test('whose equal times come in another order in every answer loses none of them at a page edge', async ({
    start,
  }) => {
    const faults = { twins: 0.4, unstableTies: true };
    const bench = await start({ at: NOON, vendor: { cap: 5, faults }, timing: { overlap: '1s' } });

    await bench.run();
    await bench.run();

    await expectExactlyOnce(bench);
  });

  test('of a deep backlog is read at small offsets', async ({ start }) => {
    const bench = await start({ vendor: { count: 5_000, deepestOffset: 1_000 }, minutes: 60 });

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 5_000, retries: 0 });
    expect(bench.vendor.counters.deepestOffset[TRAIL]).toBe(900);
    expect(bench.vendor.counters.byStatus['400']).toBeUndefined();
    await expectExactlyOnce(bench);
  });

  test.for([
    ['a throttle with a time', 1, { throttle: { next: 1, retryAfter: 1 } }],
    ['a throttle without a time', 1, { throttle: { next: 1, bare: true } }],
    ['500', 2, { error: { next: 2, status: 500 } }],
    ['503 with a time', 1, { error: { next: 1, status: 503, retryAfter: 1 } }],
    ['a broken connection', 1, { cut: { next: 1, destroy: true } }],
  ] as const)('that meets %s goes on in the same run', async ([, strikes, fault], { start }) => {
    const bench = await start({ vendor: { faults: { ...AT_TRAIL, ...fault } } });

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 300, warnings: [], retries: strikes });
    await expectExactlyOnce(bench);
  });

  test('that answers 500 until the run ends, and half a body in the next, is read in the third', async ({ start }) => {
    const faults = { ...AT_TRAIL, error: { next: 99, status: 500 } };
    const bench = await start({ vendor: { errors: 'html', faults } });

    const failing = await bench.run({ budgetMs: 5_000 });
    bench.vendor.setFaults({ ...AT_TRAIL, cut: { next: 1 } });
    const cut = await bench.run();
    const report = await bench.run();

    expect(failing).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'failing', stage: 'receiving' } });
    expect(cut).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'unreadable', stage: 'receiving' } });
    expect(cut.watermark).toBe(new Date(bench.from).toISOString());
    expect(report).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
  });

  test('every third page of which is cut: each run gets further, and nothing is lost', async ({ start }) => {
    const faults = { ...AT_TRAIL, twins: 0.3, cut: { every: 3 } };
    const bench = await start({ settings: { limit: 20 }, vendor: { faults } });

    const reports = await bench.catchUp();

    expect(reports.length).toBeGreaterThan(3);
    expect(reports.slice(0, -1).every(({ error }) => error?.code === 'unreadable')).toBe(true);
    await expectExactlyOnce(bench);
  });
});
