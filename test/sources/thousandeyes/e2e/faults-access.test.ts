import { describe, expect } from 'vitest';
import { expectExactlyOnce, metric, until } from '../../../e2e/bench.ts';
import { TOKEN, test } from './stage.ts';

const NEW_TOKEN = '0c7d2f58-1111-4222-8333-abcdefabcdef';
const PERMISSION = 'View activity log for all users in account group';

describe.concurrent('a token', () => {
  test('that was replaced a moment ago works within the same run', async ({ start }) => {
    const bench = await start({ vendor: { token: NEW_TOKEN, faults: { latencyMs: 300 } } });
    await bench.setSecret({ token: TOKEN });

    const running = bench.run();
    await until('the first request', () => bench.vendor.counters.requests > 0);
    await bench.setSecret({ token: NEW_TOKEN });

    expect(await running).toMatchObject({ state: 'caught-up', delivered: 300, retries: 1 });
    expect(bench.vendor.counters.byStatus['401']).toBe(1);
    await expectExactlyOnce(bench);
  });

  test('that has expired is tried twice an endpoint, then left alone; a new one works at once', async ({ start }) => {
    const bench = await start({ vendor: { token: NEW_TOKEN } });
    await bench.setSecret({ token: TOKEN });

    const first = await bench.run();
    const afterFirst = bench.vendor.counters.requests;
    await bench.run();
    const afterSecond = bench.vendor.counters.requests;
    const third = await bench.run();

    expect(first).toMatchObject({ state: 'refused', delivered: 0, error: { code: 'refused', stage: 'receiving' } });
    expect(first.error?.message).toContain('401');
    expect(first.error?.remedy).toContain('make a new token');
    expect(first.watermark).toBe(new Date(bench.from).toISOString());
    // The first run also looks at the roles. They are looked at once an hour.
    expect([afterFirst, afterSecond]).toEqual([4, 6]);
    expect(third).toMatchObject({ state: 'refused', until: expect.any(String), error: { code: 'refused' } });
    expect(third.error?.remedy).toContain('Put working credentials into the secret');
    expect(bench.vendor.counters.requests).toBe(afterSecond);
    expect((await bench.run({ askAgain: true })).state).toBe('refused');
    expect(bench.vendor.counters.requests).toBe(afterSecond + 2);

    await bench.setSecret({ token: NEW_TOKEN });
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
  });

  test('without the permission is told which one, held, and asked again when a person asks', async ({ start }) => {
    const bench = await start({ vendor: { faults: { forbidden: true } } });

    const first = await bench.run();
    const requests = bench.vendor.counters.requests;
    const held = await bench.run();

    expect(first).toMatchObject({ state: 'forbidden', delivered: 0, error: { code: 'forbidden', stage: 'receiving' } });
    expect(first.error?.message).toContain('403');
    expect(first.error?.remedy).toContain(PERMISSION);
    expect(held).toMatchObject({ state: 'forbidden', until: first.until, watermark: first.watermark });
    expect(bench.vendor.counters.requests).toBe(requests);
    bench.vendor.setFaults({});
    expect(await bench.run({ askAgain: true })).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
  });

  test('whose permission came with a new secret is used at once', async ({ start }) => {
    const bench = await start({ vendor: { faults: { forbidden: true } } });
    await bench.run();

    bench.vendor.setFaults({});
    await bench.setSecret({ token: TOKEN, note: 'another version' });

    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
  });

  test.for(['regular', 'custom-own'] as const)('of a weak role (%s) works, with a warning', async (role, { start }) => {
    const bench = await start({ vendor: { role } });

    const report = await bench.run();

    expect(report.state).toBe('caught-up');
    expect(report.warnings.join()).toContain(PERMISSION);
    expect(await metric(bench, 'NarrowSight')).toEqual([1]);
    expect(report.delivered).toBeLessThan(100);
    await expectExactlyOnce(bench);
  });

  test.for(['account-admin', 'custom-all'] as const)(
    'of a role that sees all (%s) has no warning',
    async (role, { start }) => {
      const bench = await start({ vendor: { role } });

      expect(await bench.run()).toMatchObject({ state: 'caught-up', warnings: [] });
      await expectExactlyOnce(bench);
    },
  );

  test('that sees less than before holds the watermark until it is mended or meant', async ({ start }) => {
    const bench = await start();
    const before = await bench.run();

    await bench.restartVendor({ role: 'custom-own', token: NEW_TOKEN });
    await bench.setSecret({ token: NEW_TOKEN });
    const [shrank, again] = [await bench.run(), await bench.run()];
    const accepted = await bench.run({ settings: { scopeAccepted: '2026-01-10' } });

    for (const { state, error, watermark } of [shrank, again]) {
      expect(state).toBe('failed');
      expect(error).toMatchObject({ code: 'scope-shrank', stage: 'receiving' });
      expect(error?.message).toContain(PERMISSION);
      expect(error?.message).toContain('scopeAccepted');
      expect(watermark).toBe(before.watermark);
    }
    expect(accepted).toMatchObject({ state: 'caught-up', delivered: 0 });
    expect(accepted.warnings.join()).toContain(PERMISSION);

    await bench.restartVendor({ token: TOKEN });
    await bench.setSecret({ token: TOKEN });
    // This run begins with the token that the function remembers, and with what is known of it.
    expect(await bench.run()).toMatchObject({ state: 'caught-up', retries: 1 });
    expect(await bench.run()).toMatchObject({ state: 'caught-up', warnings: [] });
    await expectExactlyOnce(bench);
  });
});

describe.concurrent('a secret', () => {
  test.for([
    ['that is no JSON', `not json ${NEW_TOKEN}`, /is not JSON/],
    ['that is a list', `["${NEW_TOKEN}"]`, /is not a JSON object/],
    ['without the token', { tokn: NEW_TOKEN }, /has no token/],
    ['with an empty token', { token: '  ', other: NEW_TOKEN }, /has no token/],
    ['with a number', { token: 7, other: NEW_TOKEN }, /has no token/],
    ['with a line break inside', { token: `${NEW_TOKEN}\r\nx: y` }, /holds characters/],
    ['with a letter that no header has', { token: `${NEW_TOKEN}é` }, /holds characters/],
  ] as const)('%s is named with what is wrong, and never shown', async ([, value, message], { start }) => {
    const bench = await start();
    await bench.setSecret(value);

    const report = await bench.run();

    expect(report).toMatchObject({ state: 'failed', error: { code: 'secret', stage: 'receiving' } });
    expect(report.error?.message).toMatch(message);
    expect(report.error?.message).toContain(bench.secretName);
    expect(report.error?.remedy).toContain('token');
    expect(JSON.stringify(report)).not.toContain(NEW_TOKEN);
    expect(bench.vendor.counters.requests).toBe(0);
    await bench.setSecret({ token: `  ${TOKEN}\n` });
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
    expect(JSON.stringify([bench.lines, await bench.items()])).not.toContain(NEW_TOKEN);
  });

  test('that is missing is named, with the command that fills it', async ({ start }) => {
    const bench = await start();
    await bench.removeSecret();

    const { error } = await bench.run();

    expect(error).toMatchObject({
      code: 'secret',
      message: `Secret ${bench.secretName} does not exist, or has no value.`,
    });
    expect(error?.remedy).toContain(`Put it in: npx tidemark secret set ${bench.id}. `);
    expect(error?.remedy).toContain('a value like {"token":');
  });

  test('stays secret when the vendor sends it back', async ({ start }) => {
    const record = `{"date":"${new Date(Date.now() - 60_000).toISOString()}","event":"Login.","user":"${TOKEN}"}`;
    const echoes = [
      { body: { next: 1, text: `<html>Authorization: Bearer ${TOKEN}</html>`, type: 'text/html' } },
      { body: { next: 1, text: `{"auditEvents":"${TOKEN}"}` } },
      { body: { next: 1, text: `{"auditEvents":[${record}]}` } },
      { redirect: { next: 1, to: `https://sign-in.example.com/?token=${TOKEN}` } },
      { foreignNext: { next: 1, origin: `https://${TOKEN}.example.com` } },
    ];
    const bench = await start();

    const reports: unknown[] = [];
    for (const echo of echoes) {
      bench.vendor.setFaults({ where: 'audit-user-events', ...echo });
      reports.push(await bench.run());
      expect(JSON.stringify(await bench.items()), JSON.stringify(Object.keys(echo))).not.toContain(TOKEN);
    }

    expect(JSON.stringify([reports, bench.lines])).not.toContain(TOKEN);
    expect(JSON.stringify(reports)).toContain('[secret]');
  });
});

describe.concurrent('a quota', () => {
  test('is left alone in its last tenth until it is whole again', async ({ start }) => {
    const bench = await start({ vendor: { pageSize: 10, limit: 10 } });
    // The vendor’s minute stands still 55 seconds before its end, which is longer than a run may take.
    const minute = Math.ceil(Date.now() / 60_000) * 60_000;
    bench.setClock(() => minute - 55_000);

    const paused = await bench.run({ budgetMs: 50_000 });
    const { requests } = bench.vendor.counters;
    const held = await bench.run({ budgetMs: 50_000 });
    const still = bench.vendor.counters.requests;
    bench.travel(Math.max(0, Date.parse(paused.until ?? '') - bench.now()) + 1_000);
    bench.setClock(() => minute + 1_000);
    const next = await bench.run();

    expect(paused).toMatchObject({ state: 'paused', quota: { limit: 10 } });
    expect(paused.delivered).toBeGreaterThan(0);
    expect(paused.quota?.remaining).toBe(1);
    expect(held).toMatchObject({ state: 'paused', until: paused.until, delivered: 0 });
    expect(still).toBe(requests);
    expect(next.delivered).toBeGreaterThan(0);
    expect(bench.vendor.counters.byStatus['429']).toBeUndefined();
  });
});
