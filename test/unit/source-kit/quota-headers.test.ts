import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Answer } from '../../../functions/core/model.ts';
import { HOUR, MILLISECOND, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { quotaHeaders, quotaIn, quotaResetIn } from '../../../functions/source-kit/quota-headers.ts';

const now = parseInstant('2026-01-10T10:00:00Z') as number;
const inAMinute = now + MINUTE;

function answer(headers: Record<string, string>): Answer {
  return { status: 200, headers, text: '' };
}

test.each([
  ['x-ratelimit', 'epoch-seconds', String(inAMinute / SECOND)],
  ['x-rate-limit', 'epoch-milliseconds', String(inAMinute / MILLISECOND)],
  ['x-organization-rate-limit', 'epoch-seconds', String(inAMinute / SECOND)],
  ['ratelimit', 'seconds-left', '60'],
] as const)('%s-*, whose reset is in %s', (prefix, means, reset) => {
  const headers = { [`${prefix}-limit`]: '240', [`${prefix}-remaining`]: ' 231 ', [`${prefix}-reset`]: reset };

  expect(quotaIn(answer(headers), quotaHeaders(prefix, means), now)).toEqual({
    limit: 240,
    remaining: 231,
    resetAt: inAMinute,
  });
});

test('a time on the vendor’s clock is put on ours, and a duration needs no clock', () => {
  const date = 'Sat, 10 Jan 2026 09:50:00 GMT';
  const reset = (means: 'epoch-seconds' | 'seconds-left', value: number) =>
    quotaResetIn(answer({ date, 'x-reset': String(value) }), quotaHeaders('x', means), now);

  expect(reset('epoch-seconds', (inAMinute - 10 * MINUTE) / SECOND)).toBe(inAMinute);
  expect(reset('seconds-left', 60)).toBe(inAMinute);
});

test.each([
  ['no limit', { limit: undefined }],
  ['a limit of zero', { limit: '0', remaining: '0' }],
  ['more left than there is', { remaining: '241' }],
  ['a negative rest', { remaining: '-1' }],
  ['a list', { limit: '240, 240;w=60' }],
  ['no number', { remaining: 'many' }],
  ['no reset', { reset: undefined }],
  ['a reset that is past', { reset: '0' }],
  ['a reset that is too far away to be believed', { reset: String(HOUR / SECOND + 1) }],
])('%s is no quota', (_name, changed) => {
  const given = { limit: '240', remaining: '231', reset: '60', ...changed };
  const headers = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[`ratelimit-${name}`, value]])),
  );

  expect(quotaIn(answer(headers), quotaHeaders('ratelimit', 'seconds-left'), now)).toBeUndefined();
});

test('whatever the headers say, a quota makes sense', () => {
  const value = fc.oneof(fc.nat().map(String), fc.string(), fc.constant('9'.repeat(13)));
  const means = fc.constantFrom('epoch-seconds', 'epoch-milliseconds', 'seconds-left');
  fc.assert(
    fc.property(value, value, value, means, (limit, remaining, reset, means) => {
      const quota = quotaIn(
        answer({ 'q-limit': limit, 'q-remaining': remaining, 'q-reset': reset }),
        quotaHeaders('q', means),
        now,
      );
      if (!quota) return;
      expect(quota.remaining).toBeLessThanOrEqual(quota.limit);
      expect(quota.resetAt).toBeGreaterThan(now);
      expect(quota.resetAt).toBeLessThanOrEqual(now + HOUR);
    }),
  );
});
