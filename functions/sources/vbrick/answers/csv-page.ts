import { UnreadableError } from '../../../core/errors.ts';
import { excerpt } from '../../../core/events/excerpt.ts';
import type { Answer } from '../../../core/model.ts';
import { COLUMNS, type Columns, columnNames, columnsOf } from './columns.ts';
import { type CsvLine, CsvText } from './csv-text.ts';
import { parseWhen } from './when.ts';

const MOST_COLUMNS = 1_000;
/** JSON of which no part is JSON itself, other than of a number. */
const SELF_CONTAINED = /^\s*["{[ntf]/;
const JSON_BEGINNING = /^\s*["{[]/;

/** The rows of a CSV answer, each a row's columns or the text of a line that is no row. An empty text is an empty answer. */
export function csvRows(text: string, { headers }: Pick<Answer, 'headers'>): (Columns | string)[] {
  if (text.trim() === '' && /^\s*$|\bcsv\b/i.test(headers['content-type'] ?? '')) return [];
  const csv = new CsvText(text);
  const header = csv.header();
  const names = headerNames(header, text);
  const whenAt = names.indexOf('When');
  // Who tells a row from the middle of another one: its width may be off by one in this vendor's own example, its time not.
  const lines = csv.rows(
    (cells, doubtful) =>
      parseWhen(cells[whenAt]) !== undefined || (!doubtful && Math.abs(cells.length - names.length) <= 1),
  );
  if (!endsWhole(header, names, lines, isCounted(headers))) {
    throw new UnreadableError(`the CSV ends in the middle of a row (${lines.length} rows, ${text.length} characters)`);
  }
  return lines.map((line) => ('cells' in line ? columnsOf(names, line.cells) : line.broken));
}

/** What does not begin with the vendor's header row is not the vendor's CSV. */
function headerNames(header: CsvLine | undefined, text: string): string[] {
  const cells = header && 'cells' in header && header.cells.length <= MOST_COLUMNS ? header.cells : [];
  const names = columnNames(cells);
  if (names.includes('When') && (names.includes('EntityKey') || names.includes('MessageKey'))) return names;
  // What has rows in it may say something about people, and errors are read by many.
  const said = text.includes('{""') ? '' : excerpt(text);
  throw new UnreadableError(`the answer does not begin with a header row such as ${COLUMNS}${said}`, false);
}

/**
 * Whether the last line is all of a line. Where a line end follows it is. Else it has to be as wide as the others, and its
 * last cell must not be the beginning of something longer: of JSON that can be seen; of nothing, and of other text, it
 * cannot, and then HTTP's own count of the body is the only word for it.
 */
function endsWhole(
  header: CsvLine | undefined,
  names: readonly string[],
  lines: readonly CsvLine[],
  isCounted: boolean,
): boolean {
  const last = lines.at(-1);
  if (!last) return header?.ended === true || isCounted || COLUMNS.every((name) => names.includes(name));
  if (last.ended) return true;
  if (!('cells' in last)) return false;
  const widths = lines.slice(0, -1).map((line) => ('cells' in line ? line.cells.length : 0));
  const width = widths.reduce((most, one) => Math.max(most, one), 0) || names.length;
  const cell = last.cells.at(-1) ?? '';
  return last.cells.length >= width && (isWholeJson(cell) || (isCounted && !isCutJson(cell)));
}

/** Broken JSON that closes as it opened was broken when it was written; what does not close may have been cut. */
function isCutJson(cell: string): boolean {
  return JSON_BEGINNING.test(cell) && !/^\s*(?:\{[\s\S]*\}|\[[\s\S]*\])\s*$/.test(cell);
}

/** HTTP counts what it carries, by its length or in chunks: then all has come that was sent. */
function isCounted(headers: Answer['headers']): boolean {
  return headers['content-length'] !== undefined || /\bchunked\b/i.test(headers['transfer-encoding'] ?? '');
}

function isWholeJson(text: string): boolean {
  if (!SELF_CONTAINED.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
