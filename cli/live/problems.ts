import type { FeedStatus } from '../../local/runner.ts';
import type { Tone } from '../screen/line.ts';
import { lengthText, lookOf } from './feed-state.ts';

/** Something that keeps feeds from reading, or that is missing of them, and what to do about it. */
export interface Problem {
  readonly feeds: readonly string[];
  readonly mark: string;
  readonly tone: Tone;
  readonly rank: number;
  /** A few words. */
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
}

/** The problems of all feeds, the worst first. What several feeds have in common is one problem. */
export function problemsOf(statuses: readonly FeedStatus[], now: number): Problem[] {
  const single = statuses.flatMap((status) => problemsOfFeed(status, now));
  const groups = Map.groupBy(single, ({ feeds, title, message, remedy }) =>
    // Their names aside, equal problems are equal.
    JSON.stringify([title, message, remedy]).replaceAll(feeds[0] as string, ''),
  );
  const joined = [...groups.values()].map((group) => {
    const [first] = group as [Problem, ...Problem[]];
    return { ...first, feeds: group.flatMap(({ feeds }) => feeds) };
  });
  return joined.toSorted((one, other) => other.rank - one.rank);
}

function problemsOfFeed(status: FeedStatus, now: number): Problem[] {
  const { feed, state, error, conditions, until } = status;
  const { mark, tone, rank } = lookOf(status);
  const base = { feeds: [feed], mark, tone, rank };
  const missing = conditions.map((name) => ({
    ...base,
    title: name,
    message: 'Events may be missing.',
    remedy: `Read ${name} in docs/runbook.md.`,
  }));
  if (error) {
    return [...missing, { ...base, title: error.code, message: error.message, remedy: remedyOf(status, error) }];
  }
  if (state !== 'paused' && state !== 'busy') return missing;
  const waits = Date.parse(until ?? '') - now;
  const time = waits > 0 ? ` for ${lengthText(waits)}` : '';
  return [...missing, state === 'paused' ? { ...base, ...paused(status, time) } : { ...base, ...busy(time) }];
}

/** What to do, with the command where it is about credentials: who is woken up should not have to look for it. */
function remedyOf({ source, connection }: FeedStatus, { code, remedy }: NonNullable<FeedStatus['error']>): string {
  const isAboutSecret = code === 'refused' || code === 'secret';
  if (!isAboutSecret || remedy.includes('tidemark secret set')) return remedy;
  return `${remedy} The command: npx tidemark secret set ${source}/${connection}`;
}

function paused({ quota }: FeedStatus, time: string): Pick<Problem, 'title' | 'message' | 'remedy'> {
  const left = quota ? ` (${quota.remaining} of ${quota.limit} requests are left)` : '';
  return {
    title: 'paused',
    message: `The vendor’s quota lets nothing be asked${time}${left}.`,
    remedy: 'Nothing: it goes on by itself, from where it is. If it happens often, ask the vendor for a larger quota.',
  };
}

function busy(time: string): Pick<Problem, 'title' | 'message' | 'remedy'> {
  return {
    title: 'busy',
    message: `Another worker has the lease${time}: a command that works beside this one, or a run that was killed.`,
    remedy: 'Nothing: it goes on as soon as the lease is free.',
  };
}
