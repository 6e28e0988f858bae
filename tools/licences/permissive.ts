/** Licences that ask for no more than their text and the names of the authors, by their identifiers in SPDX. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]);

const PARTS = /[()]|[^\s()]+/g;

/**
 * Whether a licence is permissive. It may be an expression of SPDX: of several licences to choose from (`OR`) one is enough, of several
 * that hold together (`AND`) all have to be. What is not understood, such as an exception (`WITH`), is not permissive.
 */
export function isPermissive(licence: string): boolean {
  const parts = licence.match(PARTS) ?? [];
  const verdict = anyOf(parts);
  return parts.length === 0 && verdict;
}

// Each takes what it has read off the front of the parts.

function anyOf(parts: string[]): boolean {
  let verdict = allOf(parts);
  while (parts[0] === 'OR') {
    parts.shift();
    const next = allOf(parts);
    verdict ||= next;
  }
  return verdict;
}

function allOf(parts: string[]): boolean {
  let verdict = one(parts);
  while (parts[0] === 'AND') {
    parts.shift();
    const next = one(parts);
    verdict &&= next;
  }
  return verdict;
}

function one(parts: string[]): boolean {
  const part = parts.shift();
  if (part !== '(') return part !== undefined && PERMISSIVE.has(part);
  const verdict = anyOf(parts);
  return parts.shift() === ')' && verdict;
}
