import { describe, expect } from 'vitest';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { test } from './stage.ts';

const MINUTE_MS = 60_000;
const ORDERS = ['newest-first', 'oldest-first', 'shuffled'] as const;

describe.concurrent('a backlog', () => {
  test('of thousands of rows with twins reaches both destinations once, and the next run knows all of it', async ({
    start,
  }) => {
    const bench = await start({
      vendor: { count: 3_000, faults: { twins: 0.2 } },
      minutes: 60,
      timing: { overlap: '2h' },
    });

    const first = await bench.run();
    const second = await bench.run();

    expect(first).toMatchObject({ state: 'caught-up', fetched: 3_000, delivered: 3_000, suppressed: 0, warnings: [] });
    expect(second).toMatchObject({ state: 'caught-up', fetched: 3_000, delivered: 0, suppressed: 3_000, late: 0 });
    await expectExactlyOnce(bench);
    const [lake, vault] = [await readDelivered(bench.out, 'lake'), await readDelivered(bench.out, 'vault')];
    expect(lake.texts.toSorted()).toEqual(vault.texts.toSorted());
    expect(new Set(lake.texts).size).toBeLessThan(3_000);
  });

  test.for(ORDERS)('that comes %s arrives once', async (order, { start }) => {
    // One row in three is not alone in its second: pages often end between equal rows.
    const bench = await start({ vendor: { order, count: 500, pageSize: 7, faults: { twins: 0.4 } } });

    const report = await bench.run();
    const again = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 500 });
    expect(again).toMatchObject({ state: 'caught-up', delivered: 0, suppressed: 500 });
    await expectExactlyOnce(bench);
  });

  test.for(ORDERS)('that comes %s and is cut off again and again arrives once', async (order, { start }) => {
    const faults = { twins: 0.2, where: 'audit-user-events', cut: { every: 7 } };
    const bench = await start({ vendor: { order, count: 600, pageSize: 25, faults } });

    const reports = await bench.catchUp();

    expect(reports.map(({ error }) => error?.code)).toContain('unreadable');
    await expectExactlyOnce(bench);
    expect(Date.parse(reports.at(-1)?.watermark ?? '')).toBeGreaterThanOrEqual(bench.to);
  });

  test.for(['newest-first', 'oldest-first'] as const)(
    'that comes %s and takes longer than a run arrives once',
    async (order, { start }) => {
      const faults = { twins: 0.2, latencyMs: 150 };
      const bench = await start({ vendor: { order, count: 400, pageSize: 10, faults } });

      const reports = await bench.catchUp({ budgetMs: 5_000 });

      expect(reports.map(({ state }) => state)).toContain('more');
      await expectExactlyOnce(bench);
      expect(Date.parse(reports.at(-1)?.watermark ?? '')).toBeGreaterThanOrEqual(bench.to);
    },
  );

  test.for(['half-open', 'inclusive', 'exclusive'] as const)(
    'is cut to the second, whether the vendor’s ranges are %s',
    async (bounds, { start }) => {
      // Many rows in every second: there are some exactly on both ends of what is read.
      const startFrom = Math.floor(Date.now() / 1000) * 1000 - MINUTE_MS;
      const lively = { bounds, perMinute: 400, from: startFrom - MINUTE_MS };
      const bench = await start({ vendor: lively, startFrom, timing: { overlap: '1s' } });

      const { watermark = '' } = await bench.run();
      await expectExactlyOnce(bench, { from: startFrom, to: Date.parse(watermark) });
      const next = await bench.run();

      expect(next.state).toBe('caught-up');
      await expectExactlyOnce(bench, { from: startFrom, to: Date.parse(next.watermark ?? '') });
    },
  );

  test('of several days is read window by window', async ({ start }) => {
    const bench = await start({ vendor: { count: 400 }, minutes: 5 * 24 * 60 });

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 400 });
    const windows = new Set(
      (await readDelivered(bench.out, 'lake')).events.map(({ tidemark }) => tidemark.window?.from),
    );
    expect(windows.size).toBe(5);
    await expectExactlyOnce(bench);
  });

  test('of one account group holds nothing of the others', async ({ start }) => {
    const bench = await start();

    await bench.run({ settings: { aid: 1509, allAccountGroups: false } });

    await expectExactlyOnce(bench, { account: '1509' });
  });
});

describe.concurrent('late events', () => {
  test('are found within the overlap, and marked', async ({ start }) => {
    const late = { share: 0.3, upToSeconds: 600 };
    const bench = await start({ vendor: { count: 600, faults: { late } }, minutes: 10 });

    const first = await bench.run();
    bench.setClock(() => Date.now() + 10 * MINUTE_MS);
    const second = await bench.run();

    expect(first.delivered).toBeLessThan(600);
    expect(second).toMatchObject({ state: 'caught-up', delivered: 600 - first.delivered, late: 600 - first.delivered });
    expect(second.suppressed).toBe(first.delivered);
    await expectExactlyOnce(bench);
    const { events } = await readDelivered(bench.out, 'lake');
    const marked = events.filter(({ tidemark }) => (tidemark.lateness_ms ?? 0) > 0);
    expect(marked).toHaveLength(second.delivered);
  });
});
