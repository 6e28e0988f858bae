import { describe, expect, test } from 'vitest';
import { checkUnique, readRules } from '../../../tools/content/sigma/read-rules.ts';
import type { Expression } from '../../../tools/content/sigma/rule.ts';
import { read, readDetection } from './read.ts';

/** The condition as a text: `(and a (not b))`. */
function drawn(expression: Expression): string {
  if (expression.kind === 'match') return expression.field;
  const parts = expression.kind === 'not' ? [expression.of] : expression.of;
  return `(${expression.kind} ${parts.map(drawn).join(' ')})`;
}

function conditionOf(condition: string): string {
  const { logic } = readDetection(`a1: { a1: x }\na2: { a2: x }\n_b: { b: x }\ncondition: ${condition}`);
  return logic.kind === 'detection' ? drawn(logic.condition) : '';
}

test('the rules of the project can be read', () => {
  expect(readRules().length).toBeGreaterThan(0);
});

describe('a condition', () => {
  test.each([
    ['a1 or a2 and not _b', '(or a1 (and a2 (not b)))'],
    ['not a1 and (a2 or _b)', '(and (not a1) (or a2 b))'],
    ['a1 and a2 and _b', '(and a1 a2 b)'],
    ['1 of a* and not _b', '(and (or a1 a2) (not b))'],
    ['all of a* or all of _*', '(or (and a1 a2) b)'],
    ['1 of them or _b', '(or (or a1 a2) b)'],
    ['["a1 and a2", "_b"]', '(or (and a1 a2) b)'],
  ])('%s', (condition, expected) => {
    expect(conditionOf(condition)).toBe(expected);
  });
});

test('a list of maps matches if one of them does, a list of values if one of them fits', () => {
  const { logic } = readDetection('s:\n  - a: [1, 2]\n    b|contains|all: [x, y]\n  - c: z\ncondition: s');

  expect(logic).toMatchObject({
    condition: {
      kind: 'or',
      of: [
        {
          kind: 'and',
          of: [
            { link: 'any', tests: [{}, {}] },
            { link: 'all', tests: [{}, {}] },
          ],
        },
        { field: 'c' },
      ],
    },
  });
});

const PARTS = `
---
title: One
id: 1f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64
name: one
logsource: { product: tidemark }
detection: { s: { a: x }, condition: s }
---
title: Two
id: 2f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64
name: two
logsource: { product: tidemark }
detection: { s: { b: x }, condition: s }
`;

test('a correlation holds the rules that it refers to, by name or id', () => {
  const { logic } = read(`correlation:
    type: temporal_ordered
    rules: [one, 2f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64]
    group-by: [who, ip]
    timespan: 90m
    aliases: { who: { one: user.target.id, two: user.id } }
${PARTS}`);

  expect(logic).toMatchObject({
    type: 'temporal_ordered',
    rules: [{ name: 'one' }, { name: 'two' }],
    groupBy: ['who', 'ip'],
    timespan: { text: '90m', seconds: 5_400 },
    condition: [],
    aliases: { who: { one: 'user.target.id', two: 'user.id' } },
  });
});

describe('says what is wrong, where, and what to do', () => {
  test.each([
    ['an unknown field', 's: { time|re: x }\ncondition: s', 'detection.s.time|re: time is date'],
    ['an unknown modifier', 's: { a|wide: x }\ncondition: s', 'The modifier wide is not known. Use contains'],
    ['modifiers that contradict', 's: { a|re|contains: x }\ncondition: s', 're and contains do not go together'],
    ['two ends', 's: { a|startswith|endswith: x }\ncondition: s', 'Only one of contains, startswith'],
    ['all of one value', 's: { a|all: x }\ncondition: s', 'before a single value'],
    ['a flag of nothing', 's: { a|i: x }\ncondition: s', 'i, m and s belong to re'],
    ['an expression that few know', "s: { a|re: '\\d+' }\ncondition: s", 'Not every backend reads'],
    ['a broken expression', "s: { a|re: '(' }\ncondition: s", 'Write a regular expression'],
    ['a network of a text', 's: { a|cidr: 10.0.0.0/8 }\ncondition: s', 'no network of a field of type ip'],
    ['a network without a prefix', 's: { ip|cidr: 10.0.0.0 }\ncondition: s', 'Write one like 10.0.0.0/8'],
    ['a word for a boolean', 's: { a|exists: maybe }\ncondition: s', 'The value is "maybe". Write a boolean'],
    ['words in the whole event', 's: [evil]\ncondition: s', 'Name a field'],
    ['a selection that is not used', 's: { a: x }\nt: { a: y }\ncondition: s', 'does not use the selection t'],
    ['a selection that is not there', 's: { a: x }\ncondition: s and t', 'There is no selection “t”'],
    ['an open bracket', 's: { a: x }\ncondition: (s', 'A bracket is not closed'],
    ['too many words', 's: { a: x }\ncondition: s s', '“s” stands where nothing is expected'],
    ['no condition', 's: { a: x }', 'detection.condition: It is nothing'],
    ['an empty selection', 's: {}\ncondition: s', 'detection.s: It is empty'],
    ['the same key twice', 's: { a: x, a: y }\ncondition: s', 'This is no YAML: Map keys must be unique'],
  ])('%s', (_, detection, message) => {
    expect(() => readDetection(detection)).toThrow(message);
  });

  const correlation = (over: string) =>
    `correlation:
    type: event_count
    rules: [one, two]
    group-by: [a]
    timespan: 5m
    condition: { gte: 3 }
`.replace(new RegExp(`^    ${over.split(':')[0]}:.*$`, 'm'), `    ${over}`);

  test.each([
    ['an unknown key', `${correlation('timespan: 5m')}generate: true`, 'a_rule.yml: generate: This key is not known'],
    ['a rule of another file', correlation('rules: [three]'), 'No rule of this file is named three'],
    ['a rule that nothing uses', correlation('rules: [one]'), 'No correlation of the file refers to this rule'],
    ['a span in weeks', correlation('timespan: 1w'), 'correlation.timespan: It is "1w". Write a text like'],
    ['no bound', correlation('condition: {}'), 'It has no number'],
    ['a field of a count of events', correlation('condition: { gte: 3, field: a }'), 'A field belongs to value_count'],
    ['no field of a count of values', correlation('type: value_count'), 'A field belongs to value_count'],
    ['no groups', correlation('group-by: []'), 'Write a list of at least 1'],
    ['an unknown type', correlation('type: value_sum'), 'Write one of event_count, value_count, temporal'],
  ])('%s', (_, rule, message) => {
    expect(() => read(`${rule}${PARTS}`)).toThrow(message);
  });

  test('a correlation that refers to itself', () => {
    const loop = `correlation: { type: event_count, rules: [loop], group-by: [a], timespan: 5m, condition: { gte: 2 } }\n`;
    expect(() =>
      read(`${loop}---\ntitle: Loop\nid: 3f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64\nname: loop\n${loop}`),
    ).toThrow('loop: It refers to itself');
  });

  test.each([
    ['an id', { id: '0f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64' }],
    ['a title', { title: 'A rule' }],
  ])('%s that two files have', (_, same) => {
    const rule = readDetection('s: { a: x }\ncondition: s');
    const other = { ...rule, file: 'other.yml', logic: { ...rule.logic, id: 'other', title: 'other', ...same } };
    expect(() => checkUnique([rule, other])).toThrow('a_rule.yml has the same');
  });
});

test.each([
  ['a key that nobody reads', /^level:.*$/m, 'level: low\npriority: 1', 'priority: This key is not known here'],
  ['no technique', /attack\.t1110/, 'attack.credential-access', 'No technique of ATT&CK'],
  ['a level of another kind', /^level:.*$/m, 'level: 3', 'level: It is 3. Write one of informational, low'],
  ['an id that is none', /^id:.*$/m, 'id: 17', 'id: It is 17'],
  ['no false positives', /^falsepositives:.*$/m, '', 'falsepositives: It is nothing'],
  ['a runbook of two lines', /^runbook:.*$/m, 'runbook: |\n  One.\n  Two.', 'runbook: It has several lines'],
])('%s', (_, what, instead, message) => {
  expect(() => readDetection('s: { a: x }\ncondition: s', (text) => text.replace(what, instead))).toThrow(message);
});
