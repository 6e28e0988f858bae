import { afterAll, beforeAll, expect, test } from 'vitest';
import { MeasuredFunctions, MOST_MB, PATIENCE_MS, repeated } from '../../../infra/support/measured-functions.ts';

let functions: MeasuredFunctions;
beforeAll(async () => {
  functions = await MeasuredFunctions.open();
});
afterAll(() => functions.close());

test('a document with empty records that fits the limit fits the smallest function', {
  timeout: PATIENCE_MS,
}, async () => {
  const reply = { type: 'application/json', body: `{"auditEvents":[${repeated('{},')}{}]}` };

  const { report, peak } = await functions.run({
    source: 'thousandeyes',
    at: Date.UTC(2026, 2, 3, 12),
    since: 3_600_000,
    answer: ({ url }) => (url.pathname.endsWith('/audit-user-events') ? reply : undefined),
  });

  expect(report.error).toBeUndefined();
  expect(report).toMatchObject({ state: 'caught-up' });
  expect(report.fetched).toBeGreaterThan(80_000);
  expect(peak).toBeLessThan(MOST_MB);
});
