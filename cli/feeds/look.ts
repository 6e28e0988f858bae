import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { showProgress } from '../views/progress/show-progress.ts';
import { print, printJson } from '../views/terminal.ts';
import { lookAt } from './look-at.ts';
import { open } from './open.ts';
import type { FeedOptions } from './opened.ts';
import { type RangeOptions, rangeOf } from './range.ts';

/** What a command shows in addition to the feeds: as JSON, and as text. */
interface Addition {
  readonly json: object;
  readonly text: string;
}

/**
 * Writes the state of the feeds to stdout.
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
  const parts = opened.groups.length;
  const progress = showProgress({ title: 'looking', unit: 'feeds', parts, json: options.json });
  try {
    const { looks, left } = await lookAt(opened, range, progress);
    const addition = await readAddition();
    progress.end();
    const shown = format(looks, left);
    const text = addition ? `${shown}\n\n${addition.text}` : shown;
    if (options.json) printJson({ feeds: looks, left, ...addition?.json });
    else print(text);
    return 0;
  } finally {
    progress.end();
    await opened.close();
  }
}
