import type { Correlation, Detection } from '../sigma/rule.ts';
import { RuleError } from '../sigma/rule-error.ts';
import { boundsOf, type Names, nameOf } from './leaves.ts';

// Some languages cannot look at events one after the other. There, the events of a group within a window are counted at once: how many
// a rule has matched, and when first and last. What must come in an order may then come in another one as well, if both happened more
// than once.

/** How a language counts what a rule has matched, in a group within a window. */
export interface Counting {
  /** Events with the flag. */
  events(flag: string): string;
  /** Distinct values of a field in events with the flag. */
  values(flag: string, field: string): string;
  first(flag: string): string;
  last(flag: string): string;
  /** A condition that at least one of several flags holds. */
  anyOf(flags: readonly string[]): string;
}

/** What is counted, by the names of the results, and the conditions on them. */
export interface Counted {
  readonly counts: readonly (readonly [name: string, count: string])[];
  readonly conditions: readonly string[];
}

/** Counts what a correlation needs. Rules that are correlations themselves must be about the same groups. */
export function countedOf(correlation: Correlation, names: Names, counting: Counting): Counted {
  const { type, field = '', rules } = correlation;
  for (const rule of rules) if (rule.kind === 'correlation') checkInner(rule, correlation);
  const own = nameOf(names, correlation);
  const flags = rules.map((rule) => counting.anyOf(leavesOf(rule).map((leaf) => nameOf(names, leaf))));
  if (type === 'event_count' || type === 'value_count') {
    const all = counting.anyOf(rules.flatMap(leavesOf).map((leaf) => nameOf(names, leaf)));
    const count = type === 'event_count' ? counting.events(all) : counting.values(all, field);
    return { counts: [[`n_${own}`, count]], conditions: boundsOf(correlation, `n_${own}`) };
  }
  if (correlation.condition.length > 0) throw new RuleError(`${correlation.title}: here all of its rules must match.`);
  const inner = rules.map((rule, at) => innerCounts(rule, names, { counting, flag: flags[at] ?? '' }));
  const order = type === 'temporal' ? { counts: [], conditions: [] } : orderOf(flags, own, counting);
  return {
    counts: [...inner.flatMap(({ counts }) => counts), ...order.counts],
    conditions: [...inner.flatMap(({ conditions }) => conditions), ...order.conditions],
  };
}

function innerCounts(
  rule: Detection | Correlation,
  names: Names,
  { counting, flag }: { counting: Counting; flag: string },
): Counted {
  if (rule.kind === 'correlation') return countedOf(rule, names, counting);
  const name = `n_${nameOf(names, rule)}`;
  return { counts: [[name, counting.events(flag)]], conditions: [`${name} >= 1`] };
}

/** Each rule has begun before the next one was last seen. */
function orderOf(flags: readonly string[], own: string, counting: Counting): Counted {
  const pairs = flags.slice(1).map((flag, at) => ({ before: flags[at] ?? '', after: flag, at: at + 1 }));
  return {
    counts: pairs.flatMap(({ before, after, at }) => [
      [`first_${own}_${at}`, counting.first(before)] as const,
      [`last_${own}_${at}`, counting.last(after)] as const,
    ]),
    conditions: pairs.map(({ at }) => `first_${own}_${at} <= last_${own}_${at}`),
  };
}

/** The rules about single events of a rule. */
function leavesOf(rule: Detection | Correlation): Detection[] {
  return rule.kind === 'detection' ? [rule] : rule.rules.flatMap(leavesOf);
}

function checkInner(inner: Correlation, outer: Correlation): void {
  if (inner.timespan.seconds > outer.timespan.seconds || inner.groupBy.join() !== outer.groupBy.join())
    throw new RuleError(`${inner.title}: it needs the group-by of ${outer.title}, and no longer timespan.`);
}
