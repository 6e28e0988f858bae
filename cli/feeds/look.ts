import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
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
  format: (looks: readonly FeedStatusReport[]) => string,
  readAddition: () => Promise<Addition | undefined> = async () => undefined,
): Promise<number> {
  const range = rangeOf(options, new Date());
  const opened = await open(options);
  try {
    const answers = await Promise.all(
      opened.groups.map((group) => opened.invoke(group, { act: 'look', ...range }, INVOCATION_MS)),
    );
    const looks = answers.flatMap((answer) => (answer as { looks: FeedStatusReport[] }).looks);
    const addition = await readAddition();
    const text = addition ? `${format(looks)}\n\n${addition.text}` : format(looks);
    if (options.json) printJson({ feeds: looks, ...addition?.json });
    else print(text);
    return 0;
  } finally {
    await opened.close();
  }
}
