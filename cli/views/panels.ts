import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { clean } from '../../functions/core/events/excerpt.ts';
import { type Paint, paint } from './paint.ts';

/** A line of a panel, in one colour. */
export interface PanelLine {
  readonly text: string;
  readonly paint?: Paint | undefined;
}

/** A heading and lines under it. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly PanelLine[];
}

/** Panels stand beside one another where each can be so wide. */
const LEAST_WIDTH = 56;
const GAP = '  ';
/** More lines of a panel are not shown, and it says so. */
const MOST_LINES = 500;
/** More characters of a line are not shown. */
const LONGEST_LINE = 1_000;

/** Panels side by side as far as the terminal is wide enough, else under one another. Without a terminal, nothing is wrapped. */
export function showPanels(panels: readonly Panel[], width: number | undefined = process.stdout.columns): string {
  const beside = width === undefined ? 1 : Math.max(1, Math.floor((width + GAP.length) / (LEAST_WIDTH + GAP.length)));
  const count = Math.min(beside, panels.length);
  const each = width === undefined ? undefined : Math.max(10, Math.floor((width - GAP.length * (count - 1)) / count));
  const rows: string[] = [];
  for (let at = 0; at < panels.length; at += count) {
    rows.push(
      rowOf(
        panels.slice(at, at + count).map((panel) => wrapped(panel, each)),
        each,
      ),
    );
  }
  return rows.join('\n\n');
}

function rowOf(panels: readonly (readonly PanelLine[])[], width: number | undefined): string {
  const height = Math.max(...panels.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    panels
      .map((lines, at) => {
        const { text, paint: style } = lines[line] ?? { text: '' };
        const shown = style ? paint(style, text) : text;
        const isLast = at === panels.length - 1;
        return isLast || width === undefined ? shown : shown + ' '.repeat(Math.max(0, width - stringWidth(text)));
      })
      .join(GAP)
      .trimEnd(),
  ).join('\n');
}

/** The lines of a panel, with its title, none wider than this. */
function wrapped({ title, lines }: Panel, width: number | undefined): PanelLine[] {
  const left = lines.length - MOST_LINES;
  const more: readonly PanelLine[] = left > 0 ? [{ text: `... and ${left} more lines`, paint: 'faint' }] : [];
  const all: readonly PanelLine[] = [{ text: title, paint: 'strong' }, ...lines.slice(0, MOST_LINES), ...more];
  return all.flatMap(({ text, paint: style }) => {
    const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
    return pieces(clean(cut), width).map((piece) => ({ text: piece, paint: style }));
  });
}

/** A line in pieces; those after the first stand a little to the right of where it began. */
function pieces(text: string, width: number | undefined): string[] {
  if (width === undefined || stringWidth(text) <= width) return [text];
  const [indent = ''] = /^ */.exec(text) ?? [];
  const inner = indent.slice(0, Math.max(0, width - 12));
  const options = { hard: true, trim: false };
  const [first = '', ...rest] = wrapAnsi(text, width, options).split('\n');
  if (rest.length === 0) return [first];
  const tail = wrapAnsi(text.slice(first.length).trimStart(), width - inner.length - 2, options).split('\n');
  return [first.trimEnd(), ...tail.map((piece) => `${inner}  ${piece.trim()}`)];
}
