import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvHeader } from '../../../../simulators/vbrick/log/rows-text.ts';
import { MeasuredFunctions, MOST_MB, PATIENCE_MS, repeated } from '../../../infra/support/measured-functions.ts';

let functions: MeasuredFunctions;
beforeAll(async () => {
  functions = await MeasuredFunctions.open();
});
afterAll(() => functions.close());

test('CSV with empty cells that fits the limit fits the smallest function', { timeout: PATIENCE_MS }, async () => {
  const reply = { type: 'text/csv', body: `${csvHeader({})}\r\n${repeated(',,,,,,,\r\n')}` };

  const { report, peak } = await functions.run({
    source: 'vbrick',
    at: Date.UTC(2026, 2, 3, 12),
    since: 3_600_000,
    answer: ({ url }) => (url.pathname.endsWith('/users') ? reply : undefined),
  });

  expect(report.error).toBeUndefined();
  expect(report).toMatchObject({ state: 'caught-up' });
  expect(report.fetched).toBeGreaterThan(20_000);
  expect(peak).toBeLessThan(MOST_MB);
});
