import { clockOffset, vendorTime } from '../../answer-clock.ts';
import type { Effects } from '../../effects.ts';
import type { Answer, Page } from '../../model.ts';
import { DAY, type Instant, type Range, SECOND } from '../../time.ts';
import type { Progress } from '../progress.ts';
import type { Proof } from './pages.ts';

/** Minimum difference to the vendor's clock that is reported. */
const REPORTED_SKEW = 30 * SECOND;

/** What takes note of it. */
interface Noting {
  readonly effects: Pick<Effects, 'count'>;
  readonly progress: Progress;
}

/** @param now when the answer came */
export function proofOf(answer: Answer, { answeredTo }: Page, now: Instant): Proof {
  const vendorNow = vendorTime(answer);
  const clock = vendorNow === undefined ? undefined : { now: vendorNow, offset: Math.abs(clockOffset(answer, now)) };
  return { answeredTo, clock };
}

/** Limits the watermark to the vendor's own clock, and to the end of the range that the answer covers. */
export function noteProof({ effects, progress }: Noting, range: Range, { answeredTo, clock }: Proof): void {
  // An end at or after the range's proves nothing about the window, of which the range may be a part.
  if (answeredTo !== undefined && answeredTo < range.to) progress.provenUntil(answeredTo);
  if (!clock) return;
  if (clock.offset > DAY) {
    effects.count('ClockUnbelievable', 1);
    return;
  }
  // The header has whole seconds, so a difference of one second is normal.
  if (clock.offset > REPORTED_SKEW) effects.count('ClockSkewSeconds', Math.round(clock.offset / SECOND));
  progress.vendorClock(clock.now);
}
