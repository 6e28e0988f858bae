import { expect, test } from 'vitest';
import { firstDay, lastDay, type PeriodOptions, periodOf } from '../../../../cli/evidence/period.ts';

const NOW = new Date('2026-11-03T09:00:00Z');

test.each<[PeriodOptions, string, string, string]>([
  [{ month: '2026-10' }, '2026-10-01', '2026-10-31', '2026-10'],
  [{ month: '2026-02' }, '2026-02-01', '2026-02-28', '2026-02'],
  [{ month: '2024-02' }, '2024-02-01', '2024-02-29', '2024-02'],
  [{ month: '2025-12' }, '2025-12-01', '2025-12-31', '2025-12'],
  [{ month: '2026-11' }, '2026-11-01', '2026-11-30', '2026-11'],
  [{ from: '2026-10-05', to: '2026-10-12' }, '2026-10-05', '2026-10-11', '2026-10-05-to-2026-10-11'],
  // Every day that the range touches is taken whole.
  [
    { from: '2026-10-05T23:59:59Z', to: '2026-10-06T00:00:01Z' },
    '2026-10-05',
    '2026-10-06',
    '2026-10-05-to-2026-10-06',
  ],
])('%j is %s to %s', (options, first, last, name) => {
  const period = periodOf(options, NOW);

  expect([firstDay(period), lastDay(period), period.name]).toEqual([first, last, name]);
});

test.each<[PeriodOptions, RegExp]>([
  [{}, /month or a range/],
  [{ from: '2026-10-05' }, /Only --from/],
  [{ to: '2026-10-05' }, /Only --to/],
  [{ month: '2026-10', from: '2026-10-05' }, /stands for --from and --to/],
  [{ month: '2026-13' }, /--month is "2026-13"/],
  [{ month: '2026-00' }, /--month is "2026-00"/],
  [{ month: 'October' }, /--month is "October"/],
  [{ month: '2026-10-01' }, /--month is/],
  [{ month: '2026-12' }, /2026-12-01 is in the future/],
  [{ from: '2026-10-05', to: '2026-10-05' }, /is not before/],
  [{ from: '2025-01-01', to: '2026-10-05' }, /642 days/],
  [{ from: 'yesterday', to: '2026-10-05' }, /--from is "yesterday"/],
])('%j is refused with what to do', (options, message) => {
  expect(() => periodOf(options, NOW)).toThrow(
    expect.objectContaining({
      code: 'config',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/^Give/),
    }),
  );
});
