import { describe, expect } from 'vitest';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { test } from './stage.ts';

/** Only requests for the log are struck. */
const LOG = { where: 'audit-user-events' };

describe.concurrent('what passes within a run', () => {
  test('a throttle with a time is waited for, not hammered at', async ({ start }) => {
    const bench = await start({ vendor: { faults: { ...LOG, throttle: { next: 1, retryAfter: 2, reset: 2 } } } });

    const began = performance.now();
    const report = await bench.run();

    expect(performance.now() - began).toBeGreaterThan(2_000);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 300, retries: 1 });
    expect(bench.vendor.counters.byStatus['429']).toBe(1);
    await expectExactlyOnce(bench);
  });

  test('a throttle that meets the look at the token’s roles holds for the log too', async ({ start }) => {
    const throttle = { next: 1, retryAfter: 60, reset: 60 };
    const bench = await start({ vendor: { faults: { where: 'users/current', throttle } } });

    expect(await bench.run()).toMatchObject({ state: 'paused' });
    expect(bench.vendor.counters.requests).toBe(1);
  });

  test.for([
    ['a throttle without a time', 1, { throttle: { next: 1, bare: true } }],
    ['500', 2, { error: { next: 2, status: 500 } }],
    ['502', 1, { error: { next: 1, status: 502 } }],
    ['503 with a time', 1, { error: { next: 1, status: 503, retryAfter: 1 } }],
    ['a broken connection', 2, { cut: { next: 2, destroy: true } }],
  ] as const)('%s is asked again', async ([, strikes, fault], { start }) => {
    const bench = await start({ vendor: { faults: { ...LOG, ...fault } } });

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 300, warnings: [], retries: strikes });
    await expectExactlyOnce(bench);
  });

  test('slow bodies and empty pages with a next link lose nothing', async ({ start }) => {
    const faults = { slowBody: { bytesPerSecond: 400_000 }, emptyPages: { every: 2 } };
    const bench = await start({ vendor: { pageSize: 40, faults } });

    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
  });
});

describe.concurrent('what fails a run', () => {
  test.for([
    ['half a body', { cut: { next: 1 } }, 'unreadable', /not JSON, or only a part of it/, /watermark waits/],
    ['a page of HTML', { html: { next: 1 } }, 'unreadable', /text\/html.*Scheduled maintenance/, /proxy/],
    [
      'JSON that is no log',
      { body: { next: 1, text: '{"auditEvents":{}}' } },
      'unreadable',
      /no list "auditEvents"/,
      /./,
    ],
    ['an empty body', { body: { next: 1, text: '' } }, 'unreadable', /the answer is empty/, /./],
    [
      'a server that never answers',
      { hang: { next: 1 } },
      'failing',
      /no answer within|did not answer within/,
      /status page/,
    ],
    ['a server in ruins', { error: { next: 99, status: 500 } }, 'failing', /answered 500.*asked/, /Nothing is lost/],
  ] as const)(
    '%s holds the watermark, and the next run delivers all',
    async ([, fault, code, message, remedy], { start }) => {
      const bench = await start({ vendor: { faults: { ...LOG, ...fault } } });

      const failed = await bench.run({ budgetMs: 5_000 });
      bench.vendor.setFaults({});
      const report = await bench.run();

      expect(failed).toMatchObject({ state: 'failed', delivered: 0, error: { code, stage: 'receiving' } });
      expect(failed.error?.message).toMatch(message);
      expect(failed.error?.remedy).toMatch(remedy);
      expect(failed.watermark).toBe(new Date(bench.from).toISOString());
      expect(report).toMatchObject({ state: 'caught-up', delivered: 300 });
      await expectExactlyOnce(bench);
    },
  );

  test('every third body cut: each run gets further, and nothing is lost', async ({ start }) => {
    const bench = await start({ vendor: { pageSize: 20, faults: { ...LOG, cut: { every: 3 } } } });

    const reports = await bench.catchUp();

    expect(reports.length).toBeGreaterThan(3);
    expect(reports.slice(0, -1).every(({ error }) => error?.code === 'unreadable')).toBe(true);
    await expectExactlyOnce(bench);
  });

  test('HTML is never taken for data, however often it comes', async ({ start }) => {
    const bench = await start({ vendor: { faults: { ...LOG, html: { next: 5 } } } });

    const reports = await bench.catchUp();

    expect(reports.map(({ state }) => state)).toEqual([...Array(5).fill('failed'), 'caught-up']);
    await expectExactlyOnce(bench);
  });

  test('a vendor that throttles far ahead is left alone until then', async ({ start }) => {
    const bench = await start({ vendor: { faults: { ...LOG, throttle: { next: 1, retryAfter: 6, reset: 6 } } } });

    const paused = await bench.run({ budgetMs: 4_000 });
    const requests = bench.vendor.counters.requests;
    const held = await bench.run();

    expect(paused).toMatchObject({ state: 'paused', delivered: 0 });
    expect(held).toMatchObject({ state: 'paused', until: paused.until });
    expect(bench.vendor.counters.requests).toBe(requests);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(paused.until ?? '') - Date.now() + 5));
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
  });

  test('a throttle that does not end pauses the feed', async ({ start }) => {
    const bench = await start({ vendor: { faults: { ...LOG, throttle: { next: 99, bare: true } } } });

    const { state, until: end = '' } = await bench.run({ budgetMs: 3_000 });

    expect(state).toBe('paused');
    expect(Date.parse(end)).toBeGreaterThan(Date.now() + 30_000);
    expect(bench.vendor.counters.requests).toBeLessThanOrEqual(6);
  });
});
