import type { Broken } from '../stored/checkpoint.ts';

/** So many runs must meet the same broken bytes before they are taken for data. */
const RUNS_BEFORE_DATA = 3;
/** So often the smallest window is asked again when it is broken in another way each time. */
const MOST_WAYS_OF_BREAKING = 5;

/**
 * What to do about an answer that cannot be read. Once, it is a mishap: the run fails. The same bytes in three runs are
 * data that somebody stored that way: the window is halved around them until the smallest is left, which is then given up,
 * if it breaks the same way twice.
 */
export function unreadablePolicy(
  before: Broken | undefined,
  bodyDigest: string,
  claimsFormat: boolean,
  smallest: boolean,
): { readonly broken?: Broken | undefined; readonly act: 'fail' | 'narrow' | 'ask-again' | 'give-up' } {
  // A proxy's HTML is not the vendor's data, however often it comes.
  if (!claimsFormat) return { broken: before, act: 'fail' };
  const same = before?.digest === bodyDigest;
  if (before?.narrowing) {
    if (!smallest) return { broken: { ...before, digest: bodyDigest, runs: 0 }, act: 'narrow' };
    if (same) return { broken: before, act: 'give-up' };
    const ways = before.runs + 1;
    if (ways > MOST_WAYS_OF_BREAKING) return { act: 'fail' };
    return { broken: { digest: bodyDigest, runs: ways, narrowing: true }, act: 'ask-again' };
  }
  const runs = same ? before.runs + 1 : 1;
  const narrowing = runs >= RUNS_BEFORE_DATA;
  if (!narrowing) return { broken: { digest: bodyDigest, runs, narrowing }, act: 'fail' };
  return { broken: { digest: bodyDigest, runs: 0, narrowing }, act: smallest ? 'give-up' : 'narrow' };
}
