import type { Broken } from './checkpoint.ts';

/** So many runs must meet the same broken bytes before they are taken for data. */
const RUNS_BEFORE_DATA = 3;

/**
 * What to do about an answer that cannot be read. Once, it is a mishap: the run fails. The same bytes in three runs are
 * data that somebody stored that way: the window is halved around them until the smallest is left, which is then given up.
 */
export function judgeBroken(
  before: Broken | undefined,
  bodyDigest: string,
  claimsFormat: boolean,
  smallest: boolean,
): { readonly broken?: Broken; readonly act: 'fail' | 'narrow' | 'give-up' } {
  // A proxy's HTML is not the vendor's data, however often it comes.
  if (!claimsFormat) return { act: 'fail' };
  if (before?.narrowing) return { broken: before, act: smallest ? 'give-up' : 'narrow' };
  const runs = before?.digest === bodyDigest ? before.runs + 1 : 1;
  const narrowing = runs >= RUNS_BEFORE_DATA;
  const act = narrowing ? (smallest ? 'give-up' : 'narrow') : 'fail';
  return { broken: { digest: bodyDigest, runs, narrowing }, act };
}
