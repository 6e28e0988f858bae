import { clockOffset, MAX_HOLD } from '../core/answer-clock.ts';
import type { Answer, Quota } from '../core/model.ts';
import { type Instant, MILLISECOND, SECOND } from '../core/time.ts';

/** The headers in which a vendor states its request quota, and the meaning of the reset header. */
export interface QuotaHeaders {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
  readonly resetMeans: ResetMeaning;
}

/** A time since 1970 on the vendor's clock, or the time from the answer until the reset. */
type ResetMeaning = 'epoch-seconds' | 'epoch-milliseconds' | 'seconds-left';

/** The usual three headers: `x-ratelimit-limit`, `x-ratelimit-remaining` and `x-ratelimit-reset` for the prefix `x-ratelimit`. */
export function quotaHeaders(prefix: string, resetMeans: ResetMeaning): QuotaHeaders {
  return { limit: `${prefix}-limit`, remaining: `${prefix}-remaining`, reset: `${prefix}-reset`, resetMeans };
}

/** The quota that an answer states. Undefined if a part is missing or makes no sense. */
export function quotaIn(answer: Answer, headers: QuotaHeaders, now: Instant): Quota | undefined {
  const limit = wholeNumber(answer, headers.limit);
  const remaining = wholeNumber(answer, headers.remaining);
  const resetAt = quotaResetIn(answer, headers, now);
  if (limit === undefined || remaining === undefined || resetAt === undefined) return undefined;
  return limit > 0 && remaining <= limit ? { limit, remaining, resetAt } : undefined;
}

/** When the quota is reset, on our clock. Undefined if that is past or implausibly far away. */
export function quotaResetIn(answer: Answer, headers: QuotaHeaders, now: Instant): Instant | undefined {
  const count = wholeNumber(answer, headers.reset);
  if (count === undefined) return undefined;
  const at = resetTime(count, headers.resetMeans, now, clockOffset(answer, now));
  return at > now && at - now <= MAX_HOLD ? at : undefined;
}

function resetTime(count: number, means: ResetMeaning, now: Instant, offset: number): Instant {
  switch (means) {
    case 'epoch-seconds':
      return count * SECOND + offset;
    case 'epoch-milliseconds':
      return count * MILLISECOND + offset;
    case 'seconds-left':
      return now + count * SECOND;
  }
}

function wholeNumber(answer: Answer, header: string): number | undefined {
  const text = answer.headers[header]?.trim() ?? '';
  return /^\d{1,13}$/.test(text) ? Number(text) : undefined;
}
