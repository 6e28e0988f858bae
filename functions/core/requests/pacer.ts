import type { Pace, Quota } from '../model.ts';
import { type Instant, MINUTE, SECOND } from '../time.ts';

/** The share of a quota that we leave to the vendor's other clients. */
const RESERVED = 0.1;
/** The share of it, and of a pace, that jobs such as a backfill leave to live reading and to others. */
const RESERVED_BY_JOBS = 0.5;
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
  /** The pace that was kept, where the vendor has one: requests a minute. */
  perMinute: number | undefined;
  /** By bucket, when the next request may go. */
  readonly #turns: Map<string, Instant>;

  readonly #reserved: number;

  /**
   * @param other whose turns and pause bind this one, too; what this one learns is its own
   * @param forJob leaves more to others: live reading goes on at the same time
   */
  constructor(other?: Pacer, forJob = false) {
    this.#reserved = forJob ? RESERVED_BY_JOBS : RESERVED;
    this.#turns = other ? other.#turns : new Map();
    if (other) this.hold(other.until, other.why, other.throttled);
  }

  /** Learns from an answer: in the last tenth of a quota we step back until it is filled again. */
  learn(quota: Quota | undefined, now: Instant): void {
    if (!quota) return;
    this.quota = quota;
    if (quota.remaining > quota.limit * this.#reserved) return;
    // A reset in the past means that it has just been filled, or that a clock is off: a moment's pause is enough.
    const reset = Math.min(Math.max(quota.resetAt, now + SECOND), now + LONGEST_RESET);
    const share = this.#reserved === RESERVED ? 'tenth' : 'half';
    this.hold(
      reset,
      `${quota.remaining} of ${quota.limit} requests are left, and the last ${share} is for others`,
      false,
    );
  }

  /** When it is the next request's turn: those of a bucket come evenly spaced. */
  turn(pace: Pace | undefined, now: Instant): Instant {
    if (!pace) return now;
    this.perMinute = pace.perMinute;
    return Math.max(now, this.#turns.get(pace.bucket) ?? 0);
  }

  /** A request takes its turn, and the next one's is later. */
  take(pace: Pace | undefined, turn: Instant): void {
    if (!pace) return;
    const every = MINUTE / pace.perMinute / (this.#reserved === RESERVED ? 1 : 1 - RESERVED_BY_JOBS);
    this.#turns.set(pace.bucket, turn + Math.ceil(every));
  }

  /** When there has been a turn in every bucket. */
  get lastTurn(): Instant {
    return Math.max(0, ...this.#turns.values());
  }

  /** Nobody asks before that. */
  hold(until: Instant, why: string, throttled = true): void {
    if (until <= this.until) return;
    this.until = until;
    this.why = why;
    this.throttled = throttled;
  }
}
