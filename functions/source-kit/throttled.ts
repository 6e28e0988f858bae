import { retryAfter } from '../core/answer-clock.ts';
import type { Answer, Verdict } from '../core/model.ts';
import type { Duration, Instant } from '../core/time.ts';

/** Details of an answer that means "too many requests". */
interface Throttling {
  readonly reason: string;
  /** When to ask again if Retry-After gives no usable time. */
  readonly otherwise?: Instant | undefined;
  /** Maximum plausible Retry-After. */
  readonly longest?: Duration;
}

/** The verdict on an answer that means "too many requests": ask again at the time of Retry-After, else at another time. */
export function throttled(answer: Answer, now: Instant, { reason, otherwise, longest }: Throttling): Verdict {
  const asked = retryAfter(answer, now);
  const isUsable = asked !== undefined && asked > now && asked - now <= (longest ?? Number.POSITIVE_INFINITY);
  const at = isUsable ? asked : otherwise;
  return { kind: 'later', throttled: true, reason, ...(at !== undefined && { at }) };
}
