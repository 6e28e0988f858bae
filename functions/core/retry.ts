import { type Duration, MILLISECOND, SECOND } from './time.ts';

/** Full jitter: anything from nothing to an exponentially growing cap, so that many clients do not come back together. */
export function backoff(attempt: number, random: number, first: Duration, most: Duration): Duration {
  return Math.floor(random * Math.min(most, first * 2 ** Math.min(attempt - 1, 30)));
}

/** Towards the vendor. */
export const ASK_BACKOFF = { first: 500 * MILLISECOND, most: 20 * SECOND } as const;
/** Towards Firehose, which asks to be asked again. */
export const PUT_BACKOFF = { first: 200 * MILLISECOND, most: 5 * SECOND } as const;
