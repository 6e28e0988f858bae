import { type Instant, parseInstant } from '../../../../functions/core/time.ts';
import type { Correlation, Detection } from '../rule.ts';
import { correlate, type Hit } from './correlate.ts';
import { matches } from './matches.ts';
import { type Event, valueAt } from './values.ts';

/** All times at which a rule fires for these events, in whatever order they are. */
export function evaluate(rule: Detection | Correlation, events: readonly Event[]): Hit[] {
  if (rule.kind === 'detection') {
    return events
      .filter((event) => matches(event, rule.condition))
      .map((event) => ({ at: timeOf(event), events: [event] }));
  }
  const parts = rule.rules.flatMap((part) => evaluate(part, events).map((hit) => ({ rule: part, hit })));
  return correlate(rule, parts);
}

function timeOf(event: Event): Instant {
  const text = valueAt(event, '@timestamp');
  const time = typeof text === 'string' ? parseInstant(text) : undefined;
  if (time === undefined) throw new Error(`An event has the @timestamp ${JSON.stringify(text)}. Give it a time.`);
  return time;
}
