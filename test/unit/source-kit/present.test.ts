import { expect, test } from 'vitest';
import { defined, distinct, filled, present } from '../../../functions/source-kit/present.ts';

test('what is undefined is left out, and everything else stays in its place', () => {
  const fields = { a: 1, b: undefined, c: null, d: '', e: [] };

  expect(Object.entries(defined(fields))).toEqual([
    ['a', 1],
    ['c', null],
    ['d', ''],
    ['e', []],
  ]);
  expect(present(fields)).toEqual(defined(fields));
});

test('an object without anything in it is left out itself, where that is asked for', () => {
  expect(defined({ a: undefined })).toEqual({});
  expect(present({ a: undefined })).toBeUndefined();
  expect(present({})).toBeUndefined();
});

test('empty lists and objects are left out, but no empty text, zero, false or null', () => {
  expect(filled({ a: [], b: {}, c: undefined, d: '', e: 0, f: false, g: null, h: [undefined] })).toEqual({
    d: '',
    e: 0,
    f: false,
    g: null,
    h: [undefined],
  });
});

test('texts are kept once, in the order of their first occurrence', () => {
  expect(distinct(['b', undefined, 'a', 'b', ''])).toEqual(['b', 'a', '']);
  expect(distinct([undefined])).toBeUndefined();
  expect(distinct([])).toBeUndefined();
});
