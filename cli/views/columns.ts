import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { clean } from '../../functions/core/events/excerpt.ts';
import { type Paint, paint, paintOf, unpainted } from './paint.ts';

/** A text may be painted as a whole. */
export type Cell = string | number;

const GAP = 2;
/** A column is not made narrower than this to fit the terminal. */
const NARROWEST = 10;

interface Text {
  readonly text: string;
  readonly paint: Paint | undefined;
  readonly isNumber: boolean;
}

/**
 * Formats rows as a table. Numbers are aligned to the right, all else to the left. What is wider than the terminal is wrapped
 * inside its column, so that nothing is left out; without a terminal nothing is wrapped.
 */
export function columns(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  width: number | undefined = process.stdout.columns,
): string {
  const texts = rows.map((row) => row.map(textOf));
  const isNumber = head.map(
    (_, at) => texts.length > 0 && texts.every((row) => row[at]?.isNumber || row[at]?.text === '-'),
  );
  const natural = head.map((title, at) =>
    Math.max(stringWidth(title), ...texts.map((row) => stringWidth(row[at]?.text ?? ''))),
  );
  const widths = narrow(natural, isNumber, width);
  const titles = head.map((text): Text => ({ text, paint: 'faint', isNumber: false }));
  return [titles, ...texts].flatMap((row) => linesOf(row, widths, isNumber)).join('\n');
}

function textOf(cell: Cell): Text {
  if (typeof cell === 'number') return { text: sayNumber(cell), paint: undefined, isNumber: true };
  return { text: clean(unpainted(cell)), paint: paintOf(cell), isNumber: false };
}

/** Takes from the widest column of text, again and again, what the terminal lacks. */
function narrow(natural: readonly number[], isNumber: readonly boolean[], width: number | undefined): number[] {
  const widths = [...natural];
  if (width === undefined) return widths;
  let over = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  while (over > 0) {
    const widest = widths.reduce((most, one, at) => (isNumber[at] ? most : Math.max(most, one)), 0);
    if (widest <= NARROWEST) break;
    widths[widths.findIndex((one, at) => !isNumber[at] && one === widest)] = widest - 1;
    over--;
  }
  return widths;
}

/** A row takes as many lines as its highest cell. */
function linesOf(row: readonly Text[], widths: readonly number[], isNumber: readonly boolean[]): string[] {
  const cells = row.map(({ text }, at) => wrapAnsi(text, widths[at] ?? 0, { hard: true, trim: true }).split('\n'));
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map(({ paint: style }, at) => {
        const part = cells[at]?.[line] ?? '';
        const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(part)));
        const shown = style ? paint(style, part) : part;
        const isLast = at === row.length - 1;
        return isNumber[at] ? `${space}${shown}` : isLast ? shown : `${shown}${space}`;
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** Formats 12345 as 12,345. */
export function sayNumber(number: number): string {
  return number.toLocaleString('en-US');
}
