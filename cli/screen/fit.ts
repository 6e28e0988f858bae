import stringWidth from 'string-width';
import { clean } from '../../functions/core/events/excerpt.ts';

// A terminal counts cells, not characters: 太 takes two, a combining accent none.

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Characters that change the width of the one before them, in some terminals only. */
const MODIFIERS = /[\ufe0e\ufe0f\u20e3\u{1f3fb}-\u{1f3ff}]/gu;
/** A letter of a flag. Some terminals make a flag of two, others show two letters. */
const FLAG_LETTER = /[\u{1f1e6}-\u{1f1ff}]/gu;
const FIRST_FLAG_LETTER = 0x1f1e6;
/** More than three marks on one character draw over the lines above and below. */
const MARKS = /(\p{M}{3})\p{M}+/gu;

/** Text on one line, safe for a terminal, of whose width all terminals have the same idea as far as possible. */
export function plain(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return clean(text)
    .normalize('NFC')
    .replace(MODIFIERS, '')
    .replace(FLAG_LETTER, (letter) => String.fromCharCode(65 + (letter.codePointAt(0) ?? 0) - FIRST_FLAG_LETTER))
    .replace(MARKS, '$1');
}

/** The number of cells that a text takes. */
export function widthOf(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text, or its beginning and an ellipsis if it is wider than that. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width < 1 ? '' : `${beginning(text, width - 1)}…`;
}

/** The text, or its beginning and its end: names differ at their ends. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 5) return cut(text, width);
  const end = ending(text, Math.ceil((width - 1) / 2));
  return `${beginning(text, width - 1 - widthOf(end))}…${end}`;
}

/** The text in exactly that many cells. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const fitting = cut(text, width);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(fitting)));
  return side === 'left' ? fitting + blanks : blanks + fitting;
}

/** The text in lines that are not wider than that. Words stay whole where they fit. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const add = (word: string) => {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      return;
    }
    if (line !== '') lines.push(line);
    const parts = chunks(word, width);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? '';
  };
  for (const word of text.split(' ')) add(word);
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** The text in pieces of that width, wherever a word may end. */
export function chunks(text: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (widthOf(rest) > width) {
    // Something is taken in any case: a character may be wider than there is room.
    const piece = beginning(rest, width) || [...rest].slice(0, 1).join('');
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

function beginning(text: string, width: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, width);
  let [taken, cells] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    cells += stringWidth(segment);
    if (cells > width) break;
    taken += segment;
  }
  return taken;
}

function ending(text: string, width: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(-width);
  let [taken, cells] = ['', 0];
  for (const { segment } of [...graphemes.segment(text)].reverse()) {
    cells += stringWidth(segment);
    if (cells > width) break;
    taken = segment + taken;
  }
  return taken;
}
