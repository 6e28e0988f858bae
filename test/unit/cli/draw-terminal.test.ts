import { expect, test } from 'vitest';
import { DARK, drawTerminal } from '../../../tools/screenshots/draw-terminal.ts';
import type { Cell } from '../../../tools/screenshots/pseudo-terminal.ts';

const cell = (text: string, change: Partial<Cell> = {}): Cell => ({
  text,
  colour: undefined,
  isBold: false,
  isDim: false,
  ...change,
});

test('a screen is drawn in its colours, each run of characters as wide as its cells', () => {
  const wide = [cell('太'), cell(''), cell('郎'), cell('')];
  const row = [...wide, cell(' '), cell('✕', { colour: 1, isBold: true }), cell(' '), cell('b', { isDim: true })];

  const svg = drawTerminal([row], DARK, 'title');

  expect(svg).toContain('textLength="33.6" lengthAdjust="spacingAndGlyphs">太郎</text>');
  expect(svg).toMatch(/fill="#ff7b72" font-weight="600"[^>]*>✕<\/text>/);
  expect(svg).toMatch(/fill="#8b949e"[^>]*>b<\/text>/);
});

test('bars are drawn as bars, and text as text', () => {
  const svg = drawTerminal([[cell('▁'), cell('█'), cell('<'), cell('&')]], DARK, 'a "title"');

  expect(svg.match(/<rect [^>]*height="(1.75|14)"/g)).toHaveLength(2);
  expect(svg).toContain('>&lt;&amp;</text>');
  expect(svg).toContain('<title>a &quot;title&quot;</title>');
});
