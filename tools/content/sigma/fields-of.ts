import type { Correlation, Detection, Expression } from './rule.ts';

/** The fields of events that a rule looks at, in the order in which it names them. */
export function fieldsOf(logic: Detection | Correlation): readonly string[] {
  return [...new Set(namedIn(logic))];
}

function namedIn(logic: Detection | Correlation): string[] {
  if (logic.kind === 'detection') return matchesIn(logic.condition).map(({ field }) => field);
  const aliases = Object.values(logic.aliases).flatMap((fields) => Object.values(fields));
  const grouped = logic.groupBy.filter((field) => !Object.hasOwn(logic.aliases, field));
  const counted = logic.field === undefined ? [] : [logic.field];
  return [...logic.rules.flatMap(namedIn), ...grouped, ...aliases, ...counted];
}

/** The comparisons of a condition, whatever links them. */
export function matchesIn(expression: Expression): Extract<Expression, { kind: 'match' }>[] {
  if (expression.kind === 'match') return [expression];
  return expression.kind === 'not' ? matchesIn(expression.of) : expression.of.flatMap(matchesIn);
}
