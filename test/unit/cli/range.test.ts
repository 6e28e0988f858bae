import { expect, test } from 'vitest';
import { wholeDays } from '../../../cli/feeds/range.ts';

const [MORNING, EVENING] = [new Date('2026-01-10T08:00:00.123Z'), new Date('2026-01-10T20:00:00.456Z')];

test.each([{ since: '3d' }, { from: '2026-01-08' }, { from: '2026-01-08', to: '2026-01-09' }])(
  'the same backfill is found again later on the same day, so that it can be resumed and cancelled: %j',
  (options) => {
    expect(wholeDays(options, EVENING)).toEqual(wholeDays(options, MORNING));
  },
);

test('a backfill without an end reads up to now', () => {
  expect(wholeDays({ from: '2026-01-08T09:00:00Z' }, EVENING)).toEqual({
    from: '2026-01-08T09:00:00.000000Z',
    to: '2026-01-11T00:00:00.000000Z',
  });
});
