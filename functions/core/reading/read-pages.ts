import { clockOffset, vendorTime } from '../answer-clock.ts';
import { UnreadableError } from '../errors.ts';
import { recordHash } from '../events/identity.ts';
import { identitiesOf, OneRecord } from '../events/one-record.ts';
import type { Answer, Feed, Page, Request, Row } from '../model.ts';
import { type Asker, ask } from '../requests/ask.ts';
import { Paging } from '../requests/paging.ts';
import { DAY, formatTime, type Range, SECOND } from '../time.ts';
import type { PageRun } from './run.ts';

/** Minimum difference to the vendor's clock that is reported. */
const REPORTED_SKEW = 30 * SECOND;

/** One page with the hashes of its rows. */
export interface ReadPage {
  readonly rows: readonly Row[];
  readonly hashes: readonly string[];
  readonly number: number;
}

/** The pages of a read. While one page is worked on, the next one is already being fetched. */
export async function* readPages(run: PageRun, range: Range, first: Request): AsyncGenerator<ReadPage, undefined> {
  const { asker, feed, effects } = run;
  const { cutAfterPages = Number.POSITIVE_INFINITY } = feed.stream;
  const paging = new Paging(first, feed.connection.origin);
  let request: Request | undefined = first;
  let asking = ask(asker, first);
  let total: number | undefined;
  let rows = 0;
  for (let number = 1; request; number++) {
    const answer: Answer = await asking;
    const page = readAnswer(feed, answer, request);
    run.tally.pages++;
    effects.count('Pages', 1);
    noteProof(run, range, answer, page);
    if (number === 1) total = page.total;
    const hashes = page.rows.map(recordHash);
    const spansInstants = () =>
      new Set(page.rows.map((row) => identitiesOf(feed, new OneRecord(row))[0]?.time)).size > 1;
    const { next, again } = paging.turn({ rows: hashes, next: page.next, spansInstants });
    const ahead = next && number < cutAfterPages;
    if (ahead) asking = fetchAhead(asker, next);
    if (!again) {
      rows += page.rows.length;
      yield { rows: page.rows, hashes, number };
    }
    if (next && !ahead) asking = ask(asker, next);
    request = next;
  }
  if (total !== undefined && total !== rows) noteMismatch(run, total, rows);
}

/** Logs a difference between the announced and the actual number of rows. It proves nothing, since some vendors announce too many. */
function noteMismatch({ effects, feed, progress }: PageRun, total: number, rows: number): void {
  effects.count('TotalMismatch', 1);
  effects.log('info', `${feed.name}: the vendor announced ${total} rows and sent ${rows}.`, {
    feed: feed.name,
    from: formatTime(progress.window.from),
    to: formatTime(progress.window.to),
  });
}

/** Starts a request whose answer is awaited later. If the read ends first, it is not awaited, and its failure does not matter. */
function fetchAhead(asker: Asker, request: Request): Promise<Answer> {
  const asking = ask(asker, request);
  asking.catch(() => undefined);
  return asking;
}

function readAnswer(feed: Feed, answer: Answer, request: Request): Page {
  try {
    return feed.stream.read(answer, request);
  } catch (thrown) {
    // A source that must hide parts of the body has already set a body.
    if (thrown instanceof UnreadableError) thrown.body ||= answer.text;
    throw thrown;
  }
}

/** Limits the watermark to the vendor's own clock, and to the end of the range that the answer covers. */
function noteProof({ effects, progress }: PageRun, range: Range, answer: Answer, { answeredTo }: Page): void {
  // An end at or after the range's proves nothing about the window, of which the range may be a part.
  if (answeredTo !== undefined && answeredTo < range.to) progress.provenUntil(answeredTo);
  const vendorNow = vendorTime(answer);
  if (vendorNow === undefined) return;
  const offset = Math.abs(clockOffset(answer, effects.now()));
  if (offset > DAY) {
    effects.count('ClockUnbelievable', 1);
    return;
  }
  // The header has whole seconds, so a difference of one second is normal.
  if (offset > REPORTED_SKEW) effects.count('ClockSkewSeconds', Math.round(offset / SECOND));
  progress.vendorClock(vendorNow);
}
