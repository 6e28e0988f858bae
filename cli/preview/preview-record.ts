import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import { type ConfiguredDestination, shapeToShow } from '../../functions/core/config/destination.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { isDeeper } from '../../functions/core/events/depth.ts';
import { inexpressible } from '../../functions/core/events/inexpressible.ts';
import { OneRecord } from '../../functions/core/events/one-record.ts';
import type { Row, Shape, Source } from '../../functions/core/model.ts';
import { type Instant, MILLISECOND } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { eventsOf, feedFor, hashOfWhole } from './events-of.ts';
import { findProvenance, type Rule } from './provenance.ts';
import { readRecords } from './read-records.ts';

/** An event in every format, and in the envelope of each type of destination that has one, under the type's id. */
export interface EventForms {
  /** The record as the format `raw` has it. JSON as a value, unless it is nested too deep; everything else as a text. */
  readonly raw: unknown;
  readonly ecs: EcsEvent;
  readonly cef: string;
  readonly ocsf: unknown;
  readonly [envelope: string]: unknown;
}

/** An event of a record, with what its fields were made from. */
export type PreviewedEvent = EventForms & { readonly rules: Readonly<Record<string, Rule>> };

/** What becomes of a record. The forms and the rules at the top are those of its first event. */
export interface Preview extends PreviewedEvent {
  /** The paths of the record's values that no field was made from. */
  readonly unmapped: readonly string[];
  /** Number of values that were not looked at, because the record has too many or is too large. */
  readonly notExamined: number;
  /** All events of the record: a session has two, its start and its end. */
  readonly events: readonly PreviewedEvent[];
  /** Number of events that are left out, because the record has too many. */
  readonly moreEvents: number;
  /** Which record of the text this is, counted from 1, and how many there are. */
  readonly record: number;
  readonly records: number;
}

/** Maximum number of events of a record. An object of a snapshot stream may hold many items. */
const MAX_EVENTS = 100;

/** Options of a preview. */
export interface PreviewOptions {
  /** The connection whose settings count. Default: one with the source's default settings. */
  readonly connection?: ConfiguredConnection | undefined;
  /** The destinations, whose versions of CEF and OCSF are shown. */
  readonly destinations?: readonly ConfiguredDestination[];
  /** Which record of several, counted from 1. */
  readonly record?: number | undefined;
  /** When the record was read. */
  readonly readAt?: Instant;
}

/** The envelopes: the titles of the types of destinations by the names that they have in a preview. */
export const ENVELOPES_BY_NAME: Readonly<Record<string, string>> = Object.fromEntries(
  DESTINATION_TYPES.flatMap(({ id, title, envelope }) => (envelope ? [[id, title]] : [])),
);

/**
 * Shows what becomes of a vendor's record. It asks nobody and writes nothing.
 *
 * @param text a record, a whole answer, a list of records, or one record a line; for a log in CSV, with its header row
 */
export function previewRecord(source: Source, stream: string, text: string, options: PreviewOptions = {}): Preview {
  const { connection, destinations = [], record = 1, readAt = Date.now() * MILLISECOND } = options;
  const feed = feedFor(source, stream, connection);
  const rows = readRecords(feed, text);
  const row = rows[record - 1];
  if (!row) throw noSuchRecord(record, rows.length);
  const hash = hashOfWhole(feed, row);
  const all = eventsOf(feed, row, { readAt, hash });
  const events = all.slice(0, MAX_EVENTS);
  const { value } = new OneRecord(row).row;
  const make = (changed: unknown) => eventsOf(feed, rowOf(row, changed), { readAt, hash }).slice(0, MAX_EVENTS);
  const { rules, unmapped, notExamined } = findProvenance({
    value,
    size: row.text.length,
    isIdOfWhole: hash !== undefined,
    make,
  });
  const previewed = events.map((event, at) => ({ ...formsOf(event, destinations), rules: rules[at] ?? {} }));
  const [first] = previewed;
  if (!first) throw noEvent(feed.stream.name);
  const moreEvents = all.length - events.length;
  return { ...first, unmapped, notExamined, events: previewed, moreEvents, record, records: rows.length };
}

/** A row with another value. It needs no text, which only stands in event.original. */
function rowOf({ problem }: Row, value: unknown): Row {
  return { value, text: '', ...(problem !== undefined && { problem }) };
}

function formsOf(event: EcsEvent, destinations: readonly ConfiguredDestination[]): EventForms {
  const envelopes = DESTINATION_TYPES.flatMap(({ id, envelope, shapeOf }) =>
    envelope ? [[id, parsed(written({ format: 'ecs', ...shapeOf?.({}) }, event))] as const] : [],
  );
  return {
    raw: parsed(written({ format: 'raw' }, event)),
    ecs: event,
    cef: written(shapeToShow('cef', destinations), event),
    ocsf: parsed(written(shapeToShow('ocsf', destinations), event)),
    ...Object.fromEntries(envelopes),
  };
}

/** The event as a destination gets it: what a format cannot express is replaced by an event that says so. */
function written(shape: Shape, event: EcsEvent): string {
  try {
    return writeEvent(shape, event).text;
  } catch (thrown) {
    return writeEvent(shape, inexpressible(event, shape.format, thrown)).text;
  }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value) ? text : value;
  } catch {
    return text;
  }
}

function noSuchRecord(record: number, records: number): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no record ${record}: the text holds ${records}.`,
    remedy: `Give a number from 1 to ${records}.`,
  });
}

function noEvent(stream: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The record is no event of ${stream}.`,
    remedy: 'Give a record of this stream.',
  });
}
