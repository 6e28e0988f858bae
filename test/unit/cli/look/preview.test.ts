import { describe, expect, test } from 'vitest';
import { leavesOf, WHOLE } from '../../../../cli/preview/leaves.ts';
import { previewRecord } from '../../../../cli/preview/preview-record.ts';
import type { Rule } from '../../../../cli/preview/provenance.ts';
import type { EcsEvent } from '../../../../functions/core/ecs-event.ts';
import { DISTANT, type MadeUpRecord, madeUpSource } from './made-up-log.ts';

const RECORD: MadeUpRecord = {
  id: 'r-1',
  date: '2026-01-10T09:00:00Z',
  act: 'opened',
  who: { name: 'Ana Duarte', mail: 'ana@example.com' },
  things: [{ name: 'door' }, { name: 'window' }],
  inside: '{"reason":"a visit","unused":[1]}',
  nobody: 'reads this',
  level: 3,
  silent: false,
  nothing: null,
};

const source = madeUpSource();
const preview = (record: unknown, stream = 'acts') =>
  previewRecord(source, stream, typeof record === 'string' ? record : JSON.stringify(record), { readAt: DISTANT });

function rules(record: unknown): Readonly<Record<string, Rule>> {
  return preview(record).rules;
}

test('formats have the versions of the destinations', () => {
  const destination = { id: 'd', type: 't', heldFor: 0, settings: {} };
  const destinations = [
    { ...destination, shape: { format: 'cef', cefVersion: 1 } },
    { ...destination, shape: { format: 'ocsf', ocsfVersion: '1.8.0' } },
  ] as const;
  const shown = previewRecord(source, 'acts', JSON.stringify(RECORD), { readAt: DISTANT, destinations });

  expect(shown.cef).toMatch(/^CEF:1\|/);
  expect(shown.ocsf).toMatchObject({ metadata: { version: '1.8.0' } });
  expect(preview(RECORD)).toMatchObject({
    cef: expect.stringMatching(/^CEF:0\|/),
    ocsf: { metadata: { version: '1.3.0' } },
  });
});

describe('what the fields are made from', () => {
  test.each([
    ['a value that is copied', 'user.full_name', ['who.name']],
    ['a value in a list', 'memory.things', ['things[0].name', 'things[1].name']],
    ['JSON in a text', 'event.reason', ['inside.reason']],
    ['a time', '@timestamp', ['date']],
    ['a number that decides', 'event.severity', ['level']],
    ['a truth value that decides', 'event.outcome', ['silent']],
    ['a name that decides several fields', 'event.type', ['act']],
    ['the vendor’s id', 'event.id', ['id']],
    ['the record itself', 'event.original', [WHOLE]],
    ['nothing of the record', 'event.provider', 'constant'],
    ['the time of reading', 'event.created', 'constant'],
  ])('%s', (_, field, made) => {
    expect(rules(RECORD)[field]).toEqual(made);
  });

  test('the values of a field stand before those that only decide whether there is the field', () => {
    expect(rules(RECORD)['user.email']).toEqual(['who.mail', 'act']);
  });

  test('without an id, the id is made from the whole record', () => {
    const { id: _, ...rest } = RECORD;

    expect(rules(rest)['event.id']).toEqual([WHOLE]);
  });

  test('every field has a rule, and no field of the event is missing', () => {
    const { rules: found, ecs } = preview(RECORD);

    expect(found).toHaveProperty(['ecs.version'], 'constant');
    expect(Object.keys(found)).toContain('tidemark.feed');
    expect(Object.keys(found).length).toBeGreaterThan(15);
    expect(ecs.message).toBe('Ana Duarte opened door, window');
  });

  test('values that are in no field are named; those that only decide are not', () => {
    expect(preview(RECORD).unmapped).toEqual(['nobody', 'nothing', 'inside.unused[0]']);
  });

  test('a value that spoils the mapping when it changes is mapped', () => {
    const { unmapped, rules: found } = preview({ ...RECORD, checked: 'yes' });

    expect(unmapped).not.toContain('checked');
    expect(found['event.kind']).toEqual(['checked']);
    // The other fields go with the mapping, and are not made from it.
    expect(found['user.full_name']).toEqual(['who.name']);
  });
});

test('a record that cannot be mapped is shown as it is delivered, with what spoils it', () => {
  const { ecs, rules: found, unmapped } = preview({ ...RECORD, checked: 'no' });

  expect(ecs.event.kind).toBe('pipeline_error');
  expect(ecs.error?.message).toContain('checked is no');
  expect(found['error.message']).toEqual(['checked']);
  expect(unmapped).toContain('who.name');
});

test('each event of a record is shown, and one that another value makes go away is no part of the rules', () => {
  const { events, rules: found } = preview({ ...RECORD, end: '2026-01-10T10:00:00Z' });

  expect(events.map(({ ecs }) => ecs.event.action)).toEqual(['opened', 'closed']);
  expect(events[1]?.rules['@timestamp']).toEqual(['end']);
  expect(found['@timestamp']).toEqual(['date']);
  expect(events[0]?.rules).toEqual(found);
});

test('an event is shown in every format, and in the envelopes', () => {
  const { raw, ecs, cef, ocsf, events, ...rest } = preview(RECORD);

  expect(raw).toEqual(RECORD);
  expect(cef).toMatch(/^CEF:0\|/);
  expect(ocsf).toMatchObject({ metadata: { uid: ecs.event.id } });
  const envelopes = Object.values(rest).filter(
    (value) => typeof value === 'object' && value !== null && 'event' in value && 'time' in value,
  ) as unknown as { event: EcsEvent }[];
  expect(envelopes).toHaveLength(1);
  expect(envelopes[0]?.event.event.id).toBe(ecs.event.id);
});

describe('what may be given', () => {
  const line = JSON.stringify(RECORD);
  const other = { ...RECORD, id: 'r-2' };

  test.each([
    ['a record', line],
    ['a record over several lines', JSON.stringify(RECORD, null, 2)],
    ['an answer', JSON.stringify({ rows: [RECORD] })],
    ['a list', JSON.stringify([RECORD])],
    ['a record a line', `${line}\n${JSON.stringify(other)}\n`],
    ['with a byte order mark', `\ufeff${line}`],
  ])('%s', (_, text) => {
    expect(preview(text).raw).toEqual(RECORD);
  });

  test('an event of ours: its record', () => {
    const { ecs } = preview(line);

    expect(preview(JSON.stringify(ecs)).raw).toEqual(RECORD);
  });

  test('one of several records', () => {
    const text = JSON.stringify({ rows: [RECORD, other] });

    const { ecs, record, records } = previewRecord(source, 'acts', text, { record: 2 });

    expect([record, records]).toEqual([2, 2]);
    expect(ecs.event.original).toBe(JSON.stringify(other));
  });

  test.each([
    ['nothing', '  \n', /the text is empty/],
    ['half a record', line.slice(0, -5), /no record of memory\/acts/],
    ['a page for people', '<html>Please sign in</html>', /no record of memory\/acts/],
    ['a number', '5', /no record of memory\/acts/],
    ['an answer without records', '{"rows":[]}', /^The answer holds no record\./],
  ])('%s is refused', (_, text, complaint) => {
    expect(() => preview(text)).toThrow(complaint);
  });

  test('a record that is not there, and a stream that is not there, are refused with what there is', () => {
    expect(() => previewRecord(source, 'acts', line, { record: 3 })).toThrow('There is no record 3: the text holds 1.');
    expect(() => previewRecord(source, 'act', line)).toThrow(/memory has no stream "act"/);
  });
});

test('an item of a snapshot is shown as one that was created', () => {
  const { ecs, raw, rules: found } = preview({ key: 'k-1', name: 'gate' }, 'things');

  expect(ecs.message).toBe('gate created');
  expect(raw).toEqual({ before: null, after: { name: 'gate' } });
  expect(found.message).toEqual(['name']);
});

describe('hostile records', () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, 'v'.repeat(20)]));

  test('a record with 100,000 values is shown, and it is said that not all were looked at', () => {
    const { notExamined, rules: found, unmapped } = preview({ ...RECORD, ...many });

    expect(notExamined).toBeGreaterThan(99_000);
    expect(unmapped.length).toBeLessThan(1_000);
    // What was not looked at may be what a field is made from.
    expect(found['event.provider']).toBeUndefined();
  });

  test.each([
    ['lists', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ])('a record nested too deep is a pipeline_error: %s', (_, deep) => {
    const { ecs, raw } = preview(`{"id":"deep","date":"2026-01-10T09:00:00Z","x":${deep}}`);

    expect(ecs.error?.message).toContain('nested more than 100 levels deep');
    // As a value, nobody could write it as JSON again.
    expect(typeof raw).toBe('string');
  });

  test('odd names of keys neither break a preview nor get lost', () => {
    const odd =
      '{"id":"o","date":"2026-01-10T09:00:00Z","act":"opened","__proto__":"p","constructor":"c","a.b":"d","":"e","x y":{"\\u001b[2J":"f"}}';

    expect(preview(odd).unmapped).toEqual(['__proto__', 'constructor', '["a.b"]', '[""]', '["x y"]["\\u001b[2J"]']);
  });
});

test('the leaves of a record lead back to their values', () => {
  const found = [...leavesOf(RECORD)].map(({ path, value }) => [path, value]);

  expect(found).toContainEqual(['things[1].name', 'window']);
  expect(found).toContainEqual(['inside.unused[0]', 1]);
  expect(found).toContainEqual(['nothing', null]);
});
