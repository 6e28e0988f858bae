import type { Quota } from './model.ts';
import { type Instant, SECOND } from './time.ts';

/** The share of a quota that we leave to the vendor's other clients. */
const RESERVED = 0.1;
/** A quota whose reset lies further ahead than that is a clock gone wrong. */
const LONGEST_RESET = 3_600 * SECOND;

/** What all feeds of a connection share in a run: the vendor's quota, and the time before which nobody asks. */
export class Pacer {
  /** Nobody asks before. */
  until: Instant = 0;
  why = '';
  /** Whether the vendor itself has asked for it. */
  throttled = false;
  quota: Quota | undefined;

  /** Learns from an answer: in the last tenth of a quota we step back until it is filled again. */
  learn(quota: Quota | undefined, now: Instant): void {
    if (!quota) return;
    this.quota = quota;
    if (quota.remaining > quota.limit * RESERVED) return;
    // A reset in the past means that it has just been filled, or that a clock is off: a moment's pause is enough.
    const reset = Math.min(Math.max(quota.resetAt, now + SECOND), now + LONGEST_RESET);
    this.hold(reset, `${quota.remaining} of ${quota.limit} requests are left, and the last tenth is for others`, false);
  }

  /** Nobody asks before that. */
  hold(until: Instant, why: string, throttled = true): void {
    if (until <= this.until) return;
    this.until = until;
    this.why = why;
    this.throttled = throttled;
  }
}
