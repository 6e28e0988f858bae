import { UnreadableError } from '../../../core/errors.ts';
import { excerpt } from '../../../core/events/excerpt.ts';
import type { Answer } from '../../../core/model.ts';
import { COLUMNS, type Columns, columnNames, columnsOf } from './columns.ts';
import { type CsvLine, CsvText } from './csv-text.ts';
import { parseWhen } from './when.ts';

const MAX_COLUMNS = 1_000;
/** JSON that is no longer JSON when its end is cut off. A number would be. */
const SELF_CONTAINED = /^\s*["{[ntf]/;
const JSON_BEGINNING = /^\s*["{[]/;

/**
 * The rows of a CSV answer: the columns of each, or the text of a line that is no row. An answer without rows is a header row alone.
 * Nothing documents an empty body, and a broken gateway answers with one too, so it is no answer.
 */
export function csvRows(text: string, { headers }: Pick<Answer, 'headers'>): (Columns | string)[] {
  if (text.trim() === '') throw new UnreadableError('the answer is empty, without even a header row', false);
  const csv = new CsvText(text);
  const header = csv.header();
  const names = headerNames(header, text);
  const whenAt = names.indexOf('When');
  // A line may be the middle of a row with line breaks in it. A row has a time; its width may differ by one in the vendor's own example.
  const lines = csv.rows(
    (cells, doubtful) =>
      parseWhen(cells[whenAt]) !== undefined || (!doubtful && Math.abs(cells.length - names.length) <= 1),
  );
  if (!endsWhole(header, names, lines, isCounted(headers))) {
    throw new UnreadableError(`the CSV ends in the middle of a row (${lines.length} rows, ${text.length} characters)`);
  }
  return lines.map((line) => ('cells' in line ? columnsOf(names, line.cells) : line.broken));
}

/** The vendor's CSV begins with a header row; an answer without it is something else. */
function headerNames(header: CsvLine | undefined, text: string): string[] {
  const cells = header && 'cells' in header && header.cells.length <= MAX_COLUMNS ? header.cells : [];
  const names = columnNames(cells);
  if (names.includes('When') && (names.includes('EntityKey') || names.includes('MessageKey'))) return names;
  // Rows may hold personal data, and many people read error messages.
  const beginning = text.includes('{""') ? '' : excerpt(text);
  throw new UnreadableError(`the answer does not begin with a header row such as ${COLUMNS}${beginning}`, false);
}

/**
 * Whether the last line is complete. It is if a line end follows. Else it must be as wide as the other lines, and its last cell must
 * not be the beginning of something longer. JSON shows that. An empty cell or another text does not, and then only HTTP's own
 * count of the body proves that nothing was cut off.
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

/** JSON without its closing bracket may have been cut off. With it, broken JSON was written like that. */
function isCutJson(cell: string): boolean {
  return JSON_BEGINNING.test(cell) && !/^\s*(?:\{[\s\S]*\}|\[[\s\S]*\])\s*$/.test(cell);
}

/** Whether HTTP counts the body, by its length or in chunks: then a body that was cut off would have failed. */
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
