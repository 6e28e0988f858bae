import { cutLine, EMPTY, type Line, span, type Tone } from '../screen/line.ts';
import { type Paint, partsOf } from '../views/paint.ts';
import { plain, widthOf, wrap } from './fit.ts';

const TONES: Readonly<Record<Paint, Tone>> = {
  bad: 'bad',
  warn: 'warning',
  good: 'good',
  faint: 'dim',
  strong: 'title',
};

/** Cells of a table are further apart than words. */
const IN_COLUMNS = /\S {2,}\S/;

/** A text as a command prints it, as lines of a screen: sentences go on in the next line, tables are cut. */
export function linesOfText(text: string, width: number): Line[] {
  return text.split('\n').flatMap((row) => {
    const parts = partsOf(row).filter((part) => part.text !== '');
    const spans = parts.map((part) => span(plain(part.text), part.paint ? TONES[part.paint] : 'plain'));
    const [only] = spans;
    if (only === undefined) return [EMPTY];
    const isSentence = spans.length === 1 && !IN_COLUMNS.test(only.text);
    if (!isSentence || widthOf(only.text) <= width) return [cutLine(spans, width)];
    const indent = /^ */.exec(only.text)?.[0] ?? '';
    return wrap(only.text.trimStart(), width - indent.length - 2).map((line, at) => [
      span(`${indent}${at === 0 ? '' : '  '}${line}`, only.tone),
    ]);
  });
}
