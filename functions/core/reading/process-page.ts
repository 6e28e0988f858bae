import { type RowKey, rowKey } from '../events/identity.ts';
import { identitiesOf, OneRecord } from '../events/one-record.ts';
import type { Identity, Page, Request } from '../model.ts';
import { ask } from '../requests/ask.ts';
import { bucketOf } from '../stored/seen-chunk.ts';
import type { Instant } from '../time.ts';
import type { PageRows } from './pages/pages.ts';
import { smallestWindow } from './plan.ts';
import { queueEvent } from './rows/queue-event.ts';
import { isInside, isMargin, type PageRun, type Reading } from './run.ts';

/** Maximum number of requests about single instants per window, and the addition for each of its pages: a window of identical rows must not cost a request per row. */
const MAX_SETTLED = 50;
const MAX_SETTLED_PER_PAGE = 2;

/** Maximum length of an id in a message. */
const LONGEST_SHOWN = 100;

/** Makes events of the rows of a page and queues those that were not delivered before. */
export async function processPage(run: PageRun, reading: Reading, page: PageRows): Promise<void> {
  const { effects, feed, tally, observers } = run;
  const { fetched, suppressed } = tally;
  const { stream } = feed;
  const rows = page.rows.map((row, at) => {
    const record = new OneRecord(row);
    return { record, identities: identitiesOf(feed, record), key: page.keys[at] as RowKey };
  });
  // The vendor orders and filters rows by one time, that of the first identity. The other identities go with the row.
  const inRange = rows.filter(({ identities }) => !isMargin(reading, identities[0]?.time));
  await run.seen.prepare(bucketsOf(inRange), run.progress.window);
  for (const { record, identities, key } of inRange) {
    const { hash, isNumbered } = key;
    const time = identities[0]?.time;
    if (!reading.rangeIgnoresRowTime && !isInside(reading.range, time)) effects.count('OutOfRange', 1);
    if (stream.ongoing) record.ask((shown) => observers.ongoing.observe(shown));
    const placed = placeInOrder(reading, time);
    if (placed !== undefined && reading.pageBefore.has(hash) && needsSettling(run, reading, placed, page.number)) {
      await (isNumbered ? settleIdenticalRows(run, reading, hash, placed) : readInstant(run, reading, placed));
    }
    const occurrence = numberRow(run, reading, key, placed);
    if (stream.actor) observers.singleActor.observe(record.ask(stream.actor), time);
    let isNew = false;
    for (const identity of identities) {
      tally.fetched++;
      if (occurrence === undefined) {
        tally.suppressed++;
        continue;
      }
      const queued = queueEvent(run, reading, identity, { record, key, occurrence });
      // Nearly every answer is there at once. To wait for each of them would take longer than all the rest.
      if (queued !== true && (queued === false || !(await queued))) tally.suppressed++;
      else isNew = true;
    }
    noteId(run, key, isNew);
  }
  effects.count('Fetched', tally.fetched - fetched);
  effects.count('Suppressed', tally.suppressed - suppressed);
}

/** Tells of an id that the vendor has used for several records. */
function noteId({ effects, feed, observers }: PageRun, key: RowKey, isNew: boolean): void {
  const { reusedIds } = observers;
  const { id } = key;
  if (id === undefined || !reusedIds.isReused(id, key, isNew)) return;
  effects.count('ReusedIds', 1);
  if (!reusedIds.isFirst()) return;
  effects.log('warn', 'The vendor has used one id for several records. Each is delivered as an event of its own.', {
    feed: feed.name,
    id: id.slice(0, LONGEST_SHOWN),
  });
}

/** The buckets of events: few, since rows that follow each other are mostly of the same hour. */
function bucketsOf(rows: readonly { readonly identities: readonly Identity[] }[]): ReadonlySet<string> {
  const buckets = new Set<string>();
  for (const { identities } of rows) for (const { time } of identities) buckets.add(bucketOf(time));
  return buckets;
}

/** The row's time, by which it has its place in the order of time. Undefined for a row from outside the range. */
function placeInOrder({ range, rangeIgnoresRowTime }: Reading, time: Instant | undefined): Instant | undefined {
  return rangeIgnoresRowTime || isInside(range, time) ? time : undefined;
}

/**
 * Occurrence number among identical rows; undefined if paging repeated the row.
 *
 * @param time undefined if the row has no place in the order of time
 */
function numberRow(run: PageRun, reading: Reading, { hash, isNumbered }: RowKey, time: Instant | undefined) {
  const { order, occurrences } = reading;
  if (isNumbered && occurrences.repeats(hash, time)) return undefined;
  if (time !== undefined) order.add(time);
  if (!order.monotone) run.progress.rowsOutOfOrder();
  return isNumbered ? occurrences.next(hash, time, order.monotone) : 0;
}

/** Whether another request must find out the rows of an instant, because some of them are on both sides of a page boundary. */
function needsSettling({ feed }: PageRun, { settled }: Reading, time: Instant, pageNumber: number): boolean {
  // A vendor with whole steps cannot be asked about one instant.
  if (feed.stream.windowStep !== undefined) return false;
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
 * Reads all rows of an instant of which one that is not numbered came twice at a page boundary. With paging by offset, the rows of
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
    const key = rowKey(feed.stream, row);
    if (identities[0]?.time !== time || key.isNumbered) continue;
    record.ask((shown) => observers.ongoing.observe(shown));
    let isNew = false;
    for (const identity of identities) {
      tally.fetched++;
      if (await queueEvent(run, reading, identity, { record, key, occurrence: 0 })) isNew = true;
      else tally.suppressed++;
    }
    noteId(run, key, isNew);
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
      const { hash } = rowKey(feed.stream, row);
      totals.set(hash, (totals.get(hash) ?? 0) + 1);
    }
    request = page.next;
  }
  return totals;
}
