import type { Correlation, Detection, Rule } from '../sigma/rule.ts';
import { RuleError } from '../sigma/rule-error.ts';

/** A rule as one of its parts is called in a query: `r1`, `r2` and so on. */
export type Names = ReadonlyMap<Detection | Correlation, string>;

/** Names for a correlation and all rules that it refers to, those that others refer to first. */
export function namesOf(correlation: Correlation): Names {
  const names = new Map<Detection | Correlation, string>();
  const add = (rule: Detection | Correlation) => {
    if (names.has(rule)) return;
    if (rule.kind === 'correlation') rule.rules.forEach(add);
    names.set(rule, `r${names.size + 1}`);
  };
  add(correlation);
  return names;
}

/** The rules about single events among those that have names. */
export function detectionsOf(names: Names): Detection[] {
  return [...names.keys()].filter((rule) => rule.kind === 'detection');
}

/** The name of a rule. */
export function nameOf(names: Names, rule: Detection | Correlation): string {
  const name = names.get(rule);
  if (name === undefined) throw new RuleError(`${rule.title}: it is no part of the correlation.`);
  return name;
}

const SIGNS = { gt: '>', gte: '>=', eq: '==' } as const;

/** The bounds of a correlation as conditions, such as `n >= 10`. What must not happen too often would be an alert about nothing. */
export function boundsOf({ condition, rules, title }: Correlation, count: string, equals = '=='): string[] {
  if (condition.length === 0) return [`${count} >= ${rules.length}`];
  return condition.map((bound) => {
    if (bound.with === 'lt' || bound.with === 'lte')
      throw new RuleError(`${title}: no query finds what happened fewer times. Write gt, gte or eq.`);
    return `${count} ${bound.with === 'eq' ? equals : SIGNS[bound.with]} ${bound.value}`;
  });
}

/** Adds the file of a rule to whatever is wrong with its conversion. */
export function inFile<T>({ file }: Rule, make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    throw thrown instanceof RuleError ? new RuleError(`${file}: ${thrown.message}`) : thrown;
  }
}
