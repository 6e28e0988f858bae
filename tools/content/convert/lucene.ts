import type { Pattern } from '../sigma/pattern.ts';
import type { FieldMatch, Test } from '../sigma/rule.ts';
import { cannot, type Language } from './language.ts';
import { isAddress, isLowerCase, lowered, plainText, written } from './values.ts';

/** Everything. A condition that only excludes finds nothing in some versions, so it excludes from this. */
const ALL = '*:*';

/** Lucene's query strings, as Elasticsearch and its relatives read them. Fields of type keyword compare with regard to case. */
export const lucene: Language = {
  name: 'Lucene',
  all: (parts) => `(${parts.join(' AND ')})`,
  any: (parts) => `(${parts.join(' OR ')})`,
  not: (part) => `(${ALL} AND NOT ${part})`,
  test: testOf,
};

function testOf(match: FieldMatch, test: Test): string {
  const { field } = match;
  switch (test.kind) {
    case 'text':
      return textTest(match, test);
    case 'cidr':
      if (!isAddress(match)) break;
      return `${field}:"${test.network}/${test.prefix}"`;
    case 'exists':
      return test.exists ? `_exists_:${field}` : lucene.not(`_exists_:${field}`);
    case 'null':
      return lucene.not(`_exists_:${field}`);
  }
  throw cannot(lucene, match, test.kind);
}

function textTest(match: FieldMatch, { pattern, cased }: Test & { kind: 'text' }): string {
  const { field } = match;
  const text = plainText(pattern);
  if (text === '') throw cannot(lucene, match, 'an empty text');
  if (isAddress(match)) {
    if (text === undefined) throw cannot(lucene, match, 'wildcards');
    return `${field}:"${inQuotes(text)}"`;
  }
  if (pattern.length === 1 && text === undefined) return `_exists_:${field}`;
  if (isLowerCase(field) && !cased) return `${field}:${exactly(lowered(pattern))}`;
  if (cased || !hasCase(pattern)) return `${field}:${exactly(pattern)}`;
  return `${field}:/${written(pattern, '.*', '.', anyCase)}/`;
}

/** Whether some letter of a pattern can be written in two ways. */
function hasCase(pattern: Pattern): boolean {
  return pattern.some((part) => 'text' in part && part.text.toLowerCase() !== part.text.toUpperCase());
}

/** A term as it stands. A phrase of a keyword field is the whole value; a query string has no escape for < and > outside of one. */
function exactly(pattern: Pattern): string {
  const text = plainText(pattern);
  if (text !== undefined) return `"${inQuotes(text)}"`;
  if (pattern.some((part) => 'text' in part && /[<>]/.test(part.text)))
    return `/${written(pattern, '.*', '.', literal)}/`;
  return written(pattern, '*', '?', (part) => part.replaceAll(/[^\p{L}\p{N}_.]/gu, '\\$&'));
}

function inQuotes(text: string): string {
  return text.replaceAll(/["\\]/g, '\\$&');
}

/** A text in a regular expression, each letter in both of its cases. */
function anyCase(text: string): string {
  return Array.from(text, (letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
    const isPair = lower !== upper && [lower, upper].every((one) => Array.from(one).length === 1);
    return isPair ? `[${lower}${upper}]` : literal(letter);
  }).join('');
}

/** A text in a regular expression, where all that is neither letter nor digit may have a meaning. */
function literal(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_]/gu, '\\$&');
}
