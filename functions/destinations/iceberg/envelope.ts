import * as z from 'zod/mini';
import { MAX_RECORD_BYTES } from '../../core/delivery/packing.ts';
import type { EcsEvent } from '../../core/ecs-event.ts';
import type { Shape } from '../../core/model.ts';
import { parseInstant } from '../../core/time.ts';
import { fieldAt } from '../../formats/ecs-field.ts';
import type { Envelope } from '../envelope.ts';
import { COLUMNS, type Column, DOCUMENT_COLUMN } from './columns.ts';

declare module '../../core/model.ts' {
  interface Shape {
    /** Each event as a row of an Iceberg table: some fields in columns, and the whole event as text. */
    readonly row?: true;
  }
}

/** A JSON object with the columns as keys. Firehose finds columns by their exact names. */
export const rowEnvelope: Envelope = {
  name: 'row',
  settings: z.literal(true),
  maxBytes: MAX_RECORD_BYTES,
  wrap: wrapEvent,
};

/** Writes every column: Firehose refuses a record that lacks one of the table's columns. */
function wrapEvent(_: Shape, event: EcsEvent, line: string): string {
  const row: Record<string, unknown> = {};
  for (const column of COLUMNS) row[column.name] = valueIn(event, column);
  row[DOCUMENT_COLUMN] = line.toWellFormed();
  return JSON.stringify(row);
}

/** The value of a column. Null if the event has none of the column's type: a value of another type would be refused with its event. */
function valueIn(event: EcsEvent, { field, type }: Column): unknown {
  let found: unknown = event;
  for (const name of field.split('.')) found = fieldAt(found, name);
  if (type === 'timestamp') return parseInstant(found) ?? null;
  if (type === 'string') return typeof found === 'string' ? found.toWellFormed() : null;
  if (!Array.isArray(found)) return null;
  return found.flatMap((one) => (typeof one === 'string' ? [one.toWellFormed()] : []));
}
