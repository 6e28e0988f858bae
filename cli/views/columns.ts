import { clean } from '../../functions/core/events/excerpt.ts';

/** Formats rows as a table. Numbers are aligned to the right, all else to the left. */
export function columns(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? sayNumber(cell) : clean(cell))));
  const widths = head.map((title, at) => Math.max(title.length, ...texts.map((row) => row[at]?.length ?? 0)));
  const isNumber = head.map(
    (_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === 'number' || row[at] === '-'),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), ...texts.map(line)].join('\n');
}

/** Formats 12345 as 12,345. */
export function sayNumber(number: number): string {
  return number.toLocaleString('en-US');
}
