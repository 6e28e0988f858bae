import { isReached, type Row } from './row.ts';

const COLUMNS = ['figure', 'what', 'value', 'unit', 'ratio', 'to', 'target', ''];
const RIGHT = new Set([2, 4, 6]);

/** The rows as a table for people. */
export function writeTable(rows: readonly Row[]): string {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, at) => Math.max(...cells.map((line) => (line[at] ?? '').length)));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => (RIGHT.has(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function cellsOf(row: Row): string[] {
  const { figure, name, value, unit, to, target } = row;
  const wanted = target && ('most' in target ? `<= ${target.most}` : `>= ${target.least}`);
  const reached = isReached(row);
  const verdict = reached === undefined ? '' : reached ? 'ok' : 'MISSED';
  return [figure, name, short(value), unit, to ? short(to.ratio) : '', to?.name ?? '', wanted ?? '', verdict];
}

function short(value: number): string {
  return value >= 1_000
    ? String(Math.round(value))
    : value >= 100
      ? value.toFixed(0)
      : value.toFixed(value >= 10 ? 1 : 2);
}
