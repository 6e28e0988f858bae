import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fieldsOf,
  isObject,
  objectsIn,
  parseJson,
  recordOf,
  shapeOf,
} from '../../../functions/source-kit/json-values.ts';

test.each([
  [null, 'null'],
  [undefined, 'missing'],
  [[1], 'a list'],
  [{}, 'an object'],
  ['x', 'a string'],
  [1, 'a number'],
  [true, 'a boolean'],
])('%j is %s', (value, shape) => {
  expect(shapeOf(value)).toBe(shape);
  expect(isObject(value)).toBe(shape === 'an object');
});

test('what is no object has no fields', () => {
  const object = { a: 1 };

  expect(fieldsOf(object)).toBe(object);
  for (const value of [null, undefined, 'text', 5, [{ a: 1 }]]) expect(fieldsOf(value)).toEqual({});
});

test('each element of a list is an object, and what is no list has no elements', () => {
  expect(objectsIn([{ a: 1 }, null, 'x', [2]])).toEqual([{ a: 1 }, {}, {}, {}]);
  for (const value of [null, { 0: {} }, 'list']) expect(objectsIn(value)).toEqual([]);
});

test('a record that is no object is refused by its shape, and not quoted', () => {
  expect(recordOf({ value: { a: 1 }, text: '{"a":1}' })).toEqual({ a: 1 });
  expect(() => recordOf({ value: ['secret'], text: '' })).toThrow(
    new Error('the record is a list; an object was expected'),
  );
});

test('any text is JSON or undefined, and never an error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const value = parseJson(text);
      if (value !== undefined) expect(value).toEqual(JSON.parse(text));
    }),
  );
  expect(parseJson('null')).toBeNull();
  expect(parseJson('{"a":')).toBeUndefined();
});
