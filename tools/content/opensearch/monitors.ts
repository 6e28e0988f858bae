import { INDEX_PREFIX } from '../../../functions/destinations/opensearch/index-template.ts';
import { convert } from '../convert/language.ts';
import { lucene } from '../convert/lucene.ts';
import type { Detection, Rule } from '../sigma/rule.ts';

/** A monitor runs this often, and looks at what was read from the vendor within twice this time: delivery takes a while. */
const EVERY_MINUTES = 10;

/** Severities of triggers, from 1, the highest. */
const SEVERITIES: Readonly<Record<Rule['level'], string>> = {
  critical: '1',
  high: '2',
  medium: '3',
  low: '4',
  informational: '5',
};

/** The body of a request that makes a monitor, switched off and without an action. */
export function monitorOf({ title, level }: Rule, { condition }: Detection) {
  // Events come minutes after they happened, and some come hours later: what counts is when they were read.
  const read = {
    gte: `{{period_end}}||-${2 * EVERY_MINUTES}m`,
    lte: '{{period_end}}',
    format: 'epoch_millis',
  };
  const query = {
    bool: {
      filter: [
        { range: { 'event.created': read } },
        { query_string: { query: convert(condition, lucene), analyze_wildcard: true } },
      ],
    },
  };
  return {
    type: 'monitor',
    name: `Tidemark - ${title}`,
    monitor_type: 'query_level_monitor',
    enabled: false,
    schedule: { period: { interval: EVERY_MINUTES, unit: 'MINUTES' } },
    inputs: [{ search: { indices: [`${INDEX_PREFIX}*`], query: { size: 10, query } } }],
    triggers: [
      {
        name: title,
        severity: SEVERITIES[level],
        condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
        actions: [],
      },
    ],
  };
}
