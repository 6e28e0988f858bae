import { INDEX_PREFIX } from '../../../functions/destinations/opensearch/index-template.ts';
import { countedOf } from '../convert/counted.ts';
import { convert } from '../convert/language.ts';
import { detectionsOf, type Names, nameOf, namesOf } from '../convert/leaves.ts';
import type { Correlation } from '../sigma/rule.ts';
import { ppl } from './ppl.ts';

/**
 * A correlation in PPL, over the events of the last day. They are counted in windows as long as the timespan, one after the other: what
 * lies on both sides of the end of a window is counted in two parts.
 */
export function correlationPpl(correlation: Correlation): string {
  const names = namesOf(correlation);
  const detections = detectionsOf(names);
  const { counts, conditions } = countedOf(correlation, names, COUNTING);
  const all = convert({ kind: 'or', of: detections.map(({ condition }) => condition) }, ppl);
  return `${[
    `source = ${INDEX_PREFIX}*`,
    `where \`@timestamp\` >= date_sub(now(), interval 1 day) AND ${all}`,
    `eval ${detections.map((one) => `${nameOf(names, one)} = ifnull(${convert(one.condition, ppl)}, false)`).join(', ')}`,
    ...aliasesOf(correlation, names),
    `where ${correlation.groupBy.map((field) => `isnotnull(${field})`).join(' AND ')}`,
    `stats ${counts.map(([name, count]) => `${count} as ${name}`).join(', ')} by span(\`@timestamp\`, ${correlation.timespan.text}) as window_start, ${correlation.groupBy.join(', ')}`,
    `where ${conditions.map((condition) => condition.replace(' == ', ' = ')).join(' AND ')}`,
  ].join('\n| ')}\n`;
}

/** An event may be there twice, with the same id. */
const COUNTING = {
  events: (flag: string) => `distinct_count(case(${flag}, event.id))`,
  values: (flag: string, field: string) => `distinct_count(case(${flag}, ${field}))`,
  first: (flag: string) => `min(case(${flag}, \`@timestamp\`))`,
  last: (flag: string) => `max(case(${flag}, \`@timestamp\`))`,
  anyOf: (flags: readonly string[]) => flags.join(' OR '),
};

/** Events of different rules may have the same thing in different fields. */
function aliasesOf({ aliases, rules }: Correlation, names: Names): string[] {
  return Object.entries(aliases).map(([alias, fields]) => {
    const cases = rules.flatMap((rule) => {
      const field = fields[rule.name ?? ''];
      if (field === undefined) return [];
      const leaves = rule.kind === 'detection' ? [rule] : detectionsOf(namesOf(rule));
      return [`${COUNTING.anyOf(leaves.map((leaf) => nameOf(names, leaf)))}, ${field}`];
    });
    return `eval ${alias} = case(${cases.join(', ')})`;
  });
}
