import { UnreadableError } from '../../../core/errors.ts';
import { excerpt } from '../../../core/events/excerpt.ts';
import { writeJson } from '../../../core/events/write-json.ts';
import { COLUMNS, type Columns, columnNames } from './columns.ts';
import { isObject, type JsonObject } from './json-object.ts';

/** A JSON answer: `general` has one row or a list of them, `header` what CSV answers have in their HTTP headers. */
export interface JsonPage {
  readonly rows: readonly (Columns | string)[];
  readonly header: JsonObject;
}

const NO_CELLS: Columns = Object.fromEntries(COLUMNS.map((name) => [name, '']));

/** Reads a JSON answer into the rows that the same records are in CSV. */
export function jsonPage(text: string, contentType: string): JsonPage {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document) && 'general' in document) {
      const rows = Array.isArray(document.general) ? document.general : [document.general];
      const header = isObject(document.header) ? document.header : {};
      return { rows: rows.filter(saysSomething).map(rowOf), header };
    }
  } catch (thrown) {
    throw unreadable(
      'the answer cannot be read as JSON: it is something else, or only a part',
      text,
      contentType,
      thrown,
    );
  }
  throw unreadable('the JSON has no "general"', text, contentType);
}

/** An empty page has no row, or one of nothing. */
function saysSomething(row: unknown): boolean {
  return row !== null && !(isObject(row) && Object.keys(row).length === 0);
}

/** A record under the names and with the texts that it has in CSV, so that it is the same record there and here. */
function rowOf(record: unknown): Columns | string {
  const entries = isObject(record) ? Object.entries(record) : [];
  const names = columnNames(entries.map(([name]) => name));
  if (!COLUMNS.some((name) => names.includes(name))) return writeJson(record);
  const cells = entries.map(([, value], at) => [names[at] as string, cellOf(value)]);
  return { ...NO_CELLS, ...Object.fromEntries(cells) };
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : writeJson(value);
}

function unreadable(what: string, text: string, contentType: string, thrown?: unknown): UnreadableError {
  const claimsJson = (contentType === '' || /\bjson\b/i.test(contentType)) && /^\s*[[{]/.test(text);
  // What has rows in it may say something about people, and errors are read by many.
  const said = text.includes('"general"') ? '' : excerpt(text);
  return new UnreadableError(`${what} (${text.length} characters)${said}`, claimsJson, thrown);
}
