import { cut, widthOf } from './fit.ts';

/** What a colour means. Each terminal's own palette decides how it looks. */
export type Tone = 'plain' | 'title' | 'dim' | 'good' | 'active' | 'warning' | 'bad' | 'chosen';

/** A part of a line, in one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A line of the screen. */
export type Line = readonly Span[];

/** Number of characters of the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const EMPTY: Line = [];

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** The number of cells that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The line, cut where it would be wider than that. */
export function cutLine(line: Line, width: number): Line {
  let left = width;
  const kept: Span[] = [];
  for (const { text, tone } of line) {
    if (left <= 0) break;
    const fitting = cut(text, left);
    kept.push({ text: fitting, tone });
    left -= widthOf(fitting);
    if (fitting !== text) break;
  }
  return kept;
}

/** One line from edge to edge: what is on the right stays whole, what is on the left is cut if need be. */
export function edgeToEdge(left: Line, right: Line, width: number): Line {
  const kept = cutLine(right, width);
  const room = width - lineWidth(kept);
  if (lineWidth(kept) === 0) return cutLine(left, width);
  const fitting = cutLine(left, room - 1);
  return [...fitting, span(' '.repeat(Math.max(0, room - lineWidth(fitting)))), ...kept];
}

/** Exactly that many lines, none wider than the terminal. */
export function fill(lines: readonly Line[], { columns, rows }: Size): Line[] {
  const blank = Array.from({ length: Math.max(0, rows - lines.length) }, () => EMPTY);
  return [...lines, ...blank].slice(0, rows).map((line) => cutLine(line, columns));
}
