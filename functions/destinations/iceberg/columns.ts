import { type FieldType, fieldType } from '../../formats/ecs-fields.ts';

/** Types of Iceberg's columns. A `timestamp` comes as microseconds since 1970. */
type ColumnType = 'string' | 'array<string>' | 'timestamp';

/** A column with the field of the event that it holds. */
export interface Column {
  readonly name: string;
  readonly field: string;
  readonly type: ColumnType;
}

/** The column that tells events apart. An event that comes again replaces its row. */
export const KEY_COLUMN = 'event_id';

/** The column with the whole event, as text in the destination's format. */
export const DOCUMENT_COLUMN = 'document';

/** The column by whose days the table is partitioned. It is the same whenever an event comes again. */
export const TIME_COLUMN = 'time';

/** The fields that queries ask for most, each in a column. Everything else is in the document. */
const FIELDS: Readonly<Record<string, string>> = {
  [KEY_COLUMN]: 'event.id',
  [TIME_COLUMN]: '@timestamp',
  created: 'event.created',
  source: 'event.module',
  dataset: 'event.dataset',
  connection: 'tidemark.connection',
  kind: 'event.kind',
  category: 'event.category',
  type: 'event.type',
  action: 'event.action',
  outcome: 'event.outcome',
  reason: 'event.reason',
  user_id: 'user.id',
  user_name: 'user.name',
  user_email: 'user.email',
  target_user_id: 'user.target.id',
  target_user_name: 'user.target.name',
  target_user_email: 'user.target.email',
  source_ip: 'source.ip',
  source_address: 'source.address',
  message: 'message',
};

export const COLUMNS: readonly Column[] = Object.entries(FIELDS).map(([name, field]) => ({
  name,
  field,
  type: columnType(field),
}));

function columnType(field: string): ColumnType {
  const type: FieldType | undefined = fieldType(field);
  if (type === undefined) throw new Error(`There is no field ${field}.`);
  if (type === 'date') return 'timestamp';
  return type.endsWith('[]') ? 'array<string>' : 'string';
}
