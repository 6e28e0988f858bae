import type { Broken } from '../../stored/checkpoint.ts';

/** Number of runs that must get the same broken bytes before these count as data. */
const RUNS_BEFORE_DATA = 3;
/** Maximum number of times that the smallest window is asked again while it is broken in another way each time. */
const MAX_DIFFERENT_ANSWERS = 5;

/** An answer that cannot be read. */
interface UnreadableAnswer {
  readonly bodyDigest: string;
  readonly claimsFormat: boolean;
  /** Whether it was the answer for the smallest window. */
  readonly smallest: boolean;
}

/**
 * Decides what to do about an answer that cannot be read. The first time, the run fails. The same bytes in three runs are data
 * that is stored that way: the window is halved around them until it is the smallest, which is given up if its answer is broken
 * in the same way twice.
 */
export function unreadablePolicy(
  before: Broken | undefined,
  { bodyDigest, claimsFormat, smallest }: UnreadableAnswer,
): { readonly broken?: Broken | undefined; readonly act: 'fail' | 'narrow' | 'ask-again' | 'give-up' } {
  // A proxy's HTML is never the vendor's data.
  if (!claimsFormat) return { broken: before, act: 'fail' };
  const same = before?.digest === bodyDigest;
  if (before?.narrowing) {
    if (!smallest) return { broken: { ...before, digest: bodyDigest, runs: 0 }, act: 'narrow' };
    if (same) return { broken: before, act: 'give-up' };
    const ways = before.runs + 1;
    if (ways > MAX_DIFFERENT_ANSWERS) return { act: 'fail' };
    return { broken: { digest: bodyDigest, runs: ways, narrowing: true }, act: 'ask-again' };
  }
  const runs = same ? before.runs + 1 : 1;
  const narrowing = runs >= RUNS_BEFORE_DATA;
  if (!narrowing) return { broken: { digest: bodyDigest, runs, narrowing }, act: 'fail' };
  return { broken: { digest: bodyDigest, runs: 0, narrowing }, act: smallest ? 'give-up' : 'narrow' };
}
