import type { LogLine } from '../../local/lambda.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { sayLine } from '../views/log-line.ts';
import { tell } from '../views/terminal.ts';
import type { Examine } from './data/doctor.ts';
import type { PageOptions } from './data/page-data.ts';
import { portOf } from './port.ts';
import { startUi } from './start-ui.ts';

export interface UiOptions extends Omit<FeedOptions, 'json'> {
  readonly port?: string;
}

/** Serves the page until it is stopped. */
export async function ui(options: UiOptions): Promise<number> {
  const stopping = Promise.withResolvers<void>();
  const stop = () => stopping.resolve();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const port = portOf(options.port);
    const page = await startUi(await openPage(options), port);
    tellAddress(page.address);
    await stopping.promise;
    await page.close();
    // A deployed function may take minutes to answer. It goes on by itself, and nobody waits for it any more.
    if (options.cloud) process.exit(0);
    return 0;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Where the page is. A terminal makes a link of it. */
export function tellAddress(address: string): void {
  tell(
    `The page is at ${address}\nThe address works once; then the browser that has opened it is known. Ctrl-C ends it.`,
  );
}

async function openPage(given: UiOptions): Promise<PageOptions> {
  const options: FeedOptions = { ...given, json: false };
  if (options.cloud) {
    const { openCloudPlace } = await import('./data/cloud/cloud-place.ts');
    return { place: await openCloudPlace(options), examine: examineWith(options) };
  }
  const { openAgain, openLocalPlace } = await import('./data/local-place.ts');
  const place = await openLocalPlace(options, tellProblem);
  return {
    place,
    examine: examineWith(options),
    ...(place.kind === 'beside' && { reopen: () => openAgain(options, tellProblem) }),
  };
}

/** Doctor’s list about these feeds. */
export function examineWith(options: FeedOptions): Examine {
  return async (sayProgress) => {
    const { examine } = await import('../doctor/examine.ts');
    return await examine(options, sayProgress);
  };
}

/** Tells warnings and errors that are about no feed: those of a feed are on the page. */
export function tellProblem(line: LogLine): void {
  if ((line.level !== 'warn' && line.level !== 'error') || line.feed !== undefined) return;
  const text = sayLine(line);
  if (text !== undefined) tell(text);
}
