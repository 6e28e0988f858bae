import { expect, it } from 'vitest';
import { lagText } from '../../cli/views/lag-text.ts';
import { saySummary } from '../../cli/views/summary.ts';

const TEN_YEARS = 315_360_000;
const STATUS = {
  ...{ source: 'memory', connection: 'acme', feed: 'memory/events/acme', state: 'failed' as const },
  ...{
    runs: 1,
    fetched: 0,
    delivered: 0,
    suppressed: 0,
    unmapped: 0,
    late: 0,
    pages: 0,
    retries: 0,
    quarantined: 0,
    warnings: [],
    conditions: [],
  },
};

it.each([
  [0, '0s'],
  [125, '2m 5s'],
  [-5, '5s in the future'],
  [-TEN_YEARS, '3650d in the future'],
])('a lag of %i s is shown as %s', (lag, text) => {
  expect(lagText(lag)).toBe(text);
});

it('a summary does not hide a watermark in the future', () => {
  expect(saySummary([{ ...STATUS, lagSeconds: -TEN_YEARS }], '/out', '/secrets.json')).toContain(
    ', 3650d in the future\n',
  );
  expect(saySummary([{ ...STATUS, lagSeconds: 125 }], '/out', '/secrets.json')).toContain(', 2m 5s behind\n');
});
