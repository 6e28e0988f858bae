import { type Asker, ask } from './ask.ts';
import { UnreadableError } from './errors.ts';
import { recordHash } from './identity.ts';
import { clockOffset, vendorTime } from './judge.ts';
import type { Answer, Feed, Page, Request, Row } from './model.ts';
import { Paging } from './paging.ts';
import type { Run } from './run.ts';
import { identitiesOf } from './take-in.ts';
import { DAY, type Range, SECOND } from './time.ts';

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
  for (let number = 1; request; number++) {
    const answer: Answer = await asking;
    const page = readAnswer(feed, answer, request);
    run.tally.pages++;
    effects.count('Pages', 1);
    noteProof(run, range, answer, page);
    const hashes = page.rows.map(recordHash);
    const spansInstants = () => new Set(page.rows.map((row) => identitiesOf(run, row)[0]?.time)).size > 1;
    const { next, again } = paging.turn({ rows: hashes, next: page.next, spansInstants });
    const ahead = next && number < cutAfterPages;
    if (ahead) asking = fetchAhead(asker, next);
    if (!again) yield { rows: page.rows, hashes, number };
    if (next && !ahead) asking = ask(asker, next);
    request = next;
  }
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
    if (thrown instanceof UnreadableError) thrown.body = answer.text;
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
