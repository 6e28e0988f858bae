import { cannot, type Language } from '../convert/language.ts';
import { isAddress, isList, isLowerCase, lowered, plainText, written } from '../convert/values.ts';
import type { FieldMatch, Test } from '../sigma/rule.ts';

/** Conditions of ES|QL, which compares with regard to case, and neither true nor false where a field is not there or has several values. */
export const esql: Language = {
  name: 'ES|QL',
  all: (parts) => `(${parts.join(' AND ')})`,
  any: (parts) => `(${parts.join(' OR ')})`,
  not: (part) => `(NOT COALESCE(${part}, false))`,
  test: testOf,
};

/** Stands between the values of a list: no value of ours has a line break. */
const BETWEEN = '\n';

function testOf(match: FieldMatch, test: Test): string {
  const { field } = match;
  switch (test.kind) {
    case 'text':
      return textTest(match, test);
    case 'cidr':
      if (!isAddress(match) || isList(match)) break;
      return `CIDR_MATCH(${field}, "${test.network}/${test.prefix}")`;
    case 'exists':
      return `${field} IS ${test.exists ? 'NOT NULL' : 'NULL'}`;
    case 'null':
      return `${field} IS NULL`;
  }
  throw cannot(esql, match, test.kind);
}

function textTest(match: FieldMatch, { pattern, cased }: Test & { kind: 'text' }): string {
  const wanted = cased ? pattern : lowered(pattern);
  const value = compared(match, cased);
  const text = plainText(wanted);
  if (!isList(match)) return text === undefined ? `${value} LIKE ${like(wanted)}` : `${value} == ${literal(text)}`;
  const isInside = wanted.slice(1, -1).some((part) => 'wildcard' in part);
  if (isInside) throw cannot(esql, match, 'wildcards inside of a text, as it is a list');
  const inList = [{ wildcard: '*' }, { text: BETWEEN }, ...wanted, { text: BETWEEN }, { wildcard: '*' }] as const;
  return `${value} LIKE ${like(inList)}`;
}

/** The value to compare with. A list becomes one text, each value between line breaks. */
function compared(match: FieldMatch, cased: boolean): string {
  const text = isAddress(match) ? `TO_STRING(${match.field})` : match.field;
  const lineBreak = literal(BETWEEN);
  const whole = isList(match) ? `CONCAT(${lineBreak}, MV_CONCAT(${text}, ${lineBreak}), ${lineBreak})` : text;
  return cased || isLowerCase(match.field) || isAddress(match) ? whole : `TO_LOWER(${whole})`;
}

function like(pattern: Parameters<typeof written>[0]): string {
  return literal(written(pattern, '*', '?', (text) => text.replaceAll(/[\\*?]/g, '\\$&')));
}

/** A text of ES|QL. */
export function literal(text: string): string {
  const escaped = text
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
