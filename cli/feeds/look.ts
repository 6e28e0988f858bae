import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { print, printJson } from '../views/terminal.ts';
import { open } from './open.ts';
import type { FeedOptions } from './opened.ts';
import { type RangeOptions, rangeOf } from './range.ts';

/** What a command shows in addition to the feeds: as JSON, and as text. */
interface Addition {
  readonly json: object;
  readonly text: string;
}

/** Time limit of one invocation, in milliseconds. */
const INVOCATION_MS = 60_000;

/**
 * Reads the state of the feeds from the table, without asking any vendor, and writes it to stdout.
 *
 * @param format writes the state of the feeds as text
 * @param readAddition reads what else there is to show, if there is anything
 */
export async function look(
  options: FeedOptions & RangeOptions,
  format: (looks: readonly FeedStatusReport[], left: readonly LeftFeed[]) => string,
  readAddition: () => Promise<Addition | undefined> = async () => undefined,
): Promise<number> {
  const range = rangeOf(options, new Date());
  const opened = await open(options);
  try {
    // One function of each source names what has left it.
    const bySource = Map.groupBy(opened.groups, ({ connection }) => connection.source);
    const firsts = new Set([...bySource.values()].map(([first]) => first));
    const answers = await Promise.all(
      opened.groups.map((group) => {
        const order = { act: 'look', ...range, ...(firsts.has(group) && { left: true }) };
        return opened.invoke(group, order, INVOCATION_MS);
      }),
    );
    const found = answers as { looks: FeedStatusReport[]; left: LeftFeed[] }[];
    const looks = found.flatMap((answer) => answer.looks);
    const left = found.flatMap((answer) => answer.left);
    const addition = await readAddition();
    const shown = format(looks, left);
    const text = addition ? `${shown}\n\n${addition.text}` : shown;
    if (options.json) printJson({ feeds: looks, left, ...addition?.json });
    else print(text);
    return 0;
  } finally {
    await opened.close();
  }
}
