import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../tools/content/sigma/evaluate/evaluate.ts';
import { parsePattern } from '../../../tools/content/sigma/pattern.ts';
import { read, readDetection } from './read.ts';

const AT = '2026-01-10T09:00:00Z';

/** Whether a selection of these fields matches an event. */
function fires(selection: string, event: object, condition = 's'): boolean {
  const { logic } = readDetection(`s: ${selection}\ncondition: ${condition}`);
  return evaluate(logic, [{ '@timestamp': AT, ...event }]).length > 0;
}

describe('a backslash takes its meaning from what follows', () => {
  test.each([
    ['a\\b', [{ text: 'a\\b' }]],
    ['a\\\\b', [{ text: 'a\\b' }]],
    ['\\*\\?', [{ text: '*?' }]],
    ['\\\\*', [{ text: '\\' }, { wildcard: '*' }]],
    ['\\\\\\*', [{ text: '\\*' }]],
    ['\\\\\\', [{ text: '\\\\' }]],
    ['\\\\\\\\', [{ text: '\\\\' }]],
    ['prog?.exe*', [{ text: 'prog' }, { wildcard: '?' }, { text: '.exe' }, { wildcard: '*' }]],
    ['', []],
  ])('%s', (text, pattern) => {
    expect(parsePattern(text)).toEqual(pattern);
  });
});

describe('a value', () => {
  test.each([
    // A text is the whole value, in whatever letters.
    [`{ a: 'C:\\Windows\\whoami.exe' }`, { a: 'c:\\WINDOWS\\Whoami.EXE' }, true],
    ['{ a: whoami }', { a: 'whoami.exe' }, false],
    ['{ a|cased: Admin }', { a: 'Admin' }, true],
    ['{ a|cased: Admin }', { a: 'admin' }, false],
    ['{ a: prog?.exe }', { a: 'progB.exe' }, true],
    ['{ a: prog?.exe }', { a: 'prog.exe' }, false],
    ['{ a: prog?.exe }', { a: 'prog12.exe' }, false],
    ['{ a: virus_V*.exe }', { a: 'virus_V21.2.1.exe' }, true],
    ["{ a: '5\\*' }", { a: '5*' }, true],
    ["{ a: '5\\*' }", { a: '55' }, false],
    ['{ a: a*b }', { a: 'a\nb' }, true],
    ['{ a: a.b }', { a: 'axb' }, false],
    ["{ a: '' }", { a: '' }, true],
    ["{ a: '' }", { a: 'x' }, false],
    // Of a list in the rule one is enough, and of a list in the event.
    ['{ a: [517, 1102] }', { a: 1102 }, true],
    ['{ a: [517, 1102] }', { a: 11020 }, false],
    ['{ a: 4769, b: "0x17" }', { a: '4769', b: '0x17' }, true],
    ['{ a: 4769, b: "0x17" }', { a: '4769' }, false],
    ['{ a: two }', { a: ['one', 'two'] }, true],
    ['[{ a|endswith: .exe }, { b|contains: test }]', { b: 'a TEST of it' }, true],
    ['[{ a|endswith: .exe }, { b|contains: test }]', { a: 'x.exe.txt', b: 'x' }, false],
    ['{ a|startswith: ad }', { a: 'Admin' }, true],
    ['{ a|startswith: ad }', { a: 'bad' }, false],
    ['{ a|contains|all: [-f, -q] }', { a: 'rm -q -f' }, true],
    ['{ a|contains|all: [-f, -q] }', { a: 'rm -f' }, false],
    // Regular expressions mind the case, and find a part.
    ["{ a|re: 'b+c' }", { a: 'abbbcd' }, true],
    ["{ a|re: 'b+c' }", { a: 'ABBBCD' }, false],
    ["{ a|re|i: '^b+c' }", { a: 'BBBCD' }, true],
    ["{ a|re: '^b' }", { a: 'a\nb' }, false],
    ["{ a|re|m: '^b' }", { a: 'a\nb' }, true],
    ["{ a|re|s: 'a.b' }", { a: 'a\nb' }, true],
    ['{ ip|cidr: 10.0.0.0/8 }', { ip: '10.200.3.4' }, true],
    ['{ ip|cidr: 10.0.0.0/8 }', { ip: '11.0.0.1' }, false],
    ['{ ip|cidr: "2001:db8::/32" }', { ip: '2001:db8:4::17' }, true],
    ['{ ip|cidr: "2001:db8::/32" }', { ip: '10.0.0.1' }, false],
    ['{ ip|cidr: 10.0.0.0/8 }', { ip: 'unknown' }, false],
    ['{ a|gt: 5 }', { a: 5 }, false],
    ['{ a|gte: 5 }', { a: 5 }, true],
    ['{ a|lt: 5 }', { a: 4.5 }, true],
    ['{ a|lte: 5 }', { a: '4' }, false],
    // A field that is null is there.
    ['{ a|exists: true }', { a: null }, true],
    ['{ a|exists: true }', {}, false],
    ['{ a|exists: false }', {}, true],
    ['{ a: null }', { a: null }, true],
    ['{ a: null }', {}, true],
    ['{ a: null }', { a: '' }, false],
    ['{ user.name|fieldref: user.target.name }', { user: { name: 'Ana', target: { name: 'ana' } } }, true],
    ['{ user.name|fieldref: user.target.name }', { user: { name: 'Ana' } }, false],
    // What every object inherits is no field.
    ['{ constructor|exists: true }', {}, false],
  ])('%s and %j: %s', (selection, event, expected) => {
    expect(fires(selection, event)).toBe(expected);
  });

  test('that is not there: its negation holds', () => {
    expect(fires('{ a: x }', {}, 'not s')).toBe(true);
  });
});

test('a condition: filters take out what a selection found', () => {
  const { logic } = readDetection(
    'selection_a: { a: x }\nselection_b: { b: x }\nfilter_c: { c: x }\ncondition: 1 of selection_* and not 1 of filter_*',
  );
  const events = [{ a: 'x' }, { b: 'x' }, { a: 'x', c: 'x' }, { c: 'x' }].map((event) => ({
    '@timestamp': AT,
    ...event,
  }));

  expect(evaluate(logic, events).flatMap((hit) => hit.events)).toEqual(events.slice(0, 2));
});

test('an event without a time is an error', () => {
  expect(() => fires('{ a: x }', { '@timestamp': 'soon', a: 'x' })).toThrow('An event has the @timestamp "soon"');
});

/** Sign-ins at these seconds, such as `f:ana:0 s:ana:60`: who failed or succeeded, and from where. */
function signIns(text: string): object[] {
  return text.split(' ').map((one) => {
    const [act = '', user = '', second = '', ip = '192.0.2.1'] = one.split(':');
    const time = new Date(Date.parse(AT) + Number(second) * 1_000).toISOString();
    return { '@timestamp': time, act, user, ip, who: user };
  });
}

/** The rules that are correlated, each with the names of those that it needs itself. */
const PARTS: Readonly<Record<string, string>> = {
  failed: `title: Failed
id: 1f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64
name: failed
logsource: { product: tidemark }
detection: { s: { act: f }, condition: s }
`,
  succeeded: `title: Succeeded
id: 2f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64
name: succeeded
logsource: { product: tidemark }
detection: { s: { act: s }, condition: s }
`,
  many: `title: Many
id: 3f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64
name: many
correlation: { type: event_count, rules: [failed], group-by: [ip], timespan: 10m, condition: { gte: 3 } }
`,
};

/** The seconds at which a correlation of sign-ins fires. */
function firings(correlation: string, events: string): number[] {
  const needed = Object.entries(PARTS).filter(([name]) =>
    `${correlation} ${correlation.includes('many') && 'failed'}`.includes(name),
  );
  const { logic } = read(`correlation: ${correlation}\n${needed.map(([, part]) => `---\n${part}`).join('')}`);
  return evaluate(logic, signIns(events)).map(({ at }) => (at - Date.parse(AT) * 1_000) / 1_000_000);
}

const COUNT = '{ type: event_count, rules: [failed], group-by: [user], timespan: 60s, condition: { gte: 3 } }';

describe('a count of events', () => {
  test.each([
    ['within the time, across full minutes', 'f:ana:50 f:ana:70 f:ana:110', [110]],
    ['one second too late', 'f:ana:50 f:ana:70 f:ana:111', []],
    ['in whatever order they come', 'f:ana:20 f:ana:0 f:ana:10', [20]],
    ['of different users', 'f:ana:0 f:bo:1 f:ana:2', []],
    ['of other events', 'f:ana:0 s:ana:1 f:ana:2', []],
    ['of events with an empty user', 'f::0 f::1 f::2', [2]],
    ['again with each further event', 'f:ana:0 f:ana:1 f:ana:2 f:ana:3', [2, 3]],
  ])('%s', (_, events, expected) => {
    expect(firings(COUNT, events)).toEqual(expected);
  });

  test.each([
    ['{ gt: 1, lte: 2 }', [1]],
    ['{ eq: 3 }', [2]],
    ['{ lt: 2 }', [0]],
  ])('with the condition %s', (condition, expected) => {
    expect(firings(COUNT.replace('{ gte: 3 }', condition), 'f:ana:0 f:ana:1 f:ana:2')).toEqual(expected);
  });

  test('of events that lack a field of the group: they are in none', () => {
    const { logic } = read(`correlation: ${COUNT}\n---\n${PARTS.failed}`);
    expect(
      evaluate(
        logic,
        signIns('f:ana:0 f:ana:1 f:ana:2').map((one) => ({ ...one, user: null })),
      ),
    ).toEqual([]);
  });
});

describe('a count of values', () => {
  const spray =
    '{ type: value_count, rules: [failed], group-by: [ip], timespan: 60s, condition: { gte: 3, field: user } }';

  test.each([
    ['that are different', 'f:ana:0 f:bo:1 f:cy:2', [2]],
    ['that repeat', 'f:ana:0 f:bo:1 f:ana:2', []],
    ['from several addresses', 'f:ana:0 f:bo:1 f:cy:2:192.0.2.9', []],
  ])('%s', (_, events, expected) => {
    expect(firings(spray, events)).toEqual(expected);
  });
});

describe('rules that match within a time', () => {
  const temporal = '{ type: temporal, rules: [failed, succeeded], group-by: [user], timespan: 60s }';

  test.each([
    ['in one order', 'f:ana:0 s:ana:60', [60]],
    ['in the other', 's:ana:0 f:ana:60', [60]],
    ['too late', 'f:ana:0 s:ana:61', []],
    ['one rule twice', 'f:ana:0 f:ana:1', []],
    ['for different users', 'f:ana:0 s:bo:1', []],
  ])('%s', (_, events, expected) => {
    expect(firings(temporal, events)).toEqual(expected);
  });

  test.each([
    ['in their order', 'f:ana:0 s:ana:60', [60]],
    ['in the other', 's:ana:0 f:ana:60', []],
    ['at the same time', 's:ana:5 f:ana:5', [5]],
    ['with others between them', 'f:ana:0 s:ana:5 f:ana:6 s:ana:9', [5, 9]],
    ['for different users', 'f:ana:0 s:bo:1', []],
  ])('ordered: %s', (_, events, expected) => {
    expect(firings(temporal.replace('temporal', 'temporal_ordered'), events)).toEqual(expected);
  });

  test.each([
    ['two of three', '{ gte: 2 }', [1]],
    ['only one', '{ lt: 2 }', [0]],
  ])('%s, if the condition says so', (_, condition, expected) => {
    const some = temporal.replace(' }', `, condition: ${condition} }`);
    expect(firings(some, 'f:ana:0 s:ana:1')).toEqual(expected);
  });
});

describe('a correlation of a correlation', () => {
  const chained = '{ type: temporal_ordered, rules: [many, succeeded], group-by: [user], timespan: 60s }';

  test.each([
    ['many failures and a success', 'f:ana:0 f:ana:1 f:ana:2 s:ana:9', [9]],
    ['too few', 'f:ana:0 f:ana:1 s:ana:9', []],
    // The first counts by address. By user is grouped what it found.
    ['failures of others', 'f:bo:0 f:ana:1 f:bo:2 s:ana:9', [9]],
    ['from several addresses', 'f:ana:0 f:ana:1 f:ana:2:192.0.2.9 s:ana:9', []],
    ['success first', 's:ana:0 f:ana:1 f:ana:2 f:ana:3', []],
    ['the failures last longer than the time between', 'f:ana:0 f:ana:1 f:ana:2 f:ana:300 s:ana:310', [310]],
  ])('%s', (_, events, expected) => {
    expect(firings(chained, events)).toEqual(expected);
  });
});

test('an alias is another field for each rule', () => {
  const aliased =
    '{ type: temporal, rules: [failed, succeeded], group-by: [person], timespan: 60s, aliases: { person: { failed: user, succeeded: who } } }';
  const { logic } = read(`correlation: ${aliased}\n---\n${PARTS.failed}---\n${PARTS.succeeded}`);
  const [failed = {}, succeeded = {}] = signIns('f:ana:0 s:bo:1');

  expect(evaluate(logic, [failed, { ...succeeded, who: 'ana' }])).toHaveLength(1);
  expect(evaluate(logic, [failed, { ...succeeded, user: 'ana' }])).toEqual([]);
});
