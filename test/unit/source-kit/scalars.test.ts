import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf, numberOf, shortened, textOf, trimmedTextOf } from '../../../functions/source-kit/scalars.ts';

test.each([
  ['a', 'a'],
  [' ', ' '],
  [5, '5'],
  [0, '0'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  [Number.MAX_SAFE_INTEGER + 1, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  ['', undefined],
  [null, undefined],
  [true, undefined],
  [[], undefined],
  [{}, undefined],
  [undefined, undefined],
])('the text of %j is %j', (value, text) => {
  expect(textOf(value)).toBe(text);
});

test.each([
  [5, 5],
  [-1.5, -1.5],
  [0, 0],
  ['12.50', 12.5],
  ['-3', -3],
  ['', undefined],
  [' 1', undefined],
  ['1e5', undefined],
  ['0x10', undefined],
  ['9'.repeat(16), undefined],
  ['1.', undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [true, undefined],
  [null, undefined],
  [[1], undefined],
])('the number of %j is %j', (value, number) => {
  expect(numberOf(value)).toBe(number);
});

test.each([
  ['a', 'a'],
  [' a\t', 'a'],
  ['abcdef', 'abcd…'],
  [7, '7'],
  [7.5, undefined],
  [Number.MAX_SAFE_INTEGER + 1, undefined],
  ['  ', undefined],
  ['', undefined],
  [null, undefined],
  [true, undefined],
  [['a'], undefined],
])('the trimmed text of %j is %j', (value, text) => {
  expect(trimmedTextOf(value, 5)).toBe(text);
});

test.each([
  ['a', 'a'],
  [' ', ' '],
  ['12345', '12345'],
  ['123456', undefined],
  [123_456, '123456'],
  [1.5, undefined],
  [Number.NaN, undefined],
  ['', undefined],
  [false, undefined],
  [{}, undefined],
])('the id %j of at most five characters is %j', (value, id) => {
  expect(idOf(value, 5)).toBe(id);
});

test('an id may be of any length unless a vendor needs a limit', () => {
  expect(idOf('x'.repeat(10_000))).toBe('x'.repeat(10_000));
});

test('a shortened text is never longer than asked for, well formed, and begins like the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, longest) => {
      const short = shortened(text, longest);

      expect(short.length).toBeLessThanOrEqual(longest);
      expect(short.isWellFormed()).toBe(true);
      if (text.length <= longest) expect(short).toBe(text.toWellFormed());
      else expect(short.endsWith('…')).toBe(true);
    }),
  );
});

test('half a character at the cut does not survive', () => {
  expect(shortened('ab😀cd', 4)).toBe('ab\ufffd…');
});
