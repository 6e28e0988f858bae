import { fieldType } from '../../../functions/formats/ecs-fields.ts';
import { convert } from '../convert/language.ts';
import { boundsOf, detectionsOf, type Names, nameOf, namesOf } from '../convert/leaves.ts';
import type { Correlation } from '../sigma/rule.ts';
import { fieldName, searchName, splEval, splSearch } from './spl.ts';

// A correlation looks at its events in the order of their times and counts, at each event, those of the timespan before it. So the
// window moves with the events: no burst is missed because it lies on both sides of a full hour.

/** Returns the commands that follow the search for events, and the name of what has come together in `matches`. */
export function correlationSpl(correlation: Correlation): { search: string; commands: string[] } {
  const names = namesOf(correlation);
  const detections = detectionsOf(names);
  const search = convert({ kind: 'or', of: detections.map(({ condition }) => condition) }, splSearch);
  const isAlone = detections.length === 1;
  const flags = detections.map((one) =>
    isAlone ? `eval ${nameOf(names, one)}=1` : flag(nameOf(names, one), convert(one.condition, splEval)),
  );
  const steps = [...names.keys()].flatMap((rule) =>
    rule.kind === 'correlation' ? [...aliasesOf(rule, names), ...stepsOf(rule, names)] : [],
  );
  return { search, commands: ['dedup event_id', 'sort 0 _time', ...flags, ...steps] };
}

/** The fields of a `BY`, by which events belong together. */
export function groupOf({ groupBy, aliases }: Correlation): string {
  return groupBy.map((field) => (Object.hasOwn(aliases, field) ? field : searchName(typed(field)))).join(', ');
}

function stepsOf(correlation: Correlation, names: Names): string[] {
  const { type, timespan, field, rules } = correlation;
  const own = nameOf(names, correlation);
  const window = (counts: string) => `streamstats time_window=${timespan.text} ${counts} BY ${groupOf(correlation)}`;
  const any = `coalesce(${rules.map((rule) => nameOf(names, rule)).join(', ')})`;
  const fires = (conditions: readonly string[]) => flag(own, [`isnotnull(${any})`, ...conditions].join(' AND '));
  const bounds = (count: string) => boundsOf(correlation, count, '=');
  switch (type) {
    case 'event_count':
      return [`eval of_${own}=${any}`, window(`count(of_${own}) AS n_${own}`), fires(bounds(`n_${own}`))];
    case 'value_count': {
      const value = Object.hasOwn(correlation.aliases, field ?? '')
        ? `'${field}'`
        : `'${fieldName(typed(field ?? ''))}'`;
      const values = `eval of_${own}=if(isnotnull(${any}), ${value}, null())`;
      return [values, window(`dc(of_${own}) AS n_${own}`), fires(bounds(`n_${own}`))];
    }
    case 'temporal': {
      const parts = rules.map((rule) => nameOf(names, rule));
      const sum = parts.map((part) => `if(n_${own}_${part}>0, 1, 0)`).join('+');
      const counts = parts.map((part) => `count(${part}) AS n_${own}_${part}`).join(' ');
      return [window(counts), `eval n_${own}=${sum}`, fires(bounds(`n_${own}`))];
    }
    case 'temporal_ordered':
      return orderedSteps(
        rules.map((rule) => nameOf(names, rule)),
        correlation,
        own,
      );
  }
}

/**
 * Follows a chain of rules: at each event that goes on with it, the latest time at which such a chain has begun. The chain is
 * complete at an event of the last rule if it began within the timespan.
 */
function orderedSteps(parts: readonly string[], correlation: Correlation, own: string): string[] {
  const { timespan } = correlation;
  const group = groupOf(correlation);
  const [first, ...others] = parts;
  const steps = [`eval s_${own}_1=if(isnotnull(${first}), _time, null())`];
  others.forEach((part, at) => {
    const [from, to] = [`s_${own}_${at + 1}`, `s_${own}_${at + 2}`];
    steps.push(`streamstats time_window=${timespan.text} max(${from}) AS p_${to} BY ${group}`);
    steps.push(`eval ${to}=if(isnotnull(${part}), p_${to}, null())`);
  });
  const start = `s_${own}_${parts.length}`;
  return [...steps, flag(own, `isnotnull(${start}) AND _time-${start}<=${timespan.seconds}`)];
}

/** Events of different rules may have the same thing in different fields. */
function aliasesOf({ aliases, rules }: Correlation, names: Names): string[] {
  return Object.entries(aliases).map(([alias, fields]) => {
    const cases = rules.flatMap((rule) => {
      const field = fields[rule.name ?? ''];
      return field === undefined ? [] : [`isnotnull(${nameOf(names, rule)}), '${fieldName(typed(field))}'`];
    });
    return `eval ${alias}=case(${cases.join(', ')})`;
  });
}

function flag(name: string, condition: string): string {
  return `eval ${name}=if(${condition}, 1, null())`;
}

function typed(field: string) {
  return { field, type: fieldType(field) ?? 'keyword' } as const;
}
