import { AmbiguousWriteError } from './errors.ts';
import { type Duration, type Instant, MILLISECOND, SECOND } from './time.ts';

/** The clock, the dice and the stop of a retry. */
export interface RetryHost {
  now(): Instant;
  random(): number;
  /** Resolves early when the host wants the run to end. */
  sleep(time: Duration): Promise<void>;
  /** Whether the host wants the run to end now. */
  stopping(): boolean;
}

/** The pauses between attempts, and their maximum number. */
export interface Backoff {
  /** Longest pause after the first attempt; it doubles with each further attempt. */
  readonly first: Duration;
  /** Longest pause of all. */
  readonly most: Duration;
  /** Maximum number of attempts. Without it, only the time limits them. */
  readonly attempts?: number;
  /** Maximum number of attempts when the host wants the run to end: pauses are cut short then. Without it, none is repeated. */
  readonly attemptsAtEnd?: number;
}

/** A backoff for work that fails by throwing. */
export interface RetryPolicy extends Backoff {
  /** Whether another attempt may succeed after this error, and does no harm. */
  readonly isRetryable: (thrown: unknown) => boolean;
}

/** Maximum number of times that an item is read and written again because another worker was quicker. */
export const MAX_CONTESTS = 5;

/** The policies of everything that is retried. */
export const RETRIES = {
  /** A request to the vendor. */
  request: { attempts: 5, first: 500 * MILLISECOND, most: 20 * SECOND },
  /** A sign-in, or a request for an access token, that fails by the vendor's own fault. A refused one is never repeated. */
  signIn: { attempts: 3, first: 500 * MILLISECOND, most: 20 * SECOND },
  /** Records that Firehose refuses and asks to be sent again. */
  records: { first: 200 * MILLISECOND, most: 5 * SECOND },
  /**
   * A read of the table, or a write that does no harm when it happens twice. It is worth some attempts even at the end of a
   * run: a table that fails between delivery and remembering would otherwise make us deliver the whole flush twice.
   */
  table: { attemptsAtEnd: 5, first: 200 * MILLISECOND, most: 5 * SECOND, isRetryable: isAmbiguous },
  /** A conditional write of a checkpoint. */
  checkpoint: { attempts: 3, first: 200 * MILLISECOND, most: 400 * MILLISECOND, isRetryable: isAmbiguous },
  /** A conditional write of a connection's state. */
  connection: { attempts: MAX_CONTESTS, first: 200 * MILLISECOND, most: 800 * MILLISECOND },
  /** Storing a new credential: it exists nowhere else, so only the end of the invocation ends this. */
  newCredential: { first: SECOND, most: 10 * SECOND, isRetryable: () => true },
} as const satisfies Readonly<Record<string, Backoff | RetryPolicy>>;

function isAmbiguous(thrown: unknown): boolean {
  return thrown instanceof AmbiguousWriteError;
}

/**
 * Attempts something until it succeeds, or until no further attempt is allowed; then throws the last error.
 *
 * @param until no further attempt begins at or after this time
 */
export async function retry<T>(
  host: RetryHost,
  policy: RetryPolicy,
  until: Instant | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!policy.isRetryable(thrown) || !(await pauseBeforeRetry(host, policy, { made, until }))) throw thrown;
    }
  }
}

/** Limits of the next attempt. */
interface NextAttempt {
  /** The number of attempts that have been made. */
  readonly made: number;
  /** No attempt begins at or after this time. */
  readonly until?: Instant | undefined;
  /** Shortest pause, where the other side has asked for one. */
  readonly atLeast?: Duration;
}

/** Pauses before the next attempt. False, mostly without a pause, if there must be no further attempt. */
export async function pauseBeforeRetry(
  host: RetryHost,
  { attempts = Number.POSITIVE_INFINITY, attemptsAtEnd = 0, ...backoff }: Backoff,
  { made, until = Number.POSITIVE_INFINITY, atLeast = 0 }: NextAttempt,
): Promise<boolean> {
  if (made >= attempts) return false;
  if (host.stopping() && made >= attemptsAtEnd) return false;
  const pause = Math.max(atLeast, jitter(backoff, made, host.random()));
  if (host.now() + pause >= until) return false;
  await host.sleep(pause);
  // A process that was frozen meanwhile may have slept much longer. If the host has cut the pause short, one last attempt is allowed.
  return host.now() < until;
}

/** Full jitter: anything between nothing and an exponentially growing limit, so that many clients do not come back together. */
function jitter({ first, most }: Pick<Backoff, 'first' | 'most'>, made: number, random: number): Duration {
  return Math.floor(random * Math.min(most, first * 2 ** Math.min(made - 1, 30)));
}
