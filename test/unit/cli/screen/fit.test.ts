import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunks, cut, cutMiddle, pad, plain, widthOf, wrap } from '../../../../cli/screen/fit.ts';

const texts = fc.string({ unit: 'grapheme-composite', maxLength: 60 });
const widths = fc.integer({ min: 2, max: 40 });

describe('a text in cells', () => {
  test.each([
    ['abc', 3],
    ['太郎', 4],
    ['한글', 4],
    ['e\u0301', 1],
    ['🌊', 2],
  ])('%s takes %i', (text, cells) => {
    expect(widthOf(text)).toBe(cells);
  });

  test.each([
    ['太郎太郎', 8, '太郎太郎'],
    ['太郎太郎', 7, '太郎太…'],
    // Half a wide character cannot be shown.
    ['太郎太郎', 6, '太郎…'],
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['abcd', 0, ''],
  ])('%s is cut to %i as %s', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  test('keeps both ends where the middle is cut', () => {
    expect(cutMiddle('source/a-long-stream/acme-prod', 21)).toBe('source/a-l…/acme-prod');
    expect(cutMiddle('short', 21)).toBe('short');
  });

  test('is padded on either side', () => {
    expect([pad('太', 4), pad('7', 4, 'right'), pad('太郎太', 4)]).toEqual(['太  ', '   7', '太…  '.slice(0, 3)]);
  });

  test('is wrapped between words, and inside one that is too long', () => {
    expect(wrap('the quick brown fox', 9)).toEqual(['the quick', 'brown fox']);
    expect(wrap('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
    expect(wrap('太郎太郎', 5)).toEqual(['太郎', '太郎']);
    expect(wrap('', 5)).toEqual(['']);
  });
});

test.each([
  // Terminals disagree on the width of these: what is left has one width in all.
  ['☀\ufe0f', '☀'],
  ['👍\u{1f3fd}', '👍'],
  ['🇨🇭', 'CH'],
  ['1\ufe0f\u20e3', '1'],
  // A family is several people joined by an invisible character.
  ['👩\u200d👧', '👩 👧'],
  ['e\u0301', 'é'],
  [`z${'\u0335'.repeat(50)}`, `z${'\u0335'.repeat(3)}`],
  ['\u001b[31mred\tx', ' [31mred x'],
])('%j is shown as %j', (text, shown) => {
  expect(plain(text)).toBe(shown);
});

test('nothing is ever wider than its place, and no part of a wrapped text is lost', () => {
  fc.assert(
    fc.property(texts, widths, (raw, width) => {
      const text = plain(raw);
      expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
      expect(widthOf(cutMiddle(text, width))).toBeLessThanOrEqual(width);
      expect(widthOf(pad(text, width))).toBe(width);
      for (const lines of [wrap(text, width), chunks(text, width)]) {
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }
      expect(chunks(text, width).join('')).toBe(text);
      expect(wrap(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
    { numRuns: 300 },
  );
});
