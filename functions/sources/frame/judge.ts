import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Verdict } from '../../core/model.ts';
import { clockOffset, vendorTime } from '../../core/requests/judge.ts';
import { formatInstant, type Instant, SECOND } from '../../core/time.ts';

/** A signature holds the time it was made at. How far off that may be is not documented; this much is worth a word. */
const SKEW = 30 * SECOND;

/** What a status means where Frame differs from the web at large: a refused signature may be a clock that is wrong. */
export function judge(answer: Answer, now: Instant): Verdict | undefined {
  const theirs = vendorTime(answer);
  if (answer.status !== 401 || theirs === undefined || Math.abs(clockOffset(answer, now)) <= SKEW) return undefined;
  return {
    kind: 'never',
    code: 'refused',
    reason: `Frame refuses the signature (401), and the clocks differ: it is ${formatInstant(now, 's')} here and ${formatInstant(theirs, 's')} at Frame${excerpt(answer.text)}`,
    remedy: 'Set the clock of this machine. If it is right, put working credentials into the secret.',
  };
}
