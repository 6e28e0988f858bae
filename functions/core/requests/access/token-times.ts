import type { TokenTimes } from '../../effects.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../time.ts';

/** The assumed life of a token whose end the vendor does not state, or states wrongly. */
export const ASSUMED_LIFE: Duration = 10 * MINUTE;
/** A token is renewed this long before its end, or at half its life if that is shorter than twice this. */
const RENEW_BEFORE = 3 * MINUTE;
/** Minimum plausible life of a token, and minimum time between two renewals. */
const SHORTEST_REST = 10 * SECOND;

/**
 * When a token that was given out now has to be renewed, and when it ends.
 *
 * @param end by our clock; undefined if the vendor did not tell it
 */
export function tokenTimes(now: Instant, end: Instant | undefined): TokenTimes {
  const life = end !== undefined && end - now > SHORTEST_REST ? end - now : ASSUMED_LIFE;
  return { renewAt: now + Math.max(SHORTEST_REST, life / 2, life - RENEW_BEFORE), endsAt: now + life };
}
