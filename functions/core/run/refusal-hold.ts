import { type Duration, HOUR, MINUTE } from '../time.ts';

/** Pause after the second refusal of the credentials in a row. It doubles with each further refusal. */
const FIRST_HOLD = 5 * MINUTE;
const MAX_HOLD = HOUR;

/**
 * How long refused credentials are not tried again: not at all after the first refusal, which may be a passing fault.
 *
 * @param refusals number of refusals in a row of the same secret
 * @param isSignIn whether the vendor wants sign-ins. A refused request may cost one, so the first refusal causes a pause
 */
export function refusalHold(refusals: number, isSignIn: boolean): Duration {
  const doublings = refusals - (isSignIn ? 1 : 2);
  return doublings < 0 ? 0 : Math.min(MAX_HOLD, FIRST_HOLD * 2 ** doublings);
}
