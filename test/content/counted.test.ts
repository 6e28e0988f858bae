import { describe, expect, test } from 'vitest';
import { correlationEsql } from '../../tools/content/elastic/correlation.ts';
import { correlationPpl } from '../../tools/content/opensearch/correlation.ts';
import { correlationSpl } from '../../tools/content/splunk/correlation.ts';
import { BURST, ENTERED, FAILED, rule } from './made-rules.ts';

const GROUP = 'group-by: [user.id], timespan: 10m';

const counted = rule(`{ type: value_count, rules: [failed], ${GROUP}, condition: { gte: 2, field: source.ip } }`, [
  FAILED,
]);
const ordered = rule(`{ type: temporal_ordered, rules: [burst, entered], ${GROUP} }`, [BURST, FAILED, ENTERED]);
const aliased = rule(
  '{ type: temporal, rules: [failed, entered], group-by: [who], timespan: 1h, aliases: { who: { failed: user.id, entered: user.target.id } } }',
  [FAILED, ENTERED],
);

describe('ES|QL', () => {
  test('counts values in windows that overlap, each event once', () => {
    expect(correlationEsql(counted).split('\n')).toEqual([
      'FROM logs-tidemark-*',
      '| WHERE event.action == "login-failed"',
      '| EVAL r1 = COALESCE(event.action == "login-failed", false)',
      '| EVAL window_start = MV_APPEND(DATE_TRUNC(10 minutes, @timestamp), DATE_TRUNC(10 minutes, @timestamp + 300 seconds) - 300 seconds)',
      '| MV_EXPAND window_start',
      '| STATS n_r2 = COUNT_DISTINCT(CASE(r1, source.ip, null)) BY window_start, user.id',
      '| WHERE user.id IS NOT NULL AND n_r2 >= 2',
    ]);
  });

  test('asks for a burst, and for something after its beginning', () => {
    expect(correlationEsql(ordered)).toContain(
      [
        '| STATS n_r2 = COUNT_DISTINCT(CASE(r1, event.id, null)), n_r3 = COUNT_DISTINCT(CASE(r3, event.id, null)), ' +
          'first_r4_1 = MIN(CASE(r1, @timestamp, null)), last_r4_1 = MAX(CASE(r3, @timestamp, null)) BY window_start, user.id',
        '| WHERE user.id IS NOT NULL AND n_r2 >= 3 AND n_r3 >= 1 AND first_r4_1 <= last_r4_1',
      ].join('\n'),
    );
  });

  test('gives one name to what rules have in different fields', () => {
    expect(correlationEsql(aliased)).toContain('| EVAL who = CASE(r1, user.id, r2, user.target.id, null)\n');
  });
});

describe('PPL', () => {
  test('counts values in one window after the other, each event once', () => {
    expect(correlationPpl(counted).split('\n')).toEqual([
      'source = tidemark-*',
      "| where `@timestamp` >= date_sub(now(), interval 1 day) AND query_string(['event.id'], 'event.action:\"login-failed\"')",
      '| eval r1 = true',
      '| where isnotnull(user.id)',
      '| stats distinct_count(case(r1, source.ip)) as n_r2 by span(`@timestamp`, 10m) as window_start, user.id',
      '| where n_r2 >= 2',
      '',
    ]);
  });
});

test('PPL compares by itself where several rules have to be told apart', () => {
  expect(correlationPpl(aliased)).toContain(
    [
      "(event.action = 'login-failed' OR event.action = 'user-login')",
      "| eval r1 = ifnull(event.action = 'login-failed', false), r2 = ifnull(event.action = 'user-login', false)",
      '| eval who = case(r1, user.id, r2, user.target.id)',
    ].join('\n'),
  );
});

test('SPL gives one name to what rules have in different fields', () => {
  expect(correlationSpl(aliased).commands).toContain(
    "eval who=case(isnotnull(r1), 'user.id', isnotnull(r2), 'user.target.id')",
  );
});

describe('what cannot be counted at once is an error', () => {
  test('a rule inside of another with another group', () => {
    const inner = BURST.replace('[user.id]', '[source.ip]');
    const other = rule(`{ type: temporal_ordered, rules: [burst, entered], ${GROUP} }`, [inner, FAILED, ENTERED]);
    for (const convert of [correlationEsql, correlationPpl])
      expect(() => convert(other)).toThrow('Burst: it needs the group-by of Rule');
  });

  test('fewer than', () => {
    const few = rule(`{ type: event_count, rules: [failed], ${GROUP}, condition: { lt: 3 } }`, [FAILED]);
    for (const convert of [correlationEsql, correlationPpl, correlationSpl])
      expect(() => convert(few)).toThrow('Write gt, gte or eq');
  });
});
