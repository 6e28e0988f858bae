import type { Pace, Quota } from '../model.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../time.ts';
import { type Endpoint, Pause } from './pause.ts';

/** The share of a quota that we leave to the vendor's other clients. */
const RESERVED = 0.1;
/** The share of a quota, and of a pace, that jobs such as a backfill leave to live reading and to others. */
const RESERVED_BY_JOBS = 0.5;
/** Maximum time until a quota's reset. A later one comes from a wrong clock. */
const LONGEST_RESET = HOUR;

/** Number of endpoints that have to ask for a pause in a row before all others of the connection pause, too. */
const ENOUGH_TO_PAUSE_ALL = 2;

/** The vendor's quota, shared by all feeds of a connection in a run, and the time before which none of them asks. */
export class Pacer extends Pause {
  quota: Quota | undefined;
  /** Requests a minute, where the vendor limits them. */
  perMinute: number | undefined;
  /** By bucket, when the next request may start. */
  readonly #turns: Map<string, Instant>;
  readonly #reserved: number;
  /** The endpoints that have asked for a pause since the last usable answer of any. */
  readonly #pausing = new Set<Endpoint>();

  /**
   * @param other shares its turns and its pause with this pacer; what this one learns later is not shared
   * @param forJob leaves more to others, because live reading goes on at the same time
   */
  constructor(other?: Pacer, forJob = false) {
    super();
    this.#reserved = forJob ? RESERVED_BY_JOBS : RESERVED;
    this.#turns = other ? other.#turns : new Map();
    if (other) this.hold(other.until, other.why, other.throttled, other.scope);
  }

  /** An answer was usable: whatever endpoints have asked for before, it was not for all of them. */
  accepted(): void {
    this.#pausing.clear();
  }

  /**
   * An endpoint has asked for a pause, and stated no quota of the account. Other endpoints may be well. If a second one asks for
   * the same before any answer is usable, the others are left alone for the rest of this run; the next run asks them first.
   */
  pausedBy(endpoint: Endpoint): void {
    this.#pausing.add(endpoint);
    if (this.#pausing.size < ENOUGH_TO_PAUSE_ALL) return;
    const until = Math.min(...[...this.#pausing].map((one) => one.until));
    this.hold(until, endpoint.why, endpoint.throttled, 'connection');
  }

  /** Learns from an answer. When only the reserved share of the quota is left, requests pause until it is filled again. */
  learn(quota: Quota | undefined, now: Instant): void {
    if (!quota) return;
    this.quota = quota;
    if (quota.remaining > quota.limit * this.#reserved) return;
    // A reset in the past means that the quota has just been filled, or that a clock is wrong: a short pause is enough.
    const reset = Math.min(Math.max(quota.resetAt, now + SECOND), now + LONGEST_RESET);
    const share = this.#reserved === RESERVED ? 'tenth' : 'half';
    this.hold(
      reset,
      `${quota.remaining} of ${quota.limit} requests are left, and the last ${share} is for others`,
      false,
    );
  }

  /** Returns when the next request may start: the requests of a bucket are evenly spaced. */
  turn(pace: Pace | undefined, now: Instant): Instant {
    if (!pace) return now;
    this.perMinute = pace.perMinute;
    return Math.max(now, this.#turns.get(pace.bucket) ?? 0);
  }

  /** Takes a turn: the next one is later. */
  take(pace: Pace | undefined, turn: Instant): void {
    if (!pace) return;
    const every = MINUTE / pace.perMinute / (this.#reserved === RESERVED ? 1 : 1 - RESERVED_BY_JOBS);
    this.#turns.set(pace.bucket, turn + Math.ceil(every));
  }

  /** Number of requests that the quota allows now, at least one: more at the same time would pass over the reserved share. */
  get room(): number {
    if (!this.quota) return Number.POSITIVE_INFINITY;
    const { remaining, limit } = this.quota;
    return Math.max(1, Math.floor(remaining - limit * this.#reserved));
  }

  /** When every bucket has had its last turn. */
  get lastTurn(): Instant {
    return Math.max(0, ...this.#turns.values());
  }
}
