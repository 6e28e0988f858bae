import { describe, expect } from 'vitest';
import { expectExactlyOnce, test } from './stage.ts';

const AUDIT = { where: '/network/audit/' };

describe('a continuation token', () => {
  test.for([400, 404, 410])(
    'that has lapsed (%i) begins the window again in the same run',
    async (status, { start }) => {
      const bench = await start({ vendor: { count: 1_500, faults: { twins: 0.3 } } });
      // The first request has no token, and is not struck.
      bench.vendor.setFaults({ twins: 0.3, scroll: { next: 1, status } });

      const report = await bench.run();
      const again = await bench.run();

      expect(report).toMatchObject({ state: 'caught-up', delivered: 600 });
      expect(bench.vendor.counters.byStatus[String(status)]).toBe(1);
      expect(again).toMatchObject({ state: 'caught-up', delivered: 0 });
      await expectExactlyOnce(bench);
    },
  );

  test('that never lasts until the next page: windows are cut until one page holds each', async ({ start }) => {
    const bench = await start({ vendor: { count: 1_500, faults: { twins: 0.2, scroll: { seconds: -1 } } } });

    const reports = await bench.catchUp();

    expect(reports.length).toBeLessThan(12);
    await expectExactlyOnce(bench);
  });

  test('that leads to itself is an error and no loop', async ({ start }) => {
    const bench = await start({ vendor: { count: 1_500, faults: { repeatNext: 'self' } } });

    const failed = await bench.run();
    const { requests } = bench.vendor.counters;
    bench.vendor.setFaults({});
    await bench.catchUp();

    expect(failed).toMatchObject({ state: 'failed', error: { code: 'incomplete', stage: 'receiving' } });
    expect(failed.watermark).toBe(new Date(bench.from).toISOString());
    expect(requests).toBeLessThan(60);
    await expectExactlyOnce(bench);
  });

  test('that leads back to the first page is got round: smaller windows have no second one', async ({ start }) => {
    const bench = await start({ vendor: { count: 1_500, faults: { twins: 0.2, repeatNext: 'cycle' } } });

    await bench.catchUp();

    expect(bench.vendor.counters.requests).toBeLessThan(100);
    await expectExactlyOnce(bench);
  });
});

test('rows that are repeated at each of very many page edges arrive once each', async ({ start }) => {
  const bench = await start({ minutes: 600, vendor: { count: 15_000, faults: { twins: 0, repeatRows: 1 } } });

  await bench.run();

  await expectExactlyOnce(bench);
});

describe('an answer', () => {
  test.for([
    ['half a body', { cut: { next: 1 } }],
    ['half of its last row', { cutRow: { next: 1 } }],
    ['a page of HTML', { html: { next: 1 } }],
    ['JSON that is no page', { body: { next: 1, text: '{"generals":[]}', type: 'application/json' } }],
    ['words', { body: { next: 1, text: 'An error has occurred.' } }],
  ] as const)('that is %s holds the watermark, and the next run delivers all', async ([, fault], { start }) => {
    const bench = await start({ vendor: { faults: { ...AUDIT, ...fault } } });

    const failed = await bench.run();
    bench.vendor.setFaults({});
    const report = await bench.run();

    expect(failed).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'unreadable', stage: 'receiving' } });
    expect(failed.watermark).toBe(new Date(bench.from).toISOString());
    expect(report).toMatchObject({ state: 'caught-up', delivered: 120 });
    await expectExactlyOnce(bench);
  });

  test.for([
    ['500', { error: { next: 2, status: 500 } }, 2],
    ['a broken connection', { cut: { next: 1, destroy: true } }, 1],
    ['429 with a time', { throttle: { next: 1, retryAfter: 1 } }, 1],
  ] as const)('that is %s is asked for again', async ([, fault, strikes], { start }) => {
    const bench = await start({ vendor: { faults: { ...AUDIT, ...fault } } });

    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 120, retries: strikes });
    await expectExactlyOnce(bench);
  });

  test('that says too much was asked leaves the vendor alone for a minute', async ({ start }) => {
    const bench = await start({ vendor: { faults: { ...AUDIT, throttle: { next: 1, bare: true } } } });

    const paused = await bench.run();
    const { requests } = bench.vendor.counters;
    const held = await bench.run();
    const still = bench.vendor.counters.requests;
    bench.travel(61_000);
    const report = await bench.run();

    expect(paused).toMatchObject({ state: 'paused', delivered: 0 });
    expect(held).toMatchObject({ state: 'paused', until: paused.until });
    expect(still).toBe(requests);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 120 });
    await expectExactlyOnce(bench);
  });
});

test('each endpoint is asked at the pace that is set, whatever the other one takes', async ({ start }) => {
  const streams = ['user-access', 'users'];
  const bench = await start({ streams, settings: { requestsPerMinute: 300 }, vendor: { count: 3_000 } });

  const began = performance.now();
  const reports = await bench.runAll();
  const tookMs = performance.now() - began;

  for (const { state, pace } of Object.values(reports)) {
    expect({ state, pace }).toEqual({ state: 'caught-up', pace: { perMinute: 300 } });
  }
  const { byPath } = bench.vendor.counters;
  const asked = Object.entries(byPath).flatMap(([path, requests]) => (path.includes('/audit/') ? [requests] : []));
  expect(asked.toSorted()).toEqual([12, 4]);
  for (const requests of asked) expect(tookMs).toBeGreaterThan(((requests - 1) * 60_000) / 300);
  await expectExactlyOnce(bench, streams);
});
