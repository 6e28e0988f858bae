import { clockOffset, vendorTime } from '../../answer-clock.ts';
import type { RunClocks } from '../../clocks/run-clocks.ts';
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
  readonly clocks: RunClocks;
}

/** @param now when the answer came */
export function proofOf(answer: Answer, { answeredTo }: Page, now: Instant): Proof {
  const vendorNow = vendorTime(answer);
  const clock = vendorNow === undefined ? undefined : { now: vendorNow, offset: -clockOffset(answer, now) };
  return { answeredTo, clock };
}

/** Limits the watermark to the vendor's own clock, and to the end of the range that the answer covers. */
export function noteProof({ effects, progress, clocks }: Noting, range: Range, { answeredTo, clock }: Proof): void {
  // An end at or after the range's proves nothing about the window, of which the range may be a part.
  if (answeredTo !== undefined && answeredTo < range.to) progress.provenUntil(answeredTo);
  if (!clock) return;
  const isBelieved = clocks.hearVendor(clock.offset);
  const distance = Math.abs(clock.offset);
  // The header has whole seconds, so a difference of one second is normal.
  if (distance > REPORTED_SKEW) effects.count('ClockSkewSeconds', Math.round(distance / SECOND));
  // Records carry the vendor's time. Two other clocks outvote it only where it is so far off that it comes from something else.
  if (isBelieved || distance <= DAY) progress.vendorClock(clock.now);
}
