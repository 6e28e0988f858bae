import { expect } from 'vitest';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { test } from '../e2e/stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONDAY = Date.parse('2026-06-01T00:00:00Z');
/** However slow the machine is. */
const PATIENCE_MS = 300_000;

test(
  'a day of 30,000 user activities in one answer needs no more memory than a small function has',
  async ({ start }) => {
    const bench = await start({
      at: MONDAY + 3 * HOUR_MS,
      startFrom: MONDAY - DAY_MS,
      timing: 'own',
      streams: ['user-activities'],
      vendor: { perMinute: 0, from: MONDAY - DAY_MS, to: MONDAY, activitiesPerDay: 30_000, faults: { twins: 0 } },
      heapMb: 48,
    });

    const report = await bench.run({ budgetMs: PATIENCE_MS });

    expect(bench.held({ collection: 'user_activities', from: 0 }).length).toBeGreaterThan(29_900);
    expect(report).toMatchObject({ state: 'caught-up', retries: 0, warnings: [] });
    await expectExactlyOnce(bench, { collection: 'user_activities', from: 0 });
  },
  PATIENCE_MS,
);
