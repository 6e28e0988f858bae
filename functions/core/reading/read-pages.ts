import { UnreadableError } from '../errors.ts';
import { recordHash } from '../events/identity.ts';
import { identitiesOf, OneRecord } from '../events/one-record.ts';
import type { Answer, Feed, Page, Request, Row } from '../model.ts';
import { type Asker, ask } from '../requests/ask.ts';
import { clockOffset, vendorTime } from '../requests/judge.ts';
import { Paging } from '../requests/paging.ts';
import { DAY, formatTime, type Range, SECOND } from '../time.ts';
import type { Run } from './run.ts';

/** A vendor's clock that is further off than this is reported; further than a day, it is not believed. */
const SKEW_WORTH_NOTING = 30 * SECOND;

/** One page, its rows fingerprinted. */
export interface ReadPage {
  readonly rows: readonly Row[];
  readonly hashes: readonly string[];
  readonly number: number;
}

/** The pages of a read, the next one already being fetched while one is worked on. */
export async function* readPages(run: Run, range: Range, first: Request): AsyncGenerator<ReadPage, undefined> {
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

/** What the vendor says beforehand is no proof, since its numbers overshoot; but it is worth a second look. */
function noteMismatch({ effects, feed, plan }: Run, total: number, rows: number): void {
  effects.count('TotalMismatch', 1);
  effects.log('info', `${feed.name}: the vendor announced ${total} rows and sent ${rows}.`, {
    feed: feed.name,
    from: formatTime(plan.window.from),
    to: formatTime(plan.window.to),
  });
}

/** Starts a request that is awaited later, or never when the reading ends first: then its failure is nobody's concern. */
function fetchAhead(asker: Asker, request: Request): Promise<Answer> {
  const asking = ask(asker, request);
  asking.catch(() => undefined);
  return asking;
}

function readAnswer(feed: Feed, answer: Answer, request: Request): Page {
  try {
    return feed.stream.read(answer, request);
  } catch (thrown) {
    // A source that may not show all of it has put something in its place.
    if (thrown instanceof UnreadableError) thrown.body ||= answer.text;
    throw thrown;
  }
}

/** The watermark may not pass what the vendor's own clock, and the range it says it answered for, have proven. */
function noteProof(run: Run, range: Range, answer: Answer, { answeredTo }: Page): void {
  const { effects } = run;
  // Only an answer for less than it was asked for says something: the rest of a half-read window was asked for alone.
  if (answeredTo !== undefined && answeredTo < range.to) {
    run.plan = { ...run.plan, proven: Math.min(answeredTo, run.plan.proven ?? answeredTo) };
  }
  const theirs = vendorTime(answer);
  if (theirs === undefined) return;
  const offset = Math.abs(clockOffset(answer, effects.now()));
  if (offset > DAY) {
    effects.count('ClockUnbelievable', 1);
    return;
  }
  // The header has whole seconds: a second is not skew.
  if (offset > SKEW_WORTH_NOTING) effects.count('ClockSkewSeconds', Math.round(offset / SECOND));
  run.plan = { ...run.plan, vendorNow: Math.min(theirs, run.plan.vendorNow ?? theirs) };
}
