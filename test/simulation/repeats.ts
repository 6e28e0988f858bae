import type { Acceptance } from './books.ts';
import { clock } from './scenario/story.ts';

/**
 * An event may come again only when nobody could know that it had been accepted; else this says what was wrong.
 * @param isLate the call had timed out for its caller before it was accepted
 */
export function judgeRepeat(
  one: Acceptance,
  earlier: Acceptance,
  isCalm: boolean,
  isLate: boolean,
): string | undefined {
  const { worker, destination, text } = one;
  const first = earlier.worker;
  const what = `${destination} got ${text} from ${worker.name} again`;
  if (isCalm) return `${what}, and nothing had gone wrong`;
  if (!earlier.answered || isLate) return undefined;
  if (first === worker) return `${what}, which had been told that it was accepted`;
  // A lease that was written by a clock of the table that was wrong is no lease for others, and it is not known what was lost when.
  if ([worker, first].some(({ plan }) => plan.wrong?.table !== undefined)) return undefined;
  const { rememberedAt } = earlier;
  if (rememberedAt !== undefined && rememberedAt <= (worker.seenAt ?? 0)) {
    return `${what}, after ${first.name} had written it down at ${clock(rememberedAt)}`;
  }
  return first.disturbed ? undefined : `${what}, and ${first.name}, which delivered it first, had met no trouble`;
}
