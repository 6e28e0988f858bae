import { cannot, type Language } from '../convert/language.ts';
import { isList, plainText, written } from '../convert/values.ts';
import type { FieldMatch, Test } from '../sigma/rule.ts';

/** Conditions of the command `search`, which finds events by the index. It compares without regard to case. */
export const splSearch: Language = {
  name: 'SPL',
  all: (parts) => `(${parts.join(' ')})`,
  any: (parts) => `(${parts.join(' OR ')})`,
  not: (part) => `(NOT ${part})`,
  test: (match, test) => {
    const field = searchName(match);
    switch (test.kind) {
      case 'text':
        return `${field}="${searchText(match, test)}"`;
      case 'cidr':
        return `${field}="${test.network}/${test.prefix}"`;
      case 'exists':
        return test.exists ? `${field}=*` : splSearch.not(`${field}=*`);
      case 'null':
        return splSearch.not(`${field}=*`);
      default:
        throw cannot(splSearch, match, test.kind);
    }
  },
};

/** Expressions of the commands `eval` and `where`, which are exact. */
export const splEval: Language = {
  name: 'SPL',
  all: (parts) => `(${parts.join(' AND ')})`,
  any: (parts) => `(${parts.join(' OR ')})`,
  // What is compared with a field that is not there is neither true nor false.
  not: (part) => `(NOT coalesce(${part}, false()))`,
  test: (match, test) => {
    const field = `'${fieldName(match)}'`;
    switch (test.kind) {
      case 'text':
        return textTest(match, test);
      case 'cidr':
        if (isList(match)) break;
        return `cidrmatch("${test.network}/${test.prefix}", ${field})`;
      case 'exists':
        return test.exists ? `isnotnull(${field})` : `isnull(${field})`;
      case 'null':
        return `isnull(${field})`;
    }
    throw cannot(splEval, match, test.kind);
  },
};

function textTest(match: FieldMatch, { pattern, cased }: Test & { kind: 'text' }): string {
  const field = `'${fieldName(match)}'`;
  const text = plainText(pattern);
  if (text !== undefined && !isList(match))
    return cased ? `${field}="${quoted(text)}"` : `lower(${field})="${quoted(text.toLowerCase())}"`;
  const source = `^${written(pattern, '.*', '.', literal)}$`;
  const regex = `"${quoted(`(?s${cased ? '' : 'i'})${source}`)}"`;
  return isList(match) ? `isnotnull(mvfind(${field}, ${regex}))` : `match(${field}, ${regex})`;
}

/** The name under which Splunk extracts a field from JSON: a list has braces. */
export function fieldName({ field, type }: Pick<FieldMatch, 'field' | 'type'>): string {
  return type.endsWith('[]') ? `${field}{}` : field;
}

/** The name of a field outside of expressions: one with braces stands in quotes. */
export function searchName(match: Pick<FieldMatch, 'field' | 'type'>): string {
  const name = fieldName(match);
  return name.includes('{') ? `"${name}"` : name;
}

/** A text between quotes of a search. A star is always a wildcard there, and there is no wildcard for one character. */
function searchText(match: FieldMatch, { pattern, cased }: Test & { kind: 'text' }): string {
  if (cased) throw cannot(splSearch, match, 'the case of its letters');
  if (pattern.some((part) => ('text' in part ? part.text.includes('*') : part.wildcard === '?')))
    throw cannot(splSearch, match, 'a star that stands for itself, or by a wildcard for one character');
  return written(pattern, '*', '?', quoted);
}

/** A text between quotes. */
function quoted(text: string): string {
  return text.replaceAll(/["\\]/g, '\\$&');
}

/** A text in a regular expression. */
function literal(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_ ]/gu, '\\$&');
}
