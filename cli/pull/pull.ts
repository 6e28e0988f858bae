import { constants } from 'node:os';
import { shapeToShow } from '../../functions/core/config/destination.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { type AnyFeed, type FormatId, isSnapshotFeed } from '../../functions/core/model.ts';
import { parseInstant, type Range } from '../../functions/core/time.ts';
import { type RangeOptions, rangeOf } from '../feeds/range.ts';
import { sayProblems } from '../feeds/work-off.ts';
import { sayNumber } from '../views/columns.ts';
import { countOf } from '../views/count-option.ts';
import { openOutput } from '../views/event-output.ts';
import { tell } from '../views/terminal.ts';
import { openFeed, type PlaceOptions } from './open-feed.ts';
import { type Pulled, type PullProgress, pullFeed, sayRange } from './pull-feed.ts';

/** Options of `tidemark pull`. */
export interface PullOptions extends PlaceOptions, RangeOptions {
  readonly format: FormatId;
  readonly limit?: string;
  readonly out?: string;
  readonly cloud: boolean;
}

/** The range if none is named. */
const USUAL = { since: '1h' };
/** A read that takes longer says how far it is, so often. */
const TELL_EVERY_MS = 2_000;

/** Reads one feed once and writes its events, one a line. No state is read or written. Resolves to the exit code. */
export async function pull(options: PullOptions, [name = '']: readonly string[]): Promise<number> {
  if (options.cloud) throw onlyHere();
  const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : countOf('--limit', options.limit);
  const opened = await openFeed(name, options);
  const stop = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    signalled = signal;
    stop.abort();
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const began = Date.now();
  const progress: PullProgress = { events: 0, shortened: 0, last: undefined };
  const timer = setInterval(() => tell(sayProgress(progress, Date.now() - began)), TELL_EVERY_MS);
  try {
    const range = rangeFor(opened.feed, options);
    const output = await openOutput(options.out);
    const task = { range, shape: shapeToShow(options.format, opened.destinations), limit };
    const pulled = await pullFeed(opened, task, { output, stop: stop.signal, progress });
    await output.end();
    // Whoever has closed the pipe wants to hear nothing more.
    if (output.closed.aborted) return 0;
    tell(sayEnd(opened.feed, pulled, range));
    if (progress.shortened > 0)
      tell(`${sayNumber(progress.shortened)} of them are too large for any destination, and shortened.`);
    if (signalled) return 128 + (constants.signals[signalled] ?? 0);
    const problems = sayProblems([pulled.report]);
    if (problems.length > 0) tell(problems.join('\n'));
    return pulled.isLimited || pulled.isRead ? 0 : 1;
  } finally {
    clearInterval(timer);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await opened.close();
  }
}

/** The range to read. A snapshot has none. */
function rangeFor(feed: AnyFeed, options: RangeOptions): Range | undefined {
  const { since, from, to } = options;
  const isGiven = since !== undefined || from !== undefined || to !== undefined;
  if (isSnapshotFeed(feed)) {
    if (isGiven) throw noPast(feed.name);
    return undefined;
  }
  const range = rangeOf(isGiven ? options : USUAL, new Date());
  return { from: parseInstant(range?.from) ?? 0, to: parseInstant(range?.to) ?? 0 };
}

function sayProgress({ events, last }: PullProgress, milliseconds: number): string {
  const rate = Math.round(events / (milliseconds / 1_000));
  return `${sayNumber(events)} events, ${sayNumber(rate)} a second${last === undefined ? '' : `, up to ${last}`}`;
}

function sayEnd({ name }: AnyFeed, { events, pages, isLimited }: Pulled, range: Range | undefined): string {
  const what = `${sayNumber(events)} ${events === 1 ? 'event' : 'events'} of ${name}`;
  const when = range ? sayRange(range) : 'as it is now';
  const how = `${sayNumber(pages)} ${pages === 1 ? 'page' : 'pages'} read`;
  return `${what}, ${when}; ${how}${isLimited ? '; ended by --limit' : ''}.`;
}

function noPast(name: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is a snapshot: the vendor shows how things are now, and has no past to read.`,
    remedy: 'Leave --since, --from and --to out: one event with all items comes.',
  });
}

function onlyHere(): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'tidemark pull has no --cloud: it asks the vendor from this machine, with the secrets of this machine.',
    remedy: 'Leave --cloud out. What the deployment has delivered is shown by tidemark tap --cloud.',
  });
}
