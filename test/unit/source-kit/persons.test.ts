import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayNameOf, fullNameOf, personIn, searchTermsOf } from '../../../functions/source-kit/persons.ts';

test.each([
  ['Ana Duarte (ana@example.com)', { name: 'ana@example.com', email: 'ana@example.com', full_name: 'Ana Duarte' }],
  ['A (B) C (a@b)', { name: 'a@b', email: 'a@b', full_name: 'A (B) C' }],
  [' (ana@example.com)', { name: 'ana@example.com', email: 'ana@example.com' }],
  ['ana@example.com', { name: 'ana@example.com', email: 'ana@example.com' }],
  ['Ana Duarte (contractor)', { name: 'Ana Duarte (contractor)' }],
  ['Ana @ work', { name: 'Ana @ work' }],
  ['Ana(ana@example.com)', { name: 'Ana(ana@example.com)' }],
  ['', {}],
])('%j is understood', (text, person) => {
  expect(personIn(text)).toEqual(person);
  expect(personIn(text, '7')).toEqual({ id: '7', ...person });
});

test('any text is a person with nothing invented', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const part of Object.values(personIn(text))) expect(text.includes(part as string)).toBe(true);
    }),
  );
});

test('a full name is what there is of it', () => {
  expect(fullNameOf('Ana', 'Duarte')).toBe('Ana Duarte');
  expect(fullNameOf(undefined, 'Duarte')).toBe('Duarte');
  expect(fullNameOf('Ana', undefined)).toBe('Ana');
  expect(fullNameOf(undefined, undefined)).toBeUndefined();
});

test('people are called by their full name, else by the next best', () => {
  const user = { full_name: 'Ana Duarte', name: 'ana', email: 'ana@example.com', id: '7' };

  expect(displayNameOf(user)).toBe('Ana Duarte');
  expect(displayNameOf({ name: 'ana', email: 'ana@example.com', id: '7' })).toBe('ana');
  expect(displayNameOf({ email: 'ana@example.com', id: '7' })).toBe('ana@example.com');
  expect(displayNameOf({ id: '7' })).toBe('7');
  expect(displayNameOf({})).toBeUndefined();
});

test('users are found by everything that they are called, each text once', () => {
  expect(
    searchTermsOf({ id: '7', name: 'a@b', email: 'a@b' }, undefined, { id: '8', full_name: 'Bo', name: '7' }),
  ).toEqual(['7', 'a@b', '8', 'Bo']);
  expect(searchTermsOf(undefined, {})).toBeUndefined();
});
