import { cannot, type Language } from '../convert/language.ts';
import { isAddress, isList, isLowerCase, lowered, plainText, written } from '../convert/values.ts';
import type { FieldMatch, Test } from '../sigma/rule.ts';

/** Conditions of PPL. What it makes of a list in a comparison is not documented, so that it is not asked. */
export const ppl: Language = {
  name: 'PPL',
  all: (parts) => `(${parts.join(' AND ')})`,
  any: (parts) => `(${parts.join(' OR ')})`,
  not: (part) => `(NOT ifnull(${part}, false))`,
  test: (match, test) => {
    if (isList(match)) throw cannot(ppl, match, 'anything, as it is a list');
    const field = match.field;
    switch (test.kind) {
      case 'text':
        return textTest(match, test);
      case 'cidr':
        return `cidrmatch(${field}, '${test.network}/${test.prefix}')`;
      case 'exists':
        return test.exists ? `isnotnull(${field})` : `isnull(${field})`;
      case 'null':
        return `isnull(${field})`;
      default:
        throw cannot(ppl, match, test.kind);
    }
  },
};

function textTest(match: FieldMatch, { pattern, cased }: Test & { kind: 'text' }): string {
  const isExact = cased || isLowerCase(match.field) || isAddress(match);
  const wanted = cased ? pattern : lowered(pattern);
  const text = plainText(wanted);
  const value = isExact ? match.field : `lower(${match.field})`;
  if (text !== undefined) return `${value} = ${literal(text)}`;
  if (isAddress(match)) throw cannot(ppl, match, 'wildcards, as it is an address');
  return `like(${value}, ${literal(written(wanted, '%', '_', (part) => part.replaceAll(/[\\%_]/g, '\\$&')))})`;
}

/** A text of PPL. */
export function literal(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
