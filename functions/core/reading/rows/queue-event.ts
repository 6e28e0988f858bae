import type { EcsEvent } from '../../ecs-event.ts';
import { bareEvent, complete, type EventContext, pipelineError } from '../../events/complete.ts';
import { eventId, type RowKey } from '../../events/identity.ts';
import type { OneRecord } from '../../events/one-record.ts';
import { UNKNOWN_EVENT } from '../../events/tags.ts';
import type { Identity } from '../../model.ts';
import { type Mark, OURS, UNEXPECTED } from '../../requests/access/own-sign-ins.ts';
import { bucketOf } from '../../stored/seen-chunk.ts';
import { type Duration, type Instant, SECOND } from '../../time.ts';
import { isInside, type PageRun, type Reading } from '../run.ts';

/** A row on its way to becoming events. */
export interface ReadRow {
  readonly record: OneRecord;
  readonly key: RowKey;
  /** Number among identical rows. Always 0 for rows that are told apart by something else. */
  readonly occurrence: number;
}

/** An event on its way into the flush. */
interface Candidate {
  readonly id: string;
  readonly identity: Identity;
  readonly key: Uint8Array;
  readonly bucket: string;
  readonly row: ReadRow;
}

/** Queues an event for the destinations that lack it. Returns false if there are none. No promise if everything that it needs is in memory. */
export function queueEvent(
  run: PageRun,
  reading: Reading,
  identity: Identity,
  row: ReadRow,
): boolean | Promise<boolean> {
  const { effects, feed, findings } = run;
  const id = eventId(feed, identity, row.key.hash, row.occurrence);
  if ((findings ?? run.outgoing).has(id)) return false;
  const candidate = { id, identity, key: effects.seal(id), bucket: bucketOf(identity.time), row };
  const seen = run.seen.has(candidate.bucket, candidate.key);
  if (typeof seen === 'number') return markEvent(run, reading, candidate, seen);
  return seen.then((deliveredTo) => markEvent(run, reading, candidate, deliveredTo));
}

/** @param deliveredTo the destinations, as bits, that have the event */
function markEvent(
  run: PageRun,
  reading: Reading,
  candidate: Candidate,
  deliveredTo: number,
): boolean | Promise<boolean> {
  const { marks } = run.observers;
  const { id, identity, row } = candidate;
  const { time } = identity;
  const marking =
    run.feed.source.ownSignIns && row.record.ask((shown) => marks.mark(shown, time, id, deliveredTo === 0));
  if (!marking) return addEvent(run, reading, candidate, { deliveredTo });
  return marking.then((mark) => addEvent(run, reading, candidate, { deliveredTo, mark }));
}

/** What is known about an event before it is mapped. */
interface Known {
  readonly deliveredTo: number;
  readonly mark?: Mark | undefined;
}

function addEvent(run: PageRun, reading: Reading, candidate: Candidate, { deliveredTo, mark }: Known): boolean {
  const { effects, feed, findings, observers } = run;
  const { id, identity, key, bucket, row } = candidate;
  const { record } = row;
  const { time } = identity;
  if (mark === OURS && observers.marks.leaveOut) {
    // It may have been delivered before the setting that leaves it out was made.
    findings?.noteVendorHas(bucket, key, deliveredTo);
    return false;
  }
  const undelivered = wantedBy(run, reading, time) & ~deliveredTo;
  findings?.noteVendorHas(bucket, key, deliveredTo | undelivered);
  if (undelivered === 0) return false;
  const readAt = effects.now();
  const late = deliveredTo === 0 ? lateness(run, reading, time, readAt) : undefined;
  if (mark === UNEXPECTED && deliveredTo === 0) effects.count('UnexpectedSignIns', 1);
  // Called before the record is mapped, because an error in it makes the event a pipeline_error.
  const stableHash = stableHashOf(run, record);
  const about = { feed, id, readAt, window: run.progress.window, time, late };
  // A destination that gets the vendor's record as it is needs nothing of what it means.
  const event = needsMapping(run, undelivered)
    ? mapRecord(run, { record, identity, mark }, about)
    : bareEvent(record.row, about);
  if (deliveredTo === 0) run.notes.lateness.add(late);
  (findings ?? run.outgoing).add(event, { time, bucket, key, undelivered, stableHash });
  return true;
}

/** Whether one of these destinations, as bits, gets more than the vendor's record as it is. */
function needsMapping({ destinations }: PageRun, undelivered: number): boolean {
  return destinations.some(({ shape }, at) => shape.format !== 'raw' && (undelivered & (1 << at)) !== 0);
}

/** A hash of the fields that stay the same when the vendor changes a record. Undefined if the stream does not name them. */
function stableHashOf({ effects, feed }: PageRun, record: OneRecord): Uint8Array | undefined {
  const { stream } = feed;
  const stableFields = record.ask((row) => stream.stableFields?.(row));
  if (!stream.stableFields) return undefined;
  return effects.seal(`stable fields ${stableFields ?? record.row.text}`).subarray(0, 4);
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
    run.notes.unknown.noteFields(row.value, about.readAt);
    if (event.tags?.includes(UNKNOWN_EVENT)) {
      run.effects.count('UnknownEvents', 1);
      if (fields.event.code !== undefined) run.notes.unknown.noteEvent(fields.event.code, row.value, about.readAt);
    }
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
