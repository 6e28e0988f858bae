import { MAX_HOLD, retryAfter } from '../../answer-clock.ts';
import { PauseError, TidemarkError } from '../../errors.ts';
import { excerpt } from '../../events/excerpt.ts';
import type { Answer } from '../../model.ts';
import { DAY, formatTime, type Instant, MINUTE, SECOND } from '../../time.ts';
import type { SignInHold } from './sign-in-record.ts';

/** Pause after a refused sign-in: more attempts would lock the user out. */
const REFUSED_HOLD = MAX_HOLD;
/** Number of refusals in a row after which the pause is a day. Vendors lock users out after about five. */
const MANY_REFUSALS = 3;
const LONG_REFUSED_HOLD = DAY;
const THROTTLED_HOLD = 5 * MINUTE;
/** Maximum pause within a run. A longer one also holds back later runs. */
const LONGEST_PAUSE = 10 * SECOND;

/**
 * The error that an answer without a session means; undefined if the sign-in may be tried again.
 *
 * @param refusedBefore refusals in a row of the same secret before this answer
 */
export function refusalOf(
  title: string,
  answer: Answer,
  now: Instant,
  refusedBefore: number,
): { readonly error: Error; readonly hold?: SignInHold } | undefined {
  const { status } = answer;
  const message = `${title} answered ${status} to the sign-in${excerpt(answer.text)}`;
  const at = retryAfter(answer, now);
  if (status === 429 || (status >= 500 && at !== undefined && at > now + LONGEST_PAUSE)) {
    const notBefore = Math.min(at ?? now + THROTTLED_HOLD, now + MAX_HOLD);
    return notAgain({ signIn: 'throttled', notBefore, message });
  }
  if (status >= 500 || status === 408 || status === 425) return undefined;
  if (status === 400 || status === 401 || status === 403) {
    const hold = refusedBefore + 1 < MANY_REFUSALS ? REFUSED_HOLD : LONG_REFUSED_HOLD;
    return notAgain({ signIn: 'refused', notBefore: now + hold, message });
  }
  const isGood = status >= 200 && status < 300;
  const error = new TidemarkError({
    code: isGood ? 'unreadable' : 'request',
    stage: 'receiving',
    message: isGood ? `${title} answered the sign-in without a token${excerpt(answer.text)}` : message,
    remedy: `Check the connection’s origin: ${isGood ? 'something else than the vendor may be answering there' : 'the sign-in is not there'}.`,
  });
  return { error };
}

function notAgain(hold: SignInHold): { error: Error; hold: SignInHold } {
  return { error: heldError(hold), hold };
}

/** The error of a run that may not sign in. */
export function heldError({ signIn, notBefore, message }: SignInHold): Error {
  if (signIn === 'throttled') return new PauseError(notBefore, message, true, 'connection');
  return signInRefused(message, notBefore);
}

/** The error that feeds report if their connection may not sign in. */
export function signInRefused(message: string, until: Instant): TidemarkError {
  return new TidemarkError({
    code: 'refused',
    stage: 'receiving',
    message,
    remedy: `Put working credentials into the secret: they are used at once. The old ones are not tried again before ${formatTime(until)}, because refused sign-ins lock users out.`,
  });
}
