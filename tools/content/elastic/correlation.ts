import { countedOf } from '../convert/counted.ts';
import { convert } from '../convert/language.ts';
import { detectionsOf, type Names, nameOf, namesOf } from '../convert/leaves.ts';
import type { Correlation } from '../sigma/rule.ts';
import { esql } from './esql.ts';
import { DATA_STREAMS } from './index-template.ts';

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };

/**
 * A correlation in ES|QL. Events are counted in windows as long as the timespan, of which one begins every half of it: what happens
 * within half of a timespan is always together in one of them, and what takes longer than a timespan never is.
 */
export function correlationEsql(correlation: Correlation): string {
  const names = namesOf(correlation);
  const detections = detectionsOf(names);
  const { counts, conditions } = countedOf(correlation, names, COUNTING);
  const { seconds } = correlation.timespan;
  const half = `${Math.ceil(seconds / 2)} seconds`;
  const span = spanOf(correlation);
  return [
    `FROM ${DATA_STREAMS}`,
    `WHERE ${convert({ kind: 'or', of: detections.map(({ condition }) => condition) }, esql)}`,
    `EVAL ${detections.map((one) => `${nameOf(names, one)} = COALESCE(${convert(one.condition, esql)}, false)`).join(', ')}`,
    ...aliasesOf(correlation, names),
    `EVAL window_start = MV_APPEND(DATE_TRUNC(${span}, @timestamp), DATE_TRUNC(${span}, @timestamp + ${half}) - ${half})`,
    'MV_EXPAND window_start',
    `STATS ${counts.map(([name, count]) => `${name} = ${count}`).join(', ')} BY window_start, ${correlation.groupBy.join(', ')}`,
    `WHERE ${[...correlation.groupBy.map((field) => `${field} IS NOT NULL`), ...conditions].join(' AND ')}`,
  ].join('\n| ');
}

/** An event may be there twice, with the same id. */
const COUNTING = {
  events: (flag: string) => `COUNT_DISTINCT(CASE(${flag}, event.id, null))`,
  values: (flag: string, field: string) => `COUNT_DISTINCT(CASE(${flag}, ${field}, null))`,
  first: (flag: string) => `MIN(CASE(${flag}, @timestamp, null))`,
  last: (flag: string) => `MAX(CASE(${flag}, @timestamp, null))`,
  anyOf: (flags: readonly string[]) => flags.join(' OR '),
};

function spanOf({ timespan }: Correlation): string {
  return `${Number.parseInt(timespan.text, 10)} ${UNITS[timespan.text.slice(-1)]}`;
}

/** Events of different rules may have the same thing in different fields. */
function aliasesOf(correlation: Correlation, names: Names): string[] {
  const own = Object.entries(correlation.aliases).map(([alias, fields]) => {
    const cases = correlation.rules.flatMap((rule) => {
      const field = fields[rule.name ?? ''];
      if (field === undefined) return [];
      const leaves = rule.kind === 'detection' ? [rule] : detectionsOf(namesOf(rule));
      return [`${COUNTING.anyOf(leaves.map((leaf) => nameOf(names, leaf)))}, ${field}`];
    });
    return `EVAL ${alias} = CASE(${cases.join(', ')}, null)`;
  });
  return own;
}
