import { convert } from '../convert/language.ts';
import { inFile, nameOf, namesOf } from '../convert/leaves.ts';
import type { Correlation, Rule } from '../sigma/rule.ts';
import { confText, type Settings } from './conf.ts';
import { correlationSpl, groupOf } from './correlation.ts';
import { splSearch } from './spl.ts';

// Events come minutes after they happened, and some come hours later. So a detection looks at what was indexed since a little before
// its last run, whenever it happened.

/** A detection runs this often. */
const EVERY_MINUTES = 10;
/** It looks at what was indexed within this time: twice as long, so that a run that was skipped leaves no gap. */
const INDEXED_WITHIN = '-20m@m';
/** How far back events may lie that were indexed just now. */
const LATE_DAYS = 7;

/** How Splunk marks the severity of an alert, from 2 (info) to 5 (severe). */
const SEVERITIES: Readonly<Record<Rule['level'], number>> = {
  informational: 2,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};

/** What an alert shows of a single event. */
const SHOWN = [
  '_time event_id app event.action user.name user.id user.target.name user.target.id source.ip tidemark.connection',
  'tidemark.feed message',
].join(' ');

/** `savedsearches.conf`: each rule as an alert that is switched off. */
export function savedSearchesConf(rules: readonly Rule[]): string {
  const stanzas = rules.map((rule) => [`Tidemark - ${rule.title}`, inFile(rule, () => settingsOf(rule))]);
  return confText('Made by `npm run generate`.', Object.fromEntries(stanzas) as Record<string, Settings>);
}

function settingsOf(rule: Rule): Settings {
  const { logic } = rule;
  const { search, unique, quiet } =
    logic.kind === 'detection'
      ? { search: detectionSearch(convert(logic.condition, splSearch)), unique: 'event_id', quiet: `${2 * LATE_DAYS}d` }
      : { search: correlationSearch(logic), unique: groupOf(logic).replaceAll('"', ''), quiet: logic.timespan.text };
  return {
    description: `${rule.description} Level ${[rule.level, ...rule.techniques].join(', ')}. What to do: ${rule.runbook}`,
    search,
    disabled: 1,
    enableSched: 1,
    cron_schedule: `${minuteOf(rule)}-59/${EVERY_MINUTES} * * * *`,
    'dispatch.earliest_time': `-${LATE_DAYS}d@m`,
    'dispatch.latest_time': 'now',
    counttype: 'number of events',
    relation: 'greater than',
    quantity: 0,
    'alert.track': 1,
    'alert.severity': SEVERITIES[rule.level],
    'alert.digest_mode': 0,
    'alert.suppress': 1,
    'alert.suppress.fields': unique,
    'alert.suppress.period': quiet,
  };
}

/** The minute in which a rule begins: always the same of one rule, and not the same of all. */
function minuteOf({ id }: Rule): number {
  return Number.parseInt(id.slice(0, 8), 16) % EVERY_MINUTES;
}

function detectionSearch(condition: string): string {
  return lines([
    `\`tidemark_events\` _index_earliest=${INDEXED_WITHIN} ${condition}`,
    'dedup event_id',
    `table ${SHOWN}`,
  ]);
}

function correlationSearch(correlation: Correlation): string {
  const { search, commands } = correlationSpl(correlation);
  const group = groupOf(correlation);
  const own = nameOf(namesOf(correlation), correlation);
  return lines([
    `\`tidemark_events\` ${search}`,
    'eval indexed=_indextime',
    ...commands,
    `streamstats time_window=${correlation.timespan.text} max(indexed) AS newest BY ${group}`,
    `where ${own}=1 AND newest>=relative_time(now(), "${INDEXED_WITHIN}")`,
    `stats count AS hits earliest(_time) AS first latest(_time) AS last values(app) AS app values(source.ip) AS source_ip BY ${group}`,
    'convert ctime(first) ctime(last)',
  ]);
}

function lines(commands: readonly string[]): string {
  return commands.join('\n| ');
}
