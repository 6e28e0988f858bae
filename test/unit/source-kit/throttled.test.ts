import { expect, test } from 'vitest';
import { DAY, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { throttled } from '../../../functions/source-kit/throttled.ts';

const now = parseInstant('2026-01-10T10:00:00Z') as number;
const verdict = { kind: 'later', throttled: true, reason: 'too many' };

function judged(header: string | undefined, options: { otherwise?: number; longest?: number } = {}) {
  const headers = header === undefined ? {} : { 'retry-after': header };
  return throttled({ status: 429, headers, text: '' }, now, { reason: 'too many', ...options });
}

test('Retry-After decides', () => {
  expect(judged('7', { otherwise: now + MINUTE })).toEqual({ ...verdict, at: now + 7 * SECOND });
});

test.each([[undefined], ['0'], ['soon'], ['Sat, 10 Jan 2026 09:00:00 GMT'], ['90000']])(
  'Retry-After: %s is not usable',
  (header) => {
    expect(judged(header, { otherwise: now + MINUTE, longest: DAY })).toEqual({ ...verdict, at: now + MINUTE });
    expect(judged(header, { longest: DAY })).toEqual(verdict);
  },
);

test('without a limit, Retry-After is believed', () => {
  expect(judged('90000')).toEqual({ ...verdict, at: now + 90_000 * SECOND });
});
