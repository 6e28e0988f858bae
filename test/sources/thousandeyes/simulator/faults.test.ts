import { afterEach, describe, expect, test } from 'vitest';
import type { ThousandEyesFaults } from '../../../../simulators/thousandeyes/faults.ts';
import { ODDITY_COUNT } from '../../../../simulators/thousandeyes/odd-rows.ts';
import {
  type RunningThousandEyes,
  simulator,
  type ThousandEyesOptions,
} from '../../../../simulators/thousandeyes/simulator.ts';
import { ask, held, logPath, MINUTE_MS, NOON, readPages, stamp, texts } from './client.ts';

const started: RunningThousandEyes[] = [];
const HOUR_AGO = NOON - 60 * MINUTE_MS;
const PATH = logPath(HOUR_AGO, NOON);

async function start(faults: ThousandEyesFaults = {}, options: ThousandEyesOptions = {}): Promise<RunningThousandEyes> {
  const running = await simulator.start({ now: () => NOON, limit: 1_000_000, perMinute: 30, ...options, faults });
  started.push(running);
  return running;
}

async function statuses(running: RunningThousandEyes, times: number): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; turn < times; turn++) found.push((await ask(running, PATH)).status);
  return found;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.stop()));
});

describe('faults of the wire', () => {
  test('throttle answers 429 with the times it was given', async () => {
    const running = await start({ throttle: { next: 1, retryAfter: 7, reset: 90 } });

    const answer = await ask(running, PATH);

    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.headers.get('x-organization-rate-limit-reset')).toBe(String(NOON / 1000 + 90));
    expect(answer.headers.get('x-organization-rate-limit-remaining')).toBe('0');
    expect(await answer.json()).toMatchObject({ title: 'Too Many Requests', status: 429 });
    expect(await statuses(running, 1)).toEqual([200]);
  });

  test('bare throttle gives no time', async () => {
    const answer = await ask(await start({ throttle: { next: 1, bare: true } }), PATH);

    expect([...answer.headers.keys()].filter((name) => /retry|limit/.test(name))).toEqual([]);
  });

  test.each([500, 502, 503, 504])('error answers %i so often', async (status) => {
    const running = await start({ error: { next: 2, status, retryAfter: 3 } });

    expect((await ask(running, PATH)).headers.get('retry-after')).toBe('3');
    expect(await statuses(running, 2)).toEqual([status, 200]);
  });

  test('cut ends the body in its middle with an honest length', async () => {
    const running = await start({ cut: { every: 2 } });

    const [first, second] = [await (await ask(running, PATH)).text(), await (await ask(running, PATH)).text()];

    expect(second).toBe(
      Buffer.from(first)
        .subarray(0, second.length === 0 ? 1 : Buffer.byteLength(second))
        .toString(),
    );
    expect(second.length).toBeLessThan(first.length);
    expect(() => JSON.parse(second)).toThrow();
  });

  test('cut with destroy breaks the connection', async () => {
    const running = await start({ cut: { next: 1, destroy: true } });

    await expect(ask(running, PATH).then((answer) => answer.text())).rejects.toThrow();
    expect(await statuses(running, 1)).toEqual([200]);
  });

  test('html and body answer in the vendor’s place', async () => {
    const running = await start({ html: { next: 1 }, body: { next: 1, text: '{"auditEvents":{}}' } });

    const [html, body] = [await ask(running, PATH), await ask(running, PATH)];

    expect([html.status, html.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect([await body.text(), body.headers.get('content-type')]).toEqual([
      '{"auditEvents":{}}',
      'application/hal+json',
    ]);
  });

  test('redirect sends elsewhere', async () => {
    const answer = await ask(await start({ redirect: { next: 1, to: 'https://elsewhere.example/' } }), PATH);

    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://elsewhere.example/']);
  });

  test('hang never answers', async () => {
    const running = await start({ hang: { next: 1 } });

    await expect(ask(running, PATH, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    expect(running.counters.byStatus).toEqual({ none: 1 });
  });

  test('latency and slow bodies take their time', async () => {
    const running = await start({ latencyMs: 30, slowBody: { bytesPerSecond: 100_000 } }, { perMinute: 1000 });
    const begun = performance.now();

    const text = await (await ask(running, PATH)).text();

    expect(performance.now() - begun).toBeGreaterThan((Buffer.byteLength(text) / 100_000) * 1000);
    expect(JSON.parse(text).auditEvents).toHaveLength(100);
  });

  test('the Date header follows the clock and its skew', async () => {
    const answer = await ask(await start({ clockSkewSeconds: -3600 }), PATH);

    expect(Date.parse(answer.headers.get('date') ?? '')).toBe(HOUR_AGO);
  });

  test('where narrows them to some requests', async () => {
    const running = await start({ where: '/users/current', error: { next: 1, status: 500 } });

    expect([(await ask(running, PATH)).status, (await ask(running, '/v7/users/current')).status]).toEqual([200, 500]);
  });
});

describe('faults of the vendor', () => {
  test('expired tokens are 401, missing permissions 403', async () => {
    expect(await statuses(await start({ tokenExpired: true }), 1)).toEqual([401]);
    expect(await statuses(await start({ forbidden: true }), 1)).toEqual([403]);
  });

  test('late events are revealed when their time has come', async () => {
    let now = NOON;
    const running = await start({ late: { share: 0.1, upToSeconds: 600 } }, { now: () => now });

    const before = texts(await readPages(running, PATH));
    now += 10 * MINUTE_MS;
    const after = texts(await readPages(running, PATH));

    expect(before).toEqual(held(running, HOUR_AGO, NOON, NOON).toReversed());
    expect(after).toEqual(held(running, HOUR_AGO, NOON, Infinity).toReversed());
    expect(after.length).toBeGreaterThan(before.length);
  });

  test('twins can be all there is', async () => {
    const rows = held(await start({ twins: 1 }), HOUR_AGO, NOON);

    expect(new Set(rows).size).toBeLessThan(rows.length / 2 + 60);
  });

  test.each([1, 3])('every page %i is empty and linked, and no row is lost', async (every) => {
    const running = await start({ emptyPages: { every } });

    const pages = await readPages(running, PATH);

    expect(texts(pages)).toEqual(held(running, HOUR_AGO, NOON).toReversed());
    expect(pages.filter((page) => page.auditEvents.length === 0).length).toBeGreaterThan(3);
    expect(new Set(pages.map((page) => page._links.self?.href)).size).toBe(pages.length);
  });

  test('the last page links to itself', async () => {
    const running = await start({ repeatNext: 'self' }, { pageSize: 1000 });

    const pages = await readPages(running, PATH, 5);

    expect(pages).toHaveLength(5);
    expect(pages.slice(2).every((page) => page._links.next?.href === pages[1]?._links.next?.href)).toBe(true);
    expect(pages.slice(1).map((page) => texts([page]))).toEqual(Array(4).fill(texts([pages[1] as (typeof pages)[0]])));
  });

  test('the second page links back to the first', async () => {
    const pages = await readPages(await start({ repeatNext: 'cycle' }), PATH, 5);

    const [a, b] = pages.map((page) => page.auditEvents);
    expect(pages.map((page) => page.auditEvents)).toEqual([a, b, a, b, a]);
    expect(a).not.toEqual(b);
  });

  test('the next link leads to another origin', async () => {
    const running = await start({ foreignNext: { next: 1 } });

    const [first] = await readPages(running, PATH, 1);
    const [again] = await readPages(running, PATH, 1);

    expect(first?._links.next?.href).toMatch(/^https:\/\/collector\.example\.net\/v7\/audit-user-events\?/);
    expect(new URL(again?._links.next?.href ?? '').origin).toBe(running.origin);
  });

  test('answers end early and say so', async () => {
    const running = await start({ endsEarlySeconds: 600 });

    const pages = await readPages(running, PATH);

    expect(new Set(pages.map((page) => page.endDate))).toEqual(new Set([stamp(NOON - 10 * MINUTE_MS)]));
    expect(texts(pages)).toEqual(held(running, HOUR_AGO, NOON - 10 * MINUTE_MS).toReversed());
  });

  test('oversized rows are as long as asked for', async () => {
    const running = await start({ oversized: { every: 500, bytes: 20_000 } });

    const sizes = texts(await readPages(running, PATH)).map((text) => Buffer.byteLength(text));

    expect(sizes.filter((size) => size >= 20_000).length).toBeGreaterThanOrEqual(3);
    expect(sizes.filter((size) => size >= 1000).length).toBeLessThanOrEqual(4);
  });

  test('odd rows are all different, all valid JSON, and the same every time', async () => {
    const running = await start({ odd: { every: 1 } });
    const rows = held(running, HOUR_AGO, HOUR_AGO + 2 * MINUTE_MS).slice(0, ODDITY_COUNT);

    const parsed = rows.map((text) => JSON.parse(text));

    expect(new Set(rows).size).toBe(ODDITY_COUNT);
    expect(parsed.some((row) => Object.hasOwn(row, '__proto__'))).toBe(true);
    expect(parsed.filter((row) => typeof row !== 'object')).toHaveLength(2);
    expect(rows.some((text) => text.includes('\\u0000'))).toBe(true);
    expect(rows.some((text) => text.includes('\\ud83d of'))).toBe(true);
    expect(rows.some((text) => text.includes('[[[[[['))).toBe(true);
    expect(rows.some((text) => text.includes('1e400'))).toBe(true);
    expect(held(running, HOUR_AGO, HOUR_AGO + 2 * MINUTE_MS).slice(0, ODDITY_COUNT)).toEqual(rows);
    expect((await ask(running, PATH)).status).toBe(200);
  });
});
