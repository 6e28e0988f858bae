import type { Shape } from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { formatTime, type Range } from '../../functions/core/time.ts';
import { pause } from '../../functions/shell/network/pause.ts';
import type { EventOutput } from '../views/event-output.ts';
import { sayLine } from '../views/log-line.ts';
import { tell } from '../views/terminal.ts';
import type { OpenedFeed } from './open-feed.ts';
import { readOnce } from './read-once.ts';

/** What is read of a feed. */
export interface PullTask {
  readonly range: Range | undefined;
  readonly shape: Shape;
  /** Maximum number of events. */
  readonly limit: number;
}

/** How it ended. */
export interface Pulled {
  readonly events: number;
  /** Number of pages that the vendor has sent. */
  readonly pages: number;
  /** Whether the limit has ended it. */
  readonly isLimited: boolean;
  /** Whether everything that the vendor shows of the range was read. */
  readonly isRead: boolean;
  /** The last report of the engine. */
  readonly report: FeedReport;
}

/** How far a read has come. */
export interface PullProgress {
  events: number;
  /** Number of those that were too large, and are shortened. */
  shortened: number;
  /** The time of the event that was read last. */
  last: string | undefined;
}

/** Maximum total wait for a vendor's quota. */
const MAX_WAIT_MS = 30 * 60_000;

/** Reads a feed, and writes each event once, in the order in which it is read. */
export async function pullFeed(
  { connection, feed }: OpenedFeed,
  { range, shape, limit }: PullTask,
  { output, stop, progress }: { output: EventOutput; stop: AbortSignal; progress: PullProgress },
): Promise<Pulled> {
  const enough = new AbortController();
  const read = readOnce({
    connection,
    feed,
    range,
    shape,
    take: (line, event, isShortened) => {
      if (progress.events >= limit) return;
      output.write(line);
      progress.last = event['@timestamp'];
      if (isShortened) progress.shortened++;
      if (++progress.events === limit) enough.abort();
    },
    written: () => output.room(),
    warn: (line) => {
      const text = sayLine(line);
      if (text !== undefined) tell(text);
    },
    stop: AbortSignal.any([enough.signal, stop, output.closed]),
  });
  let pages = 0;
  try {
    for (let waited = 0; ; ) {
      const { report, isRead } = await read.part();
      pages += report.pages;
      const ended = { events: progress.events, pages, isLimited: enough.signal.aborted, isRead, report };
      if (isRead || enough.signal.aborted || stop.aborted || output.closed.aborted) return ended;
      const { next } = report;
      if (next?.do !== 'again') return ended;
      const wait = Math.max(0, Date.parse(next.at) - Date.now());
      waited += wait;
      if (waited > MAX_WAIT_MS) return ended;
      if (wait > 0) tell(`${feed.name}: ${report.state} until ${next.at}; it goes on by itself.`);
      await pause(wait, AbortSignal.any([stop, output.closed]));
    }
  } finally {
    read.close();
  }
}

/** A range as text. */
export function sayRange({ from, to }: Range): string {
  return `${formatTime(from)} to ${formatTime(to)}`;
}
