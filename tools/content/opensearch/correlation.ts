import { INDEX_PREFIX } from '../../../functions/destinations/opensearch/index-template.ts';
import { countedOf } from '../convert/counted.ts';
import { convert } from '../convert/language.ts';
import { detectionsOf, type Names, nameOf, namesOf } from '../convert/leaves.ts';
import { lucene } from '../convert/lucene.ts';
import type { Correlation, Detection } from '../sigma/rule.ts';
import { literal, ppl } from './ppl.ts';

/**
 * A correlation in PPL, over the events of the last day. They are counted in windows as long as the timespan, one after the other: what
 * lies on both sides of the end of a window is counted in two parts.
 */
export function correlationPpl(correlation: Correlation): string {
  const names = namesOf(correlation);
  const detections = detectionsOf(names);
  const { counts, conditions } = countedOf(correlation, names, COUNTING);
  return `${[
    `source = ${INDEX_PREFIX}*`,
    `where \`@timestamp\` >= date_sub(now(), interval 1 day) AND ${filterOf(detections)}`,
    `eval ${detections.map((one) => `${nameOf(names, one)} = ${flagOf(one, detections)}`).join(', ')}`,
    ...aliasesOf(correlation, names),
    `where ${correlation.groupBy.map((field) => `isnotnull(${field})`).join(' AND ')}`,
    `stats ${counts.map(([name, count]) => `${count} as ${name}`).join(', ')} by span(\`@timestamp\`, ${correlation.timespan.text}) as window_start, ${correlation.groupBy.join(', ')}`,
    `where ${conditions.map((condition) => condition.replace(' == ', ' = ')).join(' AND ')}`,
  ].join('\n| ')}\n`;
}

/** The events of a rule alone are found by a query string, which also knows lists. It can stand in a filter only. */
function filterOf(detections: readonly Detection[]): string {
  const [first, ...others] = detections;
  if (first && others.length === 0) return `query_string(['event.id'], ${literal(convert(first.condition, lucene))})`;
  return convert({ kind: 'or', of: detections.map(({ condition }) => condition) }, ppl);
}

function flagOf({ condition }: Detection, { length }: readonly Detection[]): string {
  return length === 1 ? 'true' : `ifnull(${convert(condition, ppl)}, false)`;
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
