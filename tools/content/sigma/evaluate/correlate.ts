import { type Instant, SECOND } from '../../../../functions/core/time.ts';
import type { Correlation, Detection } from '../rule.ts';
import { COMPARE } from './matches.ts';
import { type Event, textsAt } from './values.ts';

/** That a rule has fired: at the time of the last of the events that made it. */
export interface Hit {
  readonly at: Instant;
  readonly events: readonly Event[];
}

/** A hit of one of the rules that are correlated. */
export interface Part {
  readonly rule: Detection | Correlation;
  readonly hit: Hit;
}

/**
 * Looks back from each hit over the time of the correlation, in every group for itself. So nothing is missed at the border of two
 * fixed periods. A time without any hit is never looked at: a rule for too few events cannot see that there were none.
 */
export function correlate(correlation: Correlation, parts: readonly Part[]): Hit[] {
  const span = correlation.timespan.seconds * SECOND;
  return [...groupsOf(correlation, parts).values()].flatMap((group) => {
    const sorted = group.toSorted((one, other) => one.hit.at - other.hit.at);
    return sorted.flatMap(({ hit }, last) => {
      const window = sorted.slice(0, last + 1).filter((part) => hit.at - part.hit.at <= span);
      if (!holds(correlation, window)) return [];
      return [{ at: hit.at, events: [...new Set(window.flatMap((part) => part.hit.events))] }];
    });
  });
}

/** The hits by the values of the fields of the groups. One with several values is in several groups, one without any in none. */
function groupsOf({ groupBy, aliases }: Correlation, parts: readonly Part[]): Map<string, Part[]> {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const keys = groupBy.reduce<string[][]>(
      (known, field) => known.flatMap((key) => valuesOf(part, field, aliases).map((value) => [...key, value])),
      [[]],
    );
    for (const key of keys.map((values) => JSON.stringify(values))) groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return groups;
}

function valuesOf({ rule, hit }: Part, field: string, aliases: Correlation['aliases']): string[] {
  const actual = aliases[field]?.[rule.name ?? ''] ?? field;
  return [...new Set(hit.events.flatMap((event) => textsAt(event, actual)))];
}

function holds(correlation: Correlation, window: readonly Part[]): boolean {
  const { type, rules, condition } = correlation;
  if (type === 'temporal_ordered' && !inOrder(rules, window)) return false;
  if (condition.length === 0) return new Set(window.map(({ rule }) => rule)).size === rules.length;
  const count = countOf(correlation, window);
  return condition.every((bound) => COMPARE[bound.with](count, bound.value));
}

function countOf({ type, field, aliases }: Correlation, window: readonly Part[]): number {
  // An event that several of the rules match is one event.
  if (type === 'event_count') return new Set(window.map(({ hit }) => hit.events.at(-1))).size;
  if (type === 'value_count') return new Set(window.flatMap((part) => valuesOf(part, field ?? '', aliases))).size;
  return new Set(window.map(({ rule }) => rule)).size;
}

/**
 * Whether the last hit ends a row of hits of all rules in their order, each by another event. Each is looked for as late as possible,
 * which leaves the most room for those before it. Hits at the same time count as in order: many vendors write whole seconds.
 */
function inOrder(rules: readonly (Detection | Correlation)[], window: readonly Part[]): boolean {
  let end = window.length - 1;
  if (window[end]?.rule !== rules.at(-1)) return false;
  for (const rule of rules.slice(0, -1).toReversed()) {
    const next = window[end]?.hit.events.at(-1);
    end = window.slice(0, end).findLastIndex((part) => part.rule === rule && part.hit.events.at(-1) !== next);
    if (end < 0) return false;
  }
  return true;
}
