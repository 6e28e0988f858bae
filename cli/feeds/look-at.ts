import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { type Progress, SILENT } from '../views/progress/show-progress.ts';
import type { Opened } from './opened.ts';

/** Time limit of one invocation, in milliseconds. */
const INVOCATION_MS = 60_000;

/** The feeds as the table knows them. No vendor is asked. */
export interface Looks {
  readonly looks: readonly FeedStatusReport[];
  readonly left: readonly LeftFeed[];
}

/**
 * Reads the state of the feeds from the table, without asking any vendor.
 *
 * @param range the days whose ledger is wanted
 */
export async function lookAt(
  opened: Opened,
  range?: { readonly from: string; readonly to: string },
  progress: Progress = SILENT,
): Promise<Looks> {
  // One function of each source names what has left it.
  const bySource = Map.groupBy(opened.groups, ({ connection }) => connection.source);
  const firsts = new Set([...bySource.values()].map(([first]) => first));
  const answers = (await Promise.all(
    opened.groups.map(async (group) => {
      const order = { act: 'look', ...range, ...(firsts.has(group) && { left: true }) };
      const answer = await opened.invoke(group, order, INVOCATION_MS);
      progress.note(`${group.connection.source}/${group.connection.id}`, { share: 1, added: group.feeds.length });
      return answer;
    }),
  )) as Looks[];
  return { looks: answers.flatMap(({ looks }) => looks), left: answers.flatMap(({ left = [] }) => left) };
}
