import { MAX_HOLD, retryAfter } from '../../answer-clock.ts';
import { PauseError, TidemarkError } from '../../errors.ts';
import { excerpt } from '../../events/excerpt.ts';
import type { Answer } from '../../model.ts';
import { type Instant, MINUTE, SECOND } from '../../time.ts';

/** Pause after a throttled token request whose answer names no time. */
const THROTTLED_HOLD = MINUTE;
/** Longest pause that is waited for in a run. A longer one ends it. */
const LONGEST_PAUSE = 10 * SECOND;
/** Error codes of RFC 6749 (section 5.2) that are about the request, not about the client. */
const ABOUT_REQUEST = new Set(['invalid_scope', 'invalid_request', 'unsupported_grant_type', 'invalid_target']);

/** An answer of the token endpoint without an access token. */
interface TokenRefusal {
  /** The vendor's product. */
  readonly title: string;
  /** The name of the secret. */
  readonly secret: string;
  readonly answer: Answer;
  readonly now: Instant;
}

/** The error that such an answer means; its code is `failing` if the request may be sent again. */
export function refusalOfToken({ title, secret, answer, now }: TokenRefusal): TidemarkError | PauseError {
  const { status, text } = answer;
  const message = `${title}’s token endpoint answered ${status}${excerpt(text)}`;
  const at = retryAfter(answer, now);
  if (status === 429 || (status >= 500 && at !== undefined && at > now + LONGEST_PAUSE)) {
    return new PauseError(Math.min(at ?? now + THROTTLED_HOLD, now + MAX_HOLD), message, true);
  }
  if (status >= 500 || status === 408 || status === 425) return failing(message);
  if (status >= 200 && status < 300) {
    const remedy = 'Check the token URL: something else than the vendor may be answering there.';
    const noToken = `${title}’s token endpoint answered without an access_token${excerpt(text)}`;
    return new TidemarkError({ code: 'unreadable', stage: 'receiving', message: noToken, remedy });
  }
  if (status >= 300 && status < 400) {
    const remedy = 'If the new place is right, set it as the token URL.';
    const redirect = `${title}’s token endpoint redirects (${status}); redirects are not followed, they could carry the secret away`;
    return new TidemarkError({ code: 'origin', stage: 'receiving', message: redirect, remedy });
  }
  const isRefusal = status === 401 || status === 403 || (status === 400 && !ABOUT_REQUEST.has(errorCodeOf(text)));
  return new TidemarkError({
    code: isRefusal ? 'refused' : 'request',
    stage: 'receiving',
    message,
    remedy: isRefusal
      ? `Put the id and secret of a working client into secret ${secret}: they are used at once.`
      : 'Check the token URL, the scopes and the connection’s settings.',
  });
}

/** The error of a token endpoint that fails for now. */
export function failing(message: string): TidemarkError {
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message,
    remedy: 'Look at the vendor’s status page and the network path. Nothing is lost: the next run asks again.',
  });
}

function errorCodeOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'error' in value ? String(value.error) : '';
  } catch {
    return '';
  }
}
