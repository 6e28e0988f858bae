import type { EcsEvent } from '../ecs-event.ts';
import { complete, type EventContext, pipelineError } from '../events/complete.ts';
import { eventId, recordHash } from '../events/identity.ts';
import { identitiesOf, OneRecord } from '../events/one-record.ts';
import { UNKNOWN_EVENT } from '../events/tags.ts';
import type { Identity, Page, Request } from '../model.ts';
import { ask } from '../requests/ask.ts';
import { type Mark, OURS, UNEXPECTED } from '../requests/own-sign-ins.ts';
import { bucketOf } from '../stored/seen-chunk.ts';
import { type Duration, type Instant, SECOND } from '../time.ts';
import { smallestWindow } from './plan.ts';
import type { ReadPage } from './read-pages.ts';
import { isInside, isMargin, type Reading, type Run } from './run.ts';

/** So many instants of a window are asked about, and so many more for each of its pages; a window of twins must not cost a request each. */
const MOST_SETTLED = 50;
const SETTLED_A_PAGE = 2;

/** These rows of a page become events on their way out, unless they have been delivered before. */
export async function processPage(run: Run, reading: Reading, page: ReadPage, from: number, to: number): Promise<void> {
  const before = { ...run.tally };
  for (const [at, row] of page.rows.slice(from, to).entries()) {
    const hash = page.hashes[from + at] as string;
    const record = new OneRecord(row);
    const identities = identitiesOf(run.feed, record);
    const time = identities[0]?.time;
    // The vendor orders and filters rows by one time of theirs: what else a row holds goes where the row goes.
    if (isMargin(reading, time)) continue;
    if (!reading.rangeIgnoresRowTime && !isInside(reading.range, time)) run.effects.count('OutOfRange', 1);
    record.ask((shown) => run.ongoing.observe(shown));
    const occurrence = await numberRow(run, reading, identities, hash, page.number);
    run.singleActor.observe(
      record.ask((shown) => run.feed.stream.actor?.(shown)),
      time,
    );
    for (const identity of identities) {
      run.tally.fetched++;
      const sent = occurrence !== undefined && (await queueEvent(run, reading, record, identity, hash, occurrence));
      if (!sent) run.tally.suppressed++;
    }
  }
  run.effects.count('Fetched', run.tally.fetched - before.fetched);
  run.effects.count('Suppressed', run.tally.suppressed - before.suppressed);
}

/** Which of its equals a row is; none when it is one shown twice. A vendor's id makes counting needless. */
async function numberRow(
  run: Run,
  reading: Reading,
  identities: readonly Identity[],
  hash: string,
  pages: number,
): Promise<number | undefined> {
  const known = identities.every(({ id }) => id !== undefined);
  const first = identities[0]?.time;
  // A row from outside the range has no place in the order of time.
  const time = reading.rangeIgnoresRowTime || isInside(reading.range, first) ? first : undefined;
  if (reading.pageBefore.has(hash) && isToSettle(run, reading, time, pages)) {
    await (known ? readInstant(run, reading, time) : settleEqualRows(run, reading, hash, time));
  }
  if (!known && reading.occurrences.repeats(hash, time)) return undefined;
  if (time !== undefined) reading.order.add(time);
  run.unordered ||= !reading.order.monotone;
  return known ? 0 : reading.occurrences.next(hash, time, reading.order.monotone);
}

/** Puts an event among the outgoing, for the destinations that lack it; false when none does. */
async function queueEvent(
  run: Run,
  reading: Reading,
  record: OneRecord,
  identity: Identity,
  hash: string,
  occurrence: number,
): Promise<boolean> {
  const { effects, feed, findings } = run;
  const outgoing = findings ?? run.outgoing;
  const id = eventId(feed, identity, hash, occurrence);
  if (outgoing.has(id)) return false;
  const key = effects.seal(id);
  const bucket = bucketOf(identity.time);
  const seen = run.seen.has(bucket, key);
  const deliveredTo = typeof seen === 'number' ? seen : await seen;
  const marking = record.ask((row) => run.marks.mark(row, identity.time, id, deliveredTo === 0));
  const mark = marking && (await marking);
  if (mark === OURS && run.marks.leaveOut) {
    // It may have been delivered before it was left out.
    findings?.meet(bucket, key, deliveredTo);
    return false;
  }
  const undelivered = wantedBy(run, reading, identity.time) & ~deliveredTo;
  findings?.meet(bucket, key, deliveredTo | undelivered);
  if (undelivered === 0) return false;
  const now = effects.now();
  const late = lateness(run, reading, identity.time, now);
  if (mark === UNEXPECTED && deliveredTo === 0) effects.count('UnexpectedSignIns', 1);
  const stableFields = record.ask((row) => feed.stream.stableFields?.(row));
  const event = mapped(run, record, identity, mark, {
    feed,
    id,
    readAt: now,
    window: run.plan.window,
    ...(identity.time !== undefined && { time: identity.time }),
    ...(late !== undefined && { late }),
  });
  if (deliveredTo === 0) run.lateNotes.add(late);
  outgoing.add(event, { time: identity.time, bucket, key, undelivered, stableHash: sealed(run, record, stableFields) });
  return true;
}

/** What stays the same when the vendor changes a record, where the stream knows that. Of one that it cannot tell, that is all of it. */
function sealed({ effects, feed }: Run, { row }: OneRecord, stableFields: string | undefined): Uint8Array | undefined {
  if (!feed.stream.stableFields) return undefined;
  return effects.seal(`stableFields ${stableFields ?? row.text}`).subarray(0, 4);
}

/** How late an event comes whose range had been read before. */
function lateness(run: Run, { range }: Reading, time: Instant | undefined, now: Instant): Duration | undefined {
  if (time === undefined || time >= run.readBefore || !isInside(range, time)) return undefined;
  run.tally.late++;
  run.effects.count('Late', 1);
  run.effects.count('LatenessSeconds', Math.round((now - time) / SECOND));
  return now - time;
}

/** The event of a record; of one that anything is wrong with, a pipeline_error. */
function mapped(
  run: Run,
  record: OneRecord,
  identity: Identity,
  mark: Mark | undefined,
  about: EventContext,
): EcsEvent {
  const { stream, connection } = run.feed;
  try {
    const row = record.orThrow();
    const fields = stream.map(row, identity, connection);
    const marked = mark === undefined ? fields : { ...fields, tags: [...(fields.tags ?? []), mark] };
    const event = complete(marked, row, about);
    if (event.tags?.includes(UNKNOWN_EVENT)) run.effects.count('UnknownEvents', 1);
    return event;
  } catch (thrown) {
    run.tally.unmapped++;
    run.effects.count('Unmapped', 1);
    const event = pipelineError(record.row, about, thrown);
    return mark === undefined ? event : { ...event, tags: [...(event.tags ?? []), mark] };
  }
}

/** The destinations, as bits, that want an event of this time: one that was added later starts then. What was not even asked for, all want. */
function wantedBy(run: Run, { range, rangeIgnoresRowTime }: Reading, time: Instant | undefined): number {
  const { destinations: since, floor } = run.lease.item;
  // Where the range says nothing of a row's time, a time is only not to be believed when the vendor keeps nothing that old.
  const impossible = floor - run.feed.stream.retention;
  const stray = time === undefined || (rangeIgnoresRowTime ? time < impossible : !isInside(range, time));
  return run.destinations.reduce(
    (bits, { id }, at) => (stray || time >= (since[id] ?? 0) ? bits | (1 << at) : bits),
    0,
  );
}

/**
 * Equal rows on both sides of a page edge: one row shown twice, or two rows? One more request for that instant tells,
 * if one page holds it all. Where it cannot, both are kept: a false extra is better than a loss.
 */
async function settleEqualRows(run: Run, reading: Reading, hash: string, time: Instant): Promise<void> {
  reading.settled.add(time);
  try {
    const totals = await countRows(run, requestFor(run, time), time);
    if (!totals) return;
    // A vendor that does not show the row at its own instant has not told us anything.
    if (totals.has(hash)) for (const [each, total] of totals) reading.occurrences.cap(each, total);
  } catch (thrown) {
    run.effects.log('debug', 'Equal rows at a page edge could not be counted; both are kept.', {
      error: String(thrown),
    });
  }
}

/** Whether an instant is to be asked about some of whose rows stand on both sides of a page edge. */
function isToSettle(run: Run, { settled }: Reading, time: Instant | undefined, pages: number): time is Instant {
  // A whole step of the vendor's is what takes more than a page.
  if (time === undefined || run.feed.stream.windowStep !== undefined) return false;
  return !settled.has(time) && settled.size < MOST_SETTLED + SETTLED_A_PAGE * pages;
}

function requestFor({ feed }: Run, time: Instant): Request {
  const { stream, connection } = feed;
  const to = time + smallestWindow(feed) + stream.precision;
  return stream.first({ from: Math.max(0, time - stream.precision), to }, connection);
}

/**
 * A row that is told by its id comes twice at a page edge: where pages are counted by offset, the rows of its instant may
 * have come in another order, and one of them not at all. So all of that instant are taken in.
 */
async function readInstant(run: Run, reading: Reading, time: Instant): Promise<void> {
  reading.settled.add(time);
  const request = requestFor(run, time);
  const { rows } = run.feed.stream.read(await ask(run.asker, request), request);
  run.tally.pages++;
  for (const row of rows) {
    const record = new OneRecord(row);
    const identities = identitiesOf(run.feed, record);
    if (identities[0]?.time !== time || identities.some(({ id }) => id === undefined)) continue;
    record.ask((shown) => run.ongoing.observe(shown));
    for (const identity of identities) {
      run.tally.fetched++;
      if (!(await queueEvent(run, reading, record, identity, recordHash(row), 0))) run.tally.suppressed++;
    }
  }
}

/** How often each row stands at an instant; unknown when that takes more than a page. */
async function countRows(run: Run, first: Request, time: Instant): Promise<Map<string, number> | undefined> {
  const totals = new Map<string, number>();
  let request: Request | undefined = first;
  // Where pages are counted by offset, the end of the first shows only as a second that is empty.
  for (let number = 1; request; number++) {
    const page: Page = run.feed.stream.read(await ask(run.asker, request), request);
    run.tally.pages++;
    if (number === 2) return page.rows.length === 0 ? totals : undefined;
    for (const row of page.rows) {
      if (identitiesOf(run.feed, new OneRecord(row))[0]?.time !== time) continue;
      const hash = recordHash(row);
      totals.set(hash, (totals.get(hash) ?? 0) + 1);
    }
    request = page.next;
  }
  return totals;
}
