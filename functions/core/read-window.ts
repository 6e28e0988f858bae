import { type Asker, ask } from './ask.ts';
import type { Lease, Plan } from './checkpoint.ts';
import { type Circumstances, complete, pipelineError } from './complete.ts';
import type { Effects } from './effects.ts';
import { UnreadableError } from './errors.ts';
import { eventId, recordHash } from './identity.ts';
import { clockOffset, vendorTime } from './judge.ts';
import type { Answer, Destination, EcsEvent, Feed, Identity, Page, Request, Row } from './model.ts';
import { Occurrences } from './occurrences.ts';
import { Order } from './order.ts';
import type { Outgoing } from './outgoing.ts';
import { Paging } from './paging.ts';
import { smallestWindow, wholeWindow } from './plan.ts';
import type { Tally } from './report.ts';
import { bucketOf, type Seen } from './seen.ts';
import { DAY, type Duration, type Instant, type Range, SECOND } from './time.ts';

import type { Voices } from './voices.ts';

/** A flush is due at so many bytes or events, or when its first event has waited so long. */
const FLUSH_BYTES = 2 * 1024 * 1024;
const FLUSH_EVENTS = 2_000;
const FLUSH_AGE = 15 * SECOND;

/** A vendor's clock that is further off than this is reported; further than a day, it is not believed. */
const SKEW_WORTH_NOTING = 30 * SECOND;

/** Tags by which a mapping says that the vendor's event name is new to it. */
export const UNKNOWN_EVENT = 'tidemark-unknown-event';

/** What a run of a feed works with. */
export interface Run {
  readonly effects: Effects;
  readonly feed: Feed;
  readonly asker: Asker;
  readonly lease: Lease;
  readonly destinations: readonly Destination[];
  readonly seen: Seen;
  readonly outgoing: Outgoing;
  readonly tally: Tally;
  /** Events before it, first seen now, are late: their range had been read. */
  readonly readBefore: Instant;
  plan: Plan;
  /** Rows of this feed have come out of order: no position in the middle of a window can be trusted. */
  unordered: boolean;
  readonly voices: Voices;
}

/** How far a window was read: to its end, or not, and `run.plan.left` (or the whole window) is to be read next. */
export type WindowEnd = 'complete' | 'go-on';

/** The state of one read of one window. */
interface Reading {
  readonly range: Range;
  readonly asked: Range;
  readonly order: Order;
  readonly occurrences: Occurrences;
  lastHash?: string;
  /** The instant whose equal rows have been asked about; once is enough. */
  settled?: Instant;
}

/** One page, its rows fingerprinted. */
interface ReadPage {
  readonly rows: readonly Row[];
  readonly hashes: readonly string[];
  readonly number: number;
}

/**
 * Reads what is left of the plan's window, page by page, and delivers as it goes. While a page is worked on, the next is being fetched.
 * Whatever ends the reading early, what was read before is delivered first and counts.
 *
 * @param bounds what to ask for, instead of the window with a margin on both sides
 */
export async function readWindow(run: Run, bounds?: Range): Promise<WindowEnd> {
  const range = run.plan.left ?? run.plan.window;
  const { precision, cutAfterPages = Number.POSITIVE_INFINITY } = run.feed.stream;
  const asked = bounds ?? { from: Math.max(0, range.from - precision), to: range.to + precision };
  const reading: Reading = { range, asked, order: new Order(), occurrences: new Occurrences() };
  const pages = readPages(run, range, run.feed.stream.first(asked, run.feed.connection));
  for (;;) {
    let step: IteratorResult<ReadPage>;
    try {
      step = await pages.next();
      if (!step.done) await takeIn(run, reading, step.value);
    } catch (thrown) {
      await flush(run, reading);
      throw thrown;
    }
    if (step.done) return ended(run, range);
    if (step.value.number >= cutAfterPages && shortens(leftOf(run, reading), range)) {
      await flush(run, reading);
      return 'go-on';
    }
    if (flushDue(run)) await flush(run, reading);
  }
}

/** A window whose middle was trusted as a resume position, and should not have been, is read again from its start. */
function ended(run: Run, range: Range): WindowEnd {
  if (!run.unordered || range === run.plan.window) return 'complete';
  run.plan = wholeWindow(run.plan);
  return 'go-on';
}

function shortens(left: Range | undefined, range: Range): boolean {
  return left !== undefined && left.to - left.from < range.to - range.from;
}

/** The pages of a read, the next one already being fetched while one is worked on. */
async function* readPages(run: Run, range: Range, first: Request): AsyncGenerator<ReadPage, undefined> {
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
  const { effects, feed } = run;
  const proofs = run.plan.proven === undefined ? [] : [run.plan.proven];
  // Only an answer for less than it was asked for says something: the rest of a half-read window was asked for alone.
  if (answeredTo !== undefined && answeredTo < range.to) proofs.push(answeredTo);
  const theirs = vendorTime(answer);
  if (theirs !== undefined) {
    const offset = clockOffset(answer, effects.now());
    // The header has whole seconds: a second is not skew.
    if (Math.abs(offset) > SKEW_WORTH_NOTING) effects.count('ClockSkewSeconds', Math.round(Math.abs(offset) / SECOND));
    if (Math.abs(offset) <= DAY) proofs.push(theirs - feed.settle);
    else effects.count('ClockUnbelievable', 1);
  }
  if (proofs.length > 0) run.plan = { ...run.plan, proven: Math.min(...proofs) };
}

/** Every row of a page becomes events on their way out, unless they have been delivered before. */
async function takeIn(run: Run, reading: Reading, page: ReadPage): Promise<void> {
  const before = { ...run.tally };
  for (const [at, row] of page.rows.entries()) {
    const hash = page.hashes[at] as string;
    const identities = identitiesOf(run, row);
    const occurrence = await numberRow(run, reading, identities, hash, at === 0 && hash === reading.lastHash);
    reading.lastHash = hash;
    run.voices.hear(run.feed.stream.actor?.(row), identities[0]?.time);
    for (const identity of identities) {
      if (isMargin(reading, identity.time)) continue;
      run.tally.fetched++;
      if (!isInside(reading.range, identity.time)) run.effects.count('OutOfRange', 1);
      const sent = occurrence !== undefined && (await sendOut(run, reading, row, identity, hash, occurrence));
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
  onEdge: boolean,
): Promise<number | undefined> {
  const time = identities[0]?.time;
  if (isMargin(reading, time)) return 0;
  if (time !== undefined && isInside(reading.range, time)) reading.order.add(time);
  run.unordered ||= !reading.order.monotone;
  if (identities.every(({ id }) => id !== undefined)) return 0;
  if (onEdge) await settleEdge(run, reading, hash, time);
  return reading.occurrences.next(hash, time, reading.order.monotone);
}

/** A record whose events cannot be told is one event without a time; its mapping will say why. */
function identitiesOf({ feed }: Run, row: Row): readonly Identity[] {
  try {
    return feed.stream.events(row);
  } catch {
    return [{}];
  }
}

/** Puts an event among the outgoing, for the destinations that lack it; false when none does. */
async function sendOut(
  run: Run,
  reading: Reading,
  row: Row,
  identity: Identity,
  hash: string,
  occurrence: number,
): Promise<boolean> {
  const { effects, outgoing, feed } = run;
  const id = eventId(feed, identity, hash, occurrence);
  if (outgoing.has(id)) return false;
  const key = effects.seal(id);
  const had = run.seen.has(bucketOf(identity.time), key);
  const lacking = wantedBy(run, reading, identity.time) & ~(typeof had === 'number' ? had : await had);
  if (lacking === 0) return false;
  const now = effects.now();
  const late = lateness(run, reading, identity.time, now);
  const event = mapped(run, row, identity, {
    feed,
    id,
    readAt: now,
    window: run.plan.window,
    ...(identity.time !== undefined && { time: identity.time }),
    ...(late !== undefined && { late }),
  });
  outgoing.add(event, identity.time, key, lacking);
  return true;
}

/** How late an event comes whose range had been read before. */
function lateness(run: Run, { range }: Reading, time: Instant | undefined, now: Instant): Duration | undefined {
  if (time === undefined || time >= run.readBefore || !isInside(range, time)) return undefined;
  run.tally.late++;
  run.effects.count('Late', 1);
  run.effects.count('LatenessSeconds', Math.round((now - time) / SECOND));
  return now - time;
}

function mapped(run: Run, row: Row, identity: Identity, about: Circumstances): EcsEvent {
  const { stream, connection } = run.feed;
  try {
    const event = complete(stream.map(row, identity, connection), row, about);
    if (event.tags?.includes(UNKNOWN_EVENT)) run.effects.count('UnknownEvents', 1);
    return event;
  } catch (thrown) {
    run.tally.unmapped++;
    run.effects.count('Unmapped', 1);
    return pipelineError(row, about, thrown);
  }
}

/** The destinations, as bits, that want an event of this time: one that was added later starts then. What was not even asked for, all want. */
function wantedBy(run: Run, { range }: Reading, time: Instant | undefined): number {
  const since = run.lease.item.destinations;
  const stray = time === undefined || !isInside(range, time);
  return run.destinations.reduce(
    (bits, { id }, at) => (stray || time >= (since[id] ?? 0) ? bits | (1 << at) : bits),
    0,
  );
}

/**
 * Equal rows on both sides of a page edge: one row shown twice, or two rows? One more request for that instant tells,
 * if one page holds it all. Where it cannot, both are kept: a false extra is better than a loss.
 */
async function settleEdge(run: Run, reading: Reading, hash: string, time: Instant | undefined): Promise<void> {
  if (time === undefined || time === reading.settled) return;
  const { stream, connection } = run.feed;
  reading.settled = time;
  try {
    const instant = {
      from: Math.max(0, time - stream.precision),
      to: time + smallestWindow(run.feed) + stream.precision,
    };
    const request = stream.first(instant, connection);
    const page = stream.read(await ask(run.asker, request), request);
    run.tally.pages++;
    if (page.next) return;
    const totals = new Map<string, number>();
    for (const each of page.rows.map(recordHash)) totals.set(each, (totals.get(each) ?? 0) + 1);
    // A vendor that does not show the row at its own instant has not told us anything.
    if (totals.has(hash)) for (const [each, total] of totals) reading.occurrences.cap(each, total);
  } catch (thrown) {
    run.effects.log('debug', 'Equal rows at a page edge could not be counted; both are kept.', {
      error: String(thrown),
    });
  }
}

/** Delivers what is outgoing, remembers it, and then moves the resume position: this order is what makes a crash harmless. */
async function flush(run: Run, reading: Reading): Promise<void> {
  const idle = run.outgoing.idle;
  await deliverOutgoing(run);
  const left = leftOf(run, reading);
  if (idle && left === run.plan.left && run.unordered === (run.lease.item.unordered ?? false)) return;
  run.plan = left ? { ...run.plan, left } : wholeWindow(run.plan);
  await run.lease.commit({ plan: run.plan, unordered: run.unordered || undefined });
}

/** Delivers and remembers, without moving the checkpoint. */
export async function deliverOutgoing(run: Run): Promise<void> {
  if (run.outgoing.idle) return;
  const { events, quarantined, retries } = await run.outgoing.flush(run.asker.endBy);
  run.tally.delivered += events;
  run.tally.quarantined += quarantined;
  run.tally.retries += retries;
  run.effects.count('Delivered', events);
  run.effects.count('Quarantined', quarantined);
  run.effects.count('Retries', retries);
}

/** What is left of the window, when its rows come in an order that can be trusted. */
function leftOf(run: Run, reading: Reading): Range | undefined {
  if (run.unordered) return undefined;
  return reading.order.left(reading.range, run.feed.stream.precision) ?? run.plan.left;
}

function flushDue({ outgoing, effects }: Run): boolean {
  if (outgoing.bytes >= FLUSH_BYTES || outgoing.events >= FLUSH_EVENTS) return true;
  return outgoing.since !== undefined && effects.now() - outgoing.since >= FLUSH_AGE;
}

/** The two strips that were asked for only because the vendor's bounds may be inclusive or not. */
function isMargin({ range, asked }: Reading, time: Instant | undefined): boolean {
  return time !== undefined && ((time >= asked.from && time < range.from) || (time >= range.to && time <= asked.to));
}

/** An event without a time is wherever it is found. */
function isInside(range: Range, time: Instant | undefined): boolean {
  return time === undefined || (time >= range.from && time < range.to);
}
