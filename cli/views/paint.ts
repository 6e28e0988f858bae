import { randomBytes } from 'node:crypto';
import { styleText } from 'node:util';

/** The colours that mean something: `bad` must be mended, `warn` may have to be, `good` is well, `faint` can be skipped, `strong` is a heading. */
export type Paint = 'bad' | 'warn' | 'good' | 'faint' | 'strong';

const STYLES = { bad: 'red', warn: 'yellow', good: 'green', faint: 'dim', strong: 'bold' } as const;

// What is shown is cleaned of everything that a terminal obeys, also of colours, since a vendor may have sent them. So our own
// ones are marks until the very end, and nobody who does not see this process can write one.
const SECRET = randomBytes(8).toString('hex');
const BEGIN = Object.fromEntries(Object.keys(STYLES).map((paint) => [paint, `<${SECRET}:${paint}>`]));
const END = `<${SECRET}:end>`;
const MARKS = new RegExp(`<${SECRET}:(\\w+)>`, 'g');

/** Marks a text to be shown in a colour, where colours are shown. */
export function paint(style: Paint, text: string): string {
  return text === '' ? '' : `${BEGIN[style]}${text}${END}`;
}

/** The text without its marks. */
export function unpainted(text: string): string {
  return text.replace(MARKS, '');
}

/** The colour of a text that is painted as a whole. */
export function paintOf(text: string): Paint | undefined {
  const [, first] = text.split(MARKS, 2);
  return first === undefined || !text.startsWith(`<${SECRET}:`) ? undefined : (first as Paint);
}

/** A part of a text, and its colour. */
export interface PaintedPart {
  readonly text: string;
  readonly paint: Paint | undefined;
}

/** The parts of a text, without the marks between them. */
export function partsOf(text: string): PaintedPart[] {
  let style: Paint | undefined;
  return text.split(MARKS).flatMap((part, at) => {
    // Every second part is the name in a mark.
    if (at % 2 === 0) return [{ text: part, paint: style }];
    style = part === 'end' ? undefined : (part as Paint);
    return [];
  });
}

/** The text with every part between marks cleaned by `clean`, and the marks made colours if the stream shows them. */
export function painted(text: string, stream: NodeJS.WriteStream, clean: (part: string) => string): string {
  return partsOf(text)
    .map(({ text: part, paint: style }) => {
      const cleaned = clean(part);
      if (style === undefined || cleaned === '') return cleaned;
      // Each line on its own: a table has a part of other cells between two lines of one cell.
      return cleaned
        .split('\n')
        .map((line) => styled(style, line, stream))
        .join('\n');
    })
    .join('');
}

/** Colours follow NO_COLOR, FORCE_COLOR and whether the stream is a terminal. */
function styled(style: Paint, text: string, stream: NodeJS.WriteStream): string {
  return text === '' ? '' : styleText(STYLES[style], text, { stream });
}
