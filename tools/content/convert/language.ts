import type { Expression, FieldMatch, Test } from '../sigma/rule.ts';
import { RuleError } from '../sigma/rule-error.ts';

/** How a query language writes the parts of a condition. Each returns a text that can stand inside of any other part. */
export interface Language {
  readonly name: string;
  all(parts: readonly string[]): string;
  any(parts: readonly string[]): string;
  /** True where the part is not true: also for an event that lacks the field. */
  not(part: string): string;
  test(match: FieldMatch, test: Test): string;
}

/** A condition in a query language. */
export function convert(expression: Expression, language: Language): string {
  switch (expression.kind) {
    case 'not':
      return language.not(convert(expression.of, language));
    case 'match': {
      const parts = expression.tests.map((test) => language.test(expression, test));
      return linked(expression.link === 'all' ? 'and' : 'or', parts, language);
    }
    default: {
      const parts = expression.of.map((part) => convert(part, language));
      return linked(expression.kind, parts, language);
    }
  }
}

function linked(kind: 'and' | 'or', parts: readonly string[], language: Language): string {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  return kind === 'and' ? language.all(parts) : language.any(parts);
}

/** What a language has no form for. A rule that cannot be converted as it is meant is not converted at all. */
export function cannot({ name }: Language, { field }: FieldMatch, what: string): RuleError {
  return new RuleError(`${name} cannot test ${field} by ${what}. Write the rule with other modifiers.`);
}
