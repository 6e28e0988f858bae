import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect } from 'vitest';
import { parseInstant } from '../../../../functions/core/time.ts';
import { expectExactlyOnce, metric, until } from '../../../e2e/bench.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { test } from './stage.ts';

/** Only requests for the log are struck. */
const LOG = { where: 'audit-user-events' };

/** A server that is not the vendor's; it keeps what it is asked, and shuts with the test. */
async function startStranger(onTestFinished: (close: () => void) => void) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.end('{"auditEvents":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, port: (server.address() as AddressInfo).port };
}

describe.concurrent('paging that goes nowhere', () => {
  test.for([
    ['self', 100],
    ['self', 1_000],
    ['cycle', 100],
    ['cycle', 1_000],
  ] as const)('links back: %s, pages of %i rows', async ([repeatNext, pageSize], { start }) => {
    const bench = await start({ vendor: { pageSize, faults: { repeatNext } } });

    await bench.catchUp();
    const again = await bench.catchUp();

    expect(again.at(-1)).toMatchObject({ state: 'caught-up', delivered: 0 });
    expect(bench.vendor.counters.requests).toBeLessThan(200);
    await expectExactlyOnce(bench);
  });

  test.for(['http://127.0.0.1:{stranger}', '{vendor}@127.0.0.1:{stranger}', '{vendor}.localhost:{stranger}'])(
    'a next link to %s gets no credentials',
    async (origin, { start, onTestFinished }) => {
      const stranger = await startStranger(onTestFinished);
      const bench = await start();
      const foreign = origin.replace('{vendor}', bench.vendor.origin).replace('{stranger}', String(stranger.port));
      bench.vendor.setFaults({ foreignNext: { next: 1, origin: foreign } });

      const failed = await bench.run();
      const report = await bench.run();

      expect(failed).toMatchObject({ state: 'failed', error: { code: 'origin', stage: 'receiving' } });
      expect(failed.error?.message).toContain(`credentials are for ${bench.vendor.origin} only`);
      expect(stranger.asked).toEqual([]);
      expect(report.state).toBe('caught-up');
      await expectExactlyOnce(bench);
    },
  );

  test.for([302, 307, 308])('a redirect (%i) is not followed', async (status, { start, onTestFinished }) => {
    const stranger = await startStranger(onTestFinished);
    const to = `http://127.0.0.1:${stranger.port}/v7/audit-user-events`;
    const bench = await start({
      vendor: { faults: { ...LOG, redirect: { next: 1, to, status } } },
    });

    const failed = await bench.run();

    expect(failed).toMatchObject({ state: 'failed', error: { code: 'origin' } });
    expect(failed.error?.message).toContain(to);
    expect(stranger.asked).toEqual([]);
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
  });
});

describe.concurrent('clocks and ranges', () => {
  test('a lease is written so that it can be read again, whenever the worker is killed', async ({ start }) => {
    const bench = await start({ vendor: { pageSize: 100, faults: { latencyMs: 1_000 } } });

    for (let turn = 1; turn <= 4; turn++) {
      const before = bench.vendor.counters.requests;
      const running = bench.run();
      await until('a request', () => bench.vendor.counters.requests > before);
      const lease = /"leaseUntil":\{"S":"([^"]*)"\}/.exec(await bench.items())?.[1];
      await running;
      expect(parseInstant(lease), lease).toBeDefined();
    }
  });

  test.for([-1_800, 1_800])('a vendor’s clock %i seconds off loses nothing', async (clockSkewSeconds, { start }) => {
    const bench = await start({ vendor: { faults: { clockSkewSeconds } } });

    const { watermark = '', delivered } = await bench.run();

    expect(delivered).toBe(300);
    const behindMs = Date.now() - Date.parse(watermark);
    // A watermark beyond the vendor's present would pass by what it has yet to show.
    if (clockSkewSeconds < 0) expect(behindMs).toBeGreaterThan(1_200_000 - 60_000);
    else expect(behindMs).toBeLessThan(30_000);
    expect((await metric(bench, 'ClockSkewSeconds'))[0]).toBeGreaterThan(1_790);
    bench.vendor.setFaults({});
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 0 });
    await expectExactlyOnce(bench);
  });

  test('a clock days off is not believed', async ({ start }) => {
    const bench = await start({ vendor: { faults: { clockSkewSeconds: -3 * 86_400 } } });

    const { lagSeconds } = await bench.run();

    expect(lagSeconds).toBeLessThan(30);
    expect((await metric(bench, 'ClockUnbelievable'))[0]).toBeGreaterThan(0);
    await expectExactlyOnce(bench);
  });

  test('an answer that ends early moves the watermark no further than it says', async ({ start }) => {
    const bench = await start({ vendor: { faults: { endsEarlySeconds: 600 } } });

    const first = await bench.run();
    bench.vendor.setFaults({});
    const second = await bench.run();

    expect(Date.parse(first.watermark ?? '')).toBeLessThanOrEqual(Date.now() - 600_000);
    expect(second).toMatchObject({ state: 'caught-up', delivered: 300 - first.delivered });
    await expectExactlyOnce(bench);
  });
});

/** The record of an event that lies whole in quarantine. */
function originalOf(text: string): string {
  return (JSON.parse(text) as { event: { original: string } }).event.original;
}

describe.concurrent('records that nobody expects', () => {
  test('oversized ones arrive shortened, and lie whole in quarantine', async ({ start }) => {
    const bench = await start({ vendor: { count: 40, faults: { oversized: { every: 12 } } } });

    const report = await bench.run();
    const again = await bench.run();

    const long = bench.held().filter((text) => text.length > 1_000_000);
    expect(long).not.toHaveLength(0);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 40, quarantined: long.length });
    expect(again).toMatchObject({ delivered: 0, quarantined: 0 });
    const kept = (await bench.quarantined()).map(({ id, text }) => ({ id, text: originalOf(text) }));
    expect(kept.map(({ text }) => text).toSorted()).toEqual(long.toSorted());
    const { events } = await readDelivered(bench.out, 'lake');
    const shortened = events.filter(({ tidemark }) => tidemark.shortened);
    expect(shortened.map(({ event }) => event.id).toSorted()).toEqual(kept.map(({ id }) => id).toSorted());
    for (const { event } of shortened) {
      const whole = kept.find(({ id }) => id === event.id)?.text;
      expect(event.original?.length).toBeGreaterThan(10_000);
      expect(whole?.startsWith(event.original ?? 'nothing')).toBe(true);
    }
    const raw = (await readDelivered(bench.out, 'vault')).lines;
    // The SIEM is told of each.
    const told = events.filter(({ event }) => event.action === 'quarantine');
    expect(told).toHaveLength(long.length);
    expect(raw).toHaveLength(40 + long.length);
    expect(raw.filter((line) => line.startsWith('{"tidemark":{"shortened":true'))).toHaveLength(long.length);
  });

  test('odd ones arrive once each, as events or as pipeline errors', async ({ start }) => {
    const bench = await start({ vendor: { count: 80, faults: { odd: { every: 2 } } } });

    const report = await bench.run();
    const again = await bench.run();

    expect(report.state).toBe('caught-up');
    expect(report.unmapped).toBeGreaterThan(0);
    const { events } = await readDelivered(bench.out, 'lake');
    expect(events.filter(({ event }) => event.kind === 'pipeline_error')).toHaveLength(report.unmapped);
    expect(again).toMatchObject({ state: 'caught-up', delivered: 0 });
    await expectExactlyOnce(bench);
  });
});
