import type { Answer } from './model.ts';
import { type Instant, MILLISECOND, MINUTE, SECOND } from './time.ts';

/** Maximum time for which a vendor can make us wait. A longer one may come from a wrong clock, the vendor's or ours. */
export const MAX_HOLD = 60 * MINUTE;

/** When the answer asks us to try again: Retry-After in seconds, or as a date on the vendor's own clock. */
export function retryAfter(answer: Answer, now: Instant): Instant | undefined {
  const text = answer.headers['retry-after']?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return now + Math.ceil(Number(text) * SECOND);
  const at = Date.parse(text) * MILLISECOND;
  if (Number.isNaN(at)) return undefined;
  return Math.max(now, at + clockOffset(answer, now));
}

/** Our clock minus the vendor's, by its Date header (whole seconds). Zero without that header. */
export function clockOffset(answer: Answer, now: Instant): number {
  const theirs = vendorTime(answer);
  return theirs === undefined ? 0 : now - theirs;
}

/** The time on the vendor's clock when it answered. */
export function vendorTime(answer: Answer): Instant | undefined {
  const at = Date.parse(answer.headers.date ?? '') * MILLISECOND;
  return Number.isNaN(at) ? undefined : at;
}
