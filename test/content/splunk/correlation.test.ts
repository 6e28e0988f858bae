import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../tools/content/sigma/evaluate/evaluate.ts';
import type { Correlation } from '../../../tools/content/sigma/rule.ts';
import { correlationSpl } from '../../../tools/content/splunk/correlation.ts';
import { BURST, ENTERED, FAILED, rule } from '../made-rules.ts';
import { splunkFields } from './conf-reader.ts';
import { readCommand } from './pipeline-reader.ts';
import { type Fields, readSearch } from './search-reader.ts';

// Correlations of all kinds over made-up events: the search finds the same times as the rule.

const GROUP = 'group-by: [user.id], timespan: 10m';

const RULES: readonly (readonly [string, Correlation])[] = [
  ['event_count', rule(`{ type: event_count, rules: [failed], ${GROUP}, condition: { gte: 3 } }`, [FAILED])],
  [
    'event_count of two',
    rule(`{ type: event_count, rules: [failed, entered], ${GROUP}, condition: { gt: 3 } }`, [FAILED, ENTERED]),
  ],
  [
    'value_count',
    rule(`{ type: value_count, rules: [failed], ${GROUP}, condition: { gte: 2, field: source.ip } }`, [FAILED]),
  ],
  ['temporal', rule(`{ type: temporal, rules: [failed, entered], ${GROUP} }`, [FAILED, ENTERED])],
  ['temporal_ordered', rule(`{ type: temporal_ordered, rules: [failed, entered], ${GROUP} }`, [FAILED, ENTERED])],
  [
    'a burst before something',
    rule(`{ type: temporal_ordered, rules: [burst, entered], ${GROUP} }`, [BURST, FAILED, ENTERED]),
  ],
];

const made = fc.record({
  minute: fc.integer({ min: 0, max: 40 }),
  action: fc.constantFrom('login-failed', 'login-failed', 'user-login', 'user-logout'),
  user: fc.constantFrom('1', '2'),
  ip: fc.constantFrom('192.0.2.1', '192.0.2.2'),
});

describe.each(RULES)('%s', (_, correlation) => {
  test('fires at the same times in SPL', () => {
    const { search, commands } = correlationSpl(correlation);
    const finds = readSearch(search);
    const steps = commands.map(readCommand);
    fc.assert(
      fc.property(fc.uniqueArray(made, { selector: ({ minute }) => minute, maxLength: 14 }), (some) => {
        const events = some.map(({ minute, action, user, ip }) => ({
          '@timestamp': new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
          event: { id: String(minute), action },
          user: { id: user },
          source: { ip },
        }));
        const expected = new Set(evaluate(correlation, events).map(({ at }) => at / 1_000_000));

        const fields: readonly Fields[] = events
          .map((event) => ({
            ...splunkFields(event),
            _time: [String(Date.parse(event['@timestamp']) / 1_000)],
            event_id: [event.event.id],
          }))
          .filter(finds);
        // Each event is there twice: it counts once.
        const rows = steps.reduce<readonly Fields[]>((found, step) => step(found), [...fields, ...fields]);
        const flag = `r${commandsFlag(commands)}`;
        const times = rows.filter((row) => row[flag]?.[0] === '1').map((row) => Number(row._time?.[0]));

        expect(times.toSorted()).toEqual([...expected].toSorted());
      }),
      { numRuns: 200 },
    );
  });
});

/** The number of the last flag: that of the whole correlation. */
function commandsFlag(commands: readonly string[]): number {
  return Math.max(...commands.map((command) => Number(/^eval r(\d+)=/.exec(command)?.[1] ?? 0)));
}
