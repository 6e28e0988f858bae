import { UnreadableError } from '../../../core/errors.ts';
import { excerpt } from '../../../core/events/excerpt.ts';
import { claimsJson } from '../../../core/events/json/json-answer.ts';
import { writeJson } from '../../../core/events/write-json.ts';
import { type Fields, isObject } from '../../../source-kit/json-values.ts';
import { COLUMNS, type Columns, columnNames } from './columns.ts';

/** A JSON answer: `general` holds one row or a list of rows, and `header` what CSV answers have in their HTTP headers. */
export interface JsonPage {
  readonly rows: readonly (Columns | string)[];
  readonly header: Fields;
}

const NO_CELLS: Columns = Object.fromEntries(COLUMNS.map((name) => [name, '']));

/** Reads a JSON answer into the rows that the same records are in CSV. */
export function jsonPage(text: string, contentType: string): JsonPage {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document) && 'general' in document) {
      const rows = Array.isArray(document.general) ? document.general : [document.general];
      const header = isObject(document.header) ? document.header : {};
      return { rows: rows.filter(hasContent).map(rowOf), header };
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

/** An empty page has no row, or a row without content. */
function hasContent(row: unknown): boolean {
  return row !== null && !(isObject(row) && Object.keys(row).length === 0);
}

/** A record with the names and texts that it has in CSV, so that it is the same record in both forms. */
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
  // Rows may hold personal data, and many people read error messages.
  const beginning = text.includes('"general"') ? '' : excerpt(text);
  const claims = claimsJson({ headers: { 'content-type': contentType }, text });
  return new UnreadableError(`${what} (${text.length} characters)${beginning}`, claims, thrown);
}
