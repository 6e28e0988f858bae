import { isObject } from '../../core/events/is-object.ts';
import type { ProbeAnswer, ProbeResult, SignedProbe } from '../probe.ts';
import { COLUMNS, DOCUMENT_COLUMN } from './columns.ts';

const FILE = 'content/iceberg/create-table.sql';
/** Names that are told of columns that are missing. */
const MOST_TOLD = 5;

/** A table, as the Glue Data Catalog knows it. */
interface Place {
  readonly region: string;
  /** Undefined for the account's own catalog. */
  readonly catalog?: string;
  readonly database: string;
  readonly table: string;
}

/** Asks whether the table of a source is there, and has every column. Firehose refuses all events if one is missing. */
export function tableProbe({ region, catalog, database, table }: Place): SignedProbe {
  const body = { ...(catalog !== undefined && { CatalogId: catalog }), DatabaseName: database, Name: table };
  return {
    check: `table ${database}.${table}`,
    url: `https://glue.${region}.amazonaws.com`,
    service: 'glue',
    region,
    request: {
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSGlue.GetTable' },
      body: JSON.stringify(body),
    },
    read: (answer) => readTable(answer, `${database}.${table}`),
  };
}

function readTable({ status, text }: ProbeAnswer, name: string): ProbeResult {
  const answer = bodyOf(text);
  const error = String(answer.__type ?? '');
  if (/AccessDenied|LakeFormation|not authorized/i.test(error) || status === 403) {
    return { ok: true, found: 'it is not looked at: the credentials in use may not read it' };
  }
  if (/EntityNotFound/.test(error)) {
    return { ok: false, found: `there is no table ${name}`, remedy: `Make it with ${FILE}, then deploy again.` };
  }
  const columns = columnsIn(answer);
  if (status !== 200 || !columns) {
    return {
      ok: false,
      found: `an unexpected answer (${status}${error && `, ${error}`})`,
      remedy: 'Look at the table in Glue.',
    };
  }
  const wanted = [...COLUMNS.map((column) => column.name), DOCUMENT_COLUMN];
  const missing = wanted.filter((column) => !columns.has(column));
  if (missing.length === 0) return { ok: true, found: 'it is there, with all columns' };
  const more = missing.length - MOST_TOLD;
  return {
    ok: false,
    found: `it lacks columns: ${missing.slice(0, MOST_TOLD).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    remedy: `Add them: ALTER TABLE ${name} ADD COLUMNS (...), with the types in ${FILE}.`,
  };
}

/** The names of a table's columns. Undefined if the answer describes none. */
function columnsIn({ Table: table }: Readonly<Record<string, unknown>>): ReadonlySet<unknown> | undefined {
  const storage = isObject(table) ? table.StorageDescriptor : undefined;
  const columns = isObject(storage) ? storage.Columns : undefined;
  return Array.isArray(columns)
    ? new Set(columns.map((column: unknown) => (isObject(column) ? column.Name : undefined)))
    : undefined;
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}
