import { convert } from '../convert/language.ts';
import { inFile } from '../convert/leaves.ts';
import { lucene } from '../convert/lucene.ts';
import type { Correlation, Rule } from '../sigma/rule.ts';
import { threatOf } from './attack.ts';
import { correlationEsql } from './correlation.ts';
import { DATA_STREAMS } from './index-template.ts';

/** A rule runs this often, or for a correlation ten times in its timespan if that is more seldom. */
const EVERY_MINUTES = 5;
const RUNS_IN_TIMESPAN = 10;

/** Elastic's severities, each with the middle of its range of risk. */
const RISKS: Readonly<Record<Rule['level'], readonly [severity: string, risk: number]>> = {
  informational: ['low', 1],
  low: ['low', 21],
  medium: ['medium', 47],
  high: ['high', 73],
  critical: ['critical', 99],
};

/** The file that Kibana imports under Security > Rules: a rule on each line, all switched off. */
export function detectionRulesNdjson(rules: readonly Rule[]): string {
  return rules.map((rule) => `${JSON.stringify(inFile(rule, () => detectionRule(rule)))}\n`).join('');
}

function detectionRule(rule: Rule) {
  const [severity, risk] = RISKS[rule.level];
  const { logic } = rule;
  return {
    rule_id: rule.id,
    name: `Tidemark - ${rule.title}`,
    description: rule.description,
    severity,
    risk_score: risk,
    enabled: false,
    author: [rule.author],
    tags: ['Tidemark', ...rule.techniques],
    references: rule.references,
    false_positives: rule.falsePositives,
    threat: threatOf(rule),
    note: `## What to do\n\n${rule.runbook}`,
    // Events come minutes after they happened, and some come hours later: what counts is when they came.
    timestamp_override: 'event.ingested',
    to: 'now',
    ...(logic.kind === 'detection'
      ? {
          type: 'query',
          language: 'lucene',
          index: [DATA_STREAMS],
          query: convert(logic.condition, lucene),
          ...scheduleOf(EVERY_MINUTES, EVERY_MINUTES),
        }
      : { type: 'esql', language: 'esql', query: correlationEsql(logic), ...correlationSchedule(logic) }),
  };
}

function correlationSchedule({ timespan }: Correlation) {
  const minutes = Math.ceil(timespan.seconds / 60);
  return scheduleOf(Math.max(EVERY_MINUTES, Math.floor(minutes / RUNS_IN_TIMESPAN)), minutes);
}

/** A run looks back a little further than to the last run, as one may be late. */
function scheduleOf(every: number, back: number) {
  return { interval: `${every}m`, from: `now-${back + every}m` };
}
