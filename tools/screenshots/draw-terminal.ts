import type { Cell } from './pseudo-terminal.ts';

/** Colours of a picture: the usual one, the background, and those of the terminal's palette that are used. */
interface Palette {
  readonly text: string;
  readonly dim: string;
  readonly background: string;
  readonly edge: string;
  readonly colours: Readonly<Record<number, string>>;
}

const [RED, GREEN, YELLOW, CYAN] = [1, 2, 3, 6];

export const LIGHT: Palette = {
  text: '#24292f',
  dim: '#6e7781',
  background: '#ffffff',
  edge: '#d0d7de',
  colours: { [RED]: '#c1121f', [GREEN]: '#1a7f37', [YELLOW]: '#8a5a00', [CYAN]: '#0b6e8f' },
};

export const DARK: Palette = {
  text: '#e6edf3',
  dim: '#8b949e',
  background: '#0d1117',
  edge: '#30363d',
  colours: { [RED]: '#ff7b72', [GREEN]: '#56d364', [YELLOW]: '#e3b341', [CYAN]: '#56d4dd' },
};

/** Size of a character of the picture. */
const [WIDTH, HEIGHT, FONT] = [8.4, 18, 14];
const MARGIN = 16;
const BARS = '▁▂▃▄▅▆▇█';
/** A bar fills the line of text, not the whole row. */
const BAR_HEIGHT = 14;

/** Draws the screen of a terminal as SVG. Each run of characters is as wide as its cells, whatever font there is. */
export function drawTerminal(rows: readonly (readonly Cell[])[], palette: Palette, title: string): string {
  const columns = Math.max(...rows.map(({ length }) => length));
  const [width, height] = [Math.ceil(columns * WIDTH) + 2 * MARGIN, rows.length * HEIGHT + 2 * MARGIN];
  const drawn = rows.flatMap((row, at) => runsOf(row).map((run) => drawRun(run, MARGIN + at * HEIGHT, palette)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${palette.background}" stroke="${palette.edge}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}" xml:space="preserve">
${drawn.join('\n')}
</g>
</svg>
`;
}

/** Characters that stand beside one another and look the same. */
interface Run {
  readonly column: number;
  readonly cells: number;
  readonly text: string;
  readonly look: Cell;
}

function runsOf(row: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const [column, cell] of row.entries()) {
    const last = runs.at(-1);
    const goesOn = last !== undefined && cell.text !== ' ' && isAlike(last.look, cell);
    const isWithin = goesOn && last.column + last.cells === column;
    if (isWithin) runs[runs.length - 1] = { ...last, cells: last.cells + 1, text: last.text + cell.text };
    else if (cell.text.trim() !== '') runs.push({ column, cells: 1, text: cell.text, look: cell });
  }
  return runs;
}

function isAlike(one: Cell, other: Cell): boolean {
  const isBar = (cell: Cell) => BARS.includes(cell.text.slice(0, 1)) && cell.text !== '';
  return (
    one.colour === other.colour &&
    one.isBold === other.isBold &&
    one.isDim === other.isDim &&
    isBar(one) === isBar(other)
  );
}

function drawRun({ column, cells, text, look }: Run, top: number, palette: Palette): string {
  const left = MARGIN + column * WIDTH;
  const colour = look.isDim ? palette.dim : (palette.colours[look.colour ?? -1] ?? palette.text);
  const heights = [...text].map((bar) => BARS.indexOf(bar) + 1);
  if (heights.every((height) => height > 0))
    return heights.map((height, at) => drawBar(left + at * WIDTH, top, height, colour)).join('');
  const bold = look.isBold ? ' font-weight="600"' : '';
  return `<text x="${round(left)}" y="${top + FONT}" fill="${colour}"${bold} textLength="${round(cells * WIDTH)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
}

/** Fonts draw bars in many ways: here they are drawn as what they are. */
function drawBar(left: number, top: number, eighths: number, colour: string): string {
  const height = (BAR_HEIGHT * eighths) / BARS.length;
  return `<rect x="${round(left)}" y="${round(top + BAR_HEIGHT + 2 - height)}" width="${round(WIDTH - 1)}" height="${round(height)}" fill="${colour}"/>`;
}

function round(number: number): string {
  return String(Math.round(number * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
