import { clockOffset, vendorTime } from '../../core/answer-clock.ts';
import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Verdict } from '../../core/model.ts';
import { formatInstant, type Instant, SECOND } from '../../core/time.ts';

/** A signature holds its time. How far it may be off is not documented; from this difference on, the message mentions it. */
const SKEW = 30 * SECOND;

/** The statuses that mean something else at Frame than usual: if a signature is refused, a clock may be wrong. */
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
