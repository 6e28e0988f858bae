import type { EcsEvent } from '../ecs-event.ts';
import { complete, type EventContext, pipelineError } from '../events/complete.ts';
import { eventId, recordHash } from '../events/identity.ts';
import { identitiesOf, OneRecord } from '../events/one-record.ts';
import { UNKNOWN_EVENT } from '../events/tags.ts';
import type { Identity, Page, Request } from '../model.ts';
import { type Mark, OURS, UNEXPECTED } from '../requests/access/own-sign-ins.ts';
import { ask } from '../requests/ask.ts';
import { bucketOf } from '../stored/seen-chunk.ts';
import { type Duration, type Instant, SECOND } from '../time.ts';
import { smallestWindow } from './plan.ts';
import type { ReadPage } from './read-pages.ts';
import { isInside, isMargin, type PageRun, type Reading } from './run.ts';

/** Maximum number of requests about single instants per window, and the addition for each of its pages: a window of identical rows must not cost a request per row. */
const MAX_SETTLED = 50;
const MAX_SETTLED_PER_PAGE = 2;

/** A row on its way to becoming events: the row, its hash, and its occurrence number. */
interface ReadRow {
  readonly record: OneRecord;
  readonly hash: string;
  /** Number among identical rows. Always 0 where the vendor's id tells records apart. */
  readonly occurrence: number;
}

/** Makes events of the rows of a page and queues those that were not delivered before. */
export async function processPage(run: PageRun, reading: Reading, page: ReadPage): Promise<void> {
  const { effects, feed, tally, observers } = run;
  const before = { ...tally };
  const rows = page.rows.map((row, at) => {
    const record = new OneRecord(row);
    return { record, identities: identitiesOf(feed, record), hash: page.hashes[at] as string };
  });
  // The vendor orders and filters rows by one time, that of the first identity. The other identities go with the row.
  const inRange = rows.filter(({ identities }) => !isMargin(reading, identities[0]?.time));
  await run.seen.prepare(inRange.flatMap(({ identities }) => identities.map(({ time }) => bucketOf(time))));
  for (const { record, identities, hash } of inRange) {
    const time = identities[0]?.time;
    if (!reading.rangeIgnoresRowTime && !isInside(reading.range, time)) effects.count('OutOfRange', 1);
    record.ask((shown) => observers.ongoing.observe(shown));
    const occurrence = await numberRow(run, reading, { identities, hash, pageNumber: page.number });
    const actor = record.ask((shown) => feed.stream.actor?.(shown));
    observers.singleActor.observe(actor, time);
    for (const identity of identities) {
      tally.fetched++;
      const queued =
        occurrence !== undefined && (await queueEvent(run, reading, identity, { record, hash, occurrence }));
      if (!queued) tally.suppressed++;
    }
  }
  effects.count('Fetched', tally.fetched - before.fetched);
  effects.count('Suppressed', tally.suppressed - before.suppressed);
}

/** A row that is to be numbered. */
interface RowToNumber {
  readonly identities: readonly Identity[];
  readonly hash: string;
  readonly pageNumber: number;
}

/** Occurrence number among identical rows; undefined if paging repeated the row. A vendor's id makes counting unnecessary. */
async function numberRow(
  run: PageRun,
  reading: Reading,
  { identities, hash, pageNumber }: RowToNumber,
): Promise<number | undefined> {
  const { order, occurrences } = reading;
  const hasId = identities.every(({ id }) => id !== undefined);
  const first = identities[0]?.time;
  // A row from outside the range has no place in the order of time.
  const time = reading.rangeIgnoresRowTime || isInside(reading.range, first) ? first : undefined;
  if (reading.pageBefore.has(hash) && needsSettling(run, reading, time, pageNumber)) {
    await (hasId ? readInstant(run, reading, time) : settleIdenticalRows(run, reading, hash, time));
  }
  if (!hasId && occurrences.repeats(hash, time)) return undefined;
  if (time !== undefined) order.add(time);
  if (!order.monotone) run.progress.rowsOutOfOrder();
  return hasId ? 0 : occurrences.next(hash, time, order.monotone);
}

/** Queues an event for the destinations that lack it. Returns false if there are none. */
async function queueEvent(run: PageRun, reading: Reading, identity: Identity, row: ReadRow): Promise<boolean> {
  const { effects, feed, findings, observers } = run;
  const { record, hash, occurrence } = row;
  const { time } = identity;
  const outgoing = findings ?? run.outgoing;
  const id = eventId(feed, identity, hash, occurrence);
  if (outgoing.has(id)) return false;
  const key = effects.seal(id);
  const bucket = bucketOf(time);
  const seen = run.seen.has(bucket, key);
  const deliveredTo = typeof seen === 'number' ? seen : await seen;
  const { marks } = observers;
  const marking = record.ask((shown) => marks.mark(shown, time, id, deliveredTo === 0));
  const mark = marking && (await marking);
  if (mark === OURS && marks.leaveOut) {
    // It may have been delivered before the setting that leaves it out was made.
    findings?.noteVendorHas(bucket, key, deliveredTo);
    return false;
  }
  const undelivered = wantedBy(run, reading, time) & ~deliveredTo;
  findings?.noteVendorHas(bucket, key, deliveredTo | undelivered);
  if (undelivered === 0) return false;
  const readAt = effects.now();
  const late = lateness(run, reading, time, readAt);
  if (mark === UNEXPECTED && deliveredTo === 0) effects.count('UnexpectedSignIns', 1);
  // Called before the record is mapped, because an error in it makes the event a pipeline_error.
  const stableHash = stableHashOf(run, record);
  const about = {
    feed,
    id,
    readAt,
    window: run.progress.window,
    ...(time !== undefined && { time }),
    ...(late !== undefined && { late }),
  };
  const event = mapRecord(run, { record, identity, mark }, about);
  if (deliveredTo === 0) run.notes.lateness.add(late);
  outgoing.add(event, { time, bucket, key, undelivered, stableHash });
  return true;
}

/** A hash of the fields that stay the same when the vendor changes a record. Undefined if the stream does not name them. */
function stableHashOf({ effects, feed }: PageRun, record: OneRecord): Uint8Array | undefined {
  const { stream } = feed;
  const stableFields = record.ask((row) => stream.stableFields?.(row));
  if (!stream.stableFields) return undefined;
  // The word is that of version 0.1.0: with another one, no hash would be the same as those that it has stored.
  return effects.seal(`likeness ${stableFields ?? record.row.text}`).subarray(0, 4);
}

/** The lateness of an event whose range had been read before. Undefined for others. */
function lateness(run: PageRun, { range }: Reading, time: Instant | undefined, now: Instant): Duration | undefined {
  if (time === undefined || time >= run.progress.readBefore || !isInside(range, time)) return undefined;
  run.tally.late++;
  run.effects.count('Late', 1);
  run.effects.count('LatenessSeconds', Math.round((now - time) / SECOND));
  return now - time;
}

/** The parts of an event. */
interface EventParts {
  readonly record: OneRecord;
  readonly identity: Identity;
  readonly mark: Mark | undefined;
}

/** The event of a record; a pipeline_error if the record cannot be mapped. */
function mapRecord(run: PageRun, { record, identity, mark }: EventParts, about: EventContext): EcsEvent {
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

/**
 * The destinations, as bits, that want an event of this time. A destination that was added later wants events since then. An
 * event from outside the range goes to all of them.
 */
function wantedBy(run: PageRun, { range, rangeIgnoresRowTime }: Reading, time: Instant | undefined): number {
  const { destinations: since, floor } = run.bounds;
  // If the range says nothing about the rows' times, only a time beyond the vendor's retention is impossible.
  const impossible = floor - run.feed.stream.retention;
  const stray = time === undefined || (rangeIgnoresRowTime ? time < impossible : !isInside(range, time));
  return run.destinations.reduce(
    (bits, { id }, at) => (stray || time >= (since[id] ?? 0) ? bits | (1 << at) : bits),
    0,
  );
}

/** Whether another request must find out the rows of an instant, because some of them are on both sides of a page boundary. */
function needsSettling(
  { feed }: PageRun,
  { settled }: Reading,
  time: Instant | undefined,
  pageNumber: number,
): time is Instant {
  // A vendor with whole steps cannot be asked about one instant.
  if (time === undefined || feed.stream.windowStep !== undefined) return false;
  return !settled.has(time) && settled.size < MAX_SETTLED + MAX_SETTLED_PER_PAGE * pageNumber;
}

/**
 * Identical rows on both sides of a page boundary may be one row that paging repeated, or two rows. Another request for that
 * instant shows which, if its answer is one page. Otherwise both are kept: a duplicate is better than a loss.
 */
async function settleIdenticalRows(run: PageRun, reading: Reading, hash: string, time: Instant): Promise<void> {
  reading.settled.add(time);
  try {
    const totals = await countRows(run, requestFor(run, time), time);
    if (!totals) return;
    // An answer without the row itself proves nothing.
    if (totals.has(hash)) for (const [each, total] of totals) reading.occurrences.cap(each, total);
  } catch (thrown) {
    run.effects.log('debug', 'Identical rows at a page boundary could not be counted; both are kept.', {
      error: String(thrown),
    });
  }
}

function requestFor({ feed }: PageRun, time: Instant): Request {
  const { stream, connection } = feed;
  const to = time + smallestWindow(feed) + stream.precision;
  return stream.first({ from: Math.max(0, time - stream.precision), to }, connection);
}

/**
 * Reads all rows of an instant whose row with a vendor id came twice at a page boundary. With paging by offset, the rows of
 * an instant may have changed their order between two pages, so that one of them did not come at all.
 */
async function readInstant(run: PageRun, reading: Reading, time: Instant): Promise<void> {
  const { feed, asker, tally, observers } = run;
  reading.settled.add(time);
  const request = requestFor(run, time);
  const { rows } = feed.stream.read(await ask(asker, request), request);
  tally.pages++;
  for (const row of rows) {
    const record = new OneRecord(row);
    const identities = identitiesOf(feed, record);
    if (identities[0]?.time !== time || identities.some(({ id }) => id === undefined)) continue;
    record.ask((shown) => observers.ongoing.observe(shown));
    for (const identity of identities) {
      tally.fetched++;
      const queued = await queueEvent(run, reading, identity, { record, hash: recordHash(row), occurrence: 0 });
      if (!queued) tally.suppressed++;
    }
  }
}

/** The number of identical rows at an instant, by their hash; undefined if that takes more than one page. */
async function countRows(run: PageRun, first: Request, time: Instant): Promise<Map<string, number> | undefined> {
  const { feed, asker, tally } = run;
  const totals = new Map<string, number>();
  let request: Request | undefined = first;
  // With paging by offset, only an empty second page shows that the first one was the last.
  for (let number = 1; request; number++) {
    const page: Page = feed.stream.read(await ask(asker, request), request);
    tally.pages++;
    if (number === 2) return page.rows.length === 0 ? totals : undefined;
    for (const row of page.rows) {
      if (identitiesOf(feed, new OneRecord(row))[0]?.time !== time) continue;
      const hash = recordHash(row);
      totals.set(hash, (totals.get(hash) ?? 0) + 1);
    }
    request = page.next;
  }
  return totals;
}
