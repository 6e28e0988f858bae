import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedsOf, parseConnection } from '../../../functions/core/config/connection.ts';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { eventId, rowKey } from '../../../functions/core/events/identity.ts';
import type { Feed, Row } from '../../../functions/core/model.ts';
import { ceilTo, DAY, HOUR, MINUTE, type Range } from '../../../functions/core/time.ts';
import { diskVolumeUsage } from '../../../functions/sources/frame/reports/disk-volume-usage.ts';
import { usage } from '../../../functions/sources/frame/reports/usage.ts';
import { userActivities } from '../../../functions/sources/frame/reports/user-activities.ts';
import { source } from '../../../functions/sources/frame/source.ts';
import { answer, at, rowOf } from './records.ts';

const connection = parseConnection(source, { id: 'acme', source: 'frame', settings: { customerId: 'c1' } });
const feeds = feedsOf(source, connection) as Feed[];

function rowsOf({ read }: typeof usage, body: unknown): readonly Row[] {
  return read(answer(body), { url: '/x' }).rows;
}

function idsOf(stream: string, value: unknown): string[] {
  const feed = feeds.find((one) => one.stream.name === stream) as Feed;
  const row = rowOf(value);
  return feed.stream.events(row).map((identity) => eventId(feed, identity, rowKey(feed.stream, row).hash, 0));
}

function fixture(path: string): string {
  return readFileSync(new URL(`../../../functions/sources/frame/fixtures/${path}`, import.meta.url), 'utf8');
}

const DAY_RANGE: Range = { from: at('2026-01-09T00:00:00Z'), to: at('2026-01-10T00:00:00Z') };
const HOURS: Range = { from: at('2026-01-09T10:30:00Z'), to: at('2026-01-09T12:00:00.000001Z') };

test.each([
  [userActivities, DAY_RANGE, '/customers/c1/user_activities?from_date=2026-01-09&to_date=2026-01-10'],
  [userActivities, HOURS, '/customers/c1/user_activities?from_date=2026-01-09&to_date=2026-01-10'],
  [
    usage,
    DAY_RANGE,
    '/customers/c1/usage?from_date=2026-01-08T23%3A59%3A59Z&to_date=2026-01-10T00%3A00%3A00Z&resolution_type=by_hour',
  ],
  [
    usage,
    HOURS,
    '/customers/c1/usage?from_date=2026-01-09T09%3A59%3A59Z&to_date=2026-01-09T13%3A00%3A00Z&resolution_type=by_hour',
  ],
  [
    diskVolumeUsage,
    HOURS,
    '/customers/c1/disk_volume_usage?from_date=2026-01-09&to_date=2026-01-10&resolution_type=by_hour',
  ],
])('$name asks for the whole steps that a range touches', (stream, range, url) => {
  expect(stream.first(range, connection)).toEqual({ url, headers: { accept: 'application/json' }, list: 'data' });
});

test.each([
  [usage, HOUR],
  [diskVolumeUsage, DAY],
])('$name has all that it reads been over for two hours, also where the vendor adds a step', (stream, step) => {
  const { from } = DAY_RANGE;
  for (let now = from + 10 * DAY; now < from + 12 * DAY; now += 17 * MINUTE) {
    const lastStep = ceilTo(now - stream.settle, step);

    expect(lastStep + step + 2 * HOUR).toBeLessThanOrEqual(now);
  }
  expect(stream).toMatchObject({ enabled: false, rangeIgnoresRowTime: true, windowStep: step });
});

test('a day’s activities are read until two hours into the next', () => {
  expect(userActivities).toMatchObject({
    enabled: true,
    rangeIgnoresRowTime: true,
    windowStep: DAY,
    longestWindow: DAY,
    settle: 2 * HOUR,
    overlap: 0,
    every: HOUR,
  });
});

describe('a user’s activity', () => {
  const record = {
    access_date: '2022-02-01',
    access_datetime: '2022-02-01T21:11:00.398870Z',
    account_id: 'a1',
    user_id: 'u1',
  };

  test('is told by who came where and when', () => {
    const { access_date: _, ...dateless } = record;

    expect(userActivities.recordKey?.(rowOf(record))).toEqual({ content: '["u1","a1","2022-02-01T21:11:00.398870Z"]' });
    expect(userActivities.events(rowOf(record))).toEqual([{ time: at('2022-02-01T21:11:00.398870Z') }]);
    expect(idsOf('user-activities', dateless)).toEqual(idsOf('user-activities', record));
    expect(idsOf('user-activities', record)[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  test('is not told apart by where one part ends and the next begins', () => {
    const parts = [
      ['u', '1a', 't'],
      ['u1', 'a', 't'],
      ['u","1', 'a', 't'],
      ['u', '1","a', 't'],
    ];
    const ids = parts.flatMap(([user_id, account_id, access_datetime]) =>
      idsOf('user-activities', { user_id, account_id, access_datetime }),
    );

    expect(new Set(ids).size).toBe(parts.length);
  });

  test.each(['user_id', 'account_id', 'access_datetime'])('without %s is told by its content', (key) => {
    for (const value of [undefined, null, '', 5, {}]) {
      expect(userActivities.recordKey?.(rowOf({ ...record, [key]: value }))).toBeUndefined();
    }
  });

  test('at no time that can be read is still told by it', () => {
    const row = rowOf({ ...record, access_datetime: 'evening' });
    expect(userActivities.events(row)).toEqual([{}]);
    expect(userActivities.recordKey?.(row)).toEqual({ content: '["u1","a1","evening"]' });
    expect(userActivities.recordKey?.(rowOf(null))).toBeUndefined();
    expect(userActivities.events(rowOf(null))).toEqual([{}]);
  });

  test('says where', () => {
    const message = (about: object, found = {}) =>
      userActivities.map(rowOf(about), {}, { ...connection, found }).message;

    expect(message({ ...record, user_email: 'ana@example.com' })).toBe('ana@example.com accessed the account “a1”');
    expect(message(record, { accounts: { a1: 'Main' } })).toBe('u1 accessed the account “Main”');
    expect(message({})).toBe('An account was accessed');
  });
});

describe('an answer with all activities of a day', () => {
  test.each([[{ total: 2 }], [{ total: '2' }], [{ total: null }], [{}], [{ total: 2, total_unique: 1 }]])(
    'is read with %j',
    (about) => {
      expect(rowsOf(userActivities, { data: [{ a: 1 }, { a: 2 }], ...about }).map(({ value }) => value)).toEqual([
        { a: 1 },
        { a: 2 },
      ]);
    },
  );

  test.each([
    [{ total: 3 }, 'total is 3, but the answer holds 2 rows'],
    [{ total: 1 }, 'total is 1, but the answer holds 2 rows'],
    [{ total: 0 }, 'total is 0, but the answer holds 2 rows'],
    [{ total: 'two' }, 'total is a string, but the answer holds 2 rows'],
    [{ total: [2] }, 'total is a list, but the answer holds 2 rows'],
  ])('is refused with %j', (about, message) => {
    const read = () => rowsOf(userActivities, { data: [1, 2], ...about });

    expect(read).toThrow(UnreadableError);
    expect(read).toThrow(message);
  });

  test('is refused as the vendor shows it, shortened', () => {
    const shown = JSON.stringify({ ...JSON.parse(fixture('user-activities/documented-sample.json')), total: 66_866 });

    expect(() => rowsOf(userActivities, shown)).toThrow('total is 66866, but the answer holds 1 rows');
  });

  test('holds no record in memory but in its text', () => {
    const [first] = rowsOf(userActivities, { data: [{ a: 1 }] });

    expect(first?.value).toEqual({ a: 1 });
    expect(first?.value).not.toBe(first?.value);
  });

  test.each(['<html>', '[]', '{}', '{"data":{}}', '{"data":[1],"total":1'])('%j is none', (body) => {
    expect(() => rowsOf(userActivities, body)).toThrow(UnreadableError);
  });
});

describe.each([usage, diskVolumeUsage])('$name', (stream) => {
  const hour = { time: 1_626_454_800_000, hours_used: 1 };

  test('has a row for each entry of each account, with the account’s names', () => {
    const body = {
      data: [
        { account: 'A', account_external_id: 'x.1', usage: [hour, { ...hour, hours_used: 2 }], hours: 9 },
        { account: null, account_external_id: 'x.2', usage: [] },
        { account_external_id: 'x.3', usage: null },
        { account_external_id: 'x.4' },
        { usage: [hour] },
      ],
    };

    expect(rowsOf(stream, body).map(({ value }) => value)).toEqual([
      { account: 'A', account_external_id: 'x.1', ...hour },
      { account: 'A', account_external_id: 'x.1', ...hour, hours_used: 2 },
      { account: null, account_external_id: null, ...hour },
    ]);
  });

  test('keeps numbers and names as they were written', () => {
    const body =
      '{"data":[{"account":"A\\u0042","account_external_id":90071992547409931,"usage":[{"time":1626454800000,"hours_used":1.50},\n{ "a" :1e2}]}]}';

    expect(rowsOf(stream, body).map(({ text }) => text)).toEqual([
      '{"account":"A\\u0042","account_external_id":90071992547409931,"time":1626454800000,"hours_used":1.50}',
      '{"account":"A\\u0042","account_external_id":90071992547409931,"a" :1e2}',
    ]);
  });

  test('keeps entries that are no objects, and empty ones', () => {
    expect(
      rowsOf(stream, '{"data":[{"account":"A","usage":[5,{},{ },"x",null,[1]]}]}').map(({ text }) => text),
    ).toEqual([
      '{"account":"A","account_external_id":null,"usage":5}',
      '{"account":"A","account_external_id":null}',
      '{"account":"A","account_external_id":null}',
      '{"account":"A","account_external_id":null,"usage":"x"}',
      '{"account":"A","account_external_id":null,"usage":null}',
      '{"account":"A","account_external_id":null,"usage":[1]}',
    ]);
  });

  test('rows are what their texts say, whatever is in them', () => {
    const json = fc.jsonValue({ noUnicodeString: false });
    const entry = fc.dictionary(fc.string(), json).map((fields) => JSON.parse(JSON.stringify(fields)) as object);
    const account = fc.record({ account: json, account_external_id: json, usage: fc.array(entry) });
    fc.assert(
      fc.property(fc.array(account), fc.constantFrom(undefined, 2), (data, indent) => {
        const rows = rowsOf(stream, JSON.stringify({ data }, null, indent));
        const expected = data.flatMap(({ account, account_external_id, usage }) =>
          usage.map((one) => ({ ...(JSON.parse(JSON.stringify({ account, account_external_id })) as object), ...one })),
        );

        expect(rows.map(({ value }) => value)).toEqual(expected);
        for (const { text, value } of rows) {
          expect(JSON.parse(text)).toEqual(value);
          expect(text).not.toMatch(/[\r\n]/);
        }
      }),
    );
  });

  test.each([
    ['{"data":{}}', 'the JSON has no list "data"'],
    ['<html>', 'the answer is not JSON'],
  ])('%s is unreadable', (body, message) => {
    expect(() => rowsOf(stream, body)).toThrow(UnreadableError);
    expect(() => rowsOf(stream, body)).toThrow(message);
  });

  const data = [
    { usage: [{ hours_used: 10.2 }, { hours_used: '0.2' }, { hours_used: null }] },
    { usage: [{ hours_used: 20 }] },
  ];

  test.each([
    ['the rows', 4],
    ['the accounts', 2],
    ['the hours', 30.4],
    ['the hours, added up in another order', 30.400000001],
    ['the hours, rounded', 30],
    ['the rows, as a text', '4'],
    ['nothing', null],
    ['nothing at all', undefined],
  ])('takes a total that counts %s', (_name, total) => {
    expect(rowsOf(stream, { data, total })).toHaveLength(4);
  });

  test.each([[5], [3], [31], [29], [30.5], [30.41], [0], ['many'], [true], [{}]])('refuses a total of %j', (total) => {
    expect(() => rowsOf(stream, { data, total })).toThrow(UnreadableError);
  });

  test('says what a refused total was compared with', () => {
    expect(() => rowsOf(stream, { data, total: 43_533 })).toThrow(
      'total is 43533, but the answer holds 4 rows of 2 accounts with 30.4 hours',
    );
  });

  test('counts as another event when it is counted anew, and as the same when it is read again', () => {
    const row = { account_external_id: 'x', ...hour };

    expect(idsOf(stream.name, row)).toEqual(idsOf(stream.name, { ...row }));
    expect(idsOf(stream.name, { ...row, hours_used: 2 })).not.toEqual(idsOf(stream.name, row));
    expect(idsOf(stream.name, { ...row, account_external_id: 'y' })).not.toEqual(idsOf(stream.name, row));
  });

  test.each([
    [1_626_454_800_000, '2021-07-16T17:00:00Z'],
    ['1626454800000', '2021-07-16T17:00:00Z'],
    ['2021-07-16T17:00:00Z', '2021-07-16T17:00:00Z'],
    [0, '1970-01-01T00:00:00Z'],
  ])('at %j has its hour', (time, text) => {
    const row = rowOf({ time, hours_used: 1 });

    expect(stream.events(row)).toEqual([{ time: at(text) }]);
    expect(stream.map(row, {}, connection).event).toMatchObject({
      kind: 'metric',
      start: `${text.slice(0, 19)}.000Z`,
      end: `${text.slice(0, 11)}${String(Number(text.slice(11, 13)) + 1).padStart(2, '0')}:00:00.000Z`,
    });
  });

  test.each([[-1], [1.5], [4e12 * 2], [1e300], [null], [undefined], ['soon'], [{}], [true]])(
    'at %j has no time',
    (time) => {
      const row = rowOf({ time, hours_used: 1 });

      expect(stream.events(row)).toEqual([{}]);
      expect(stream.map(row, {}, connection).event).toEqual({
        kind: 'metric',
        category: ['host'],
        type: ['info'],
        action: `${stream.name}-measured`,
        provider: 'frame',
      });
    },
  );

  test('without a name is of servers, or of disks', () => {
    const { message, frame } = stream.map(rowOf({ hours_used: 0 }), {}, connection);

    expect(message).toMatch(/^(servers: 0 h|disks: unknown GB) used$/);
    expect(Object.values(frame as object)).toEqual([{ hours_used: 0 }]);
    expect(stream.map(rowOf({ time: 0 }), {}, connection)).not.toHaveProperty('frame');
  });

  test.each([
    ['{"data":[5]}', '5', 'the record is a number; an object was expected'],
    ['{"data":[[{"usage":[]}]]}', '[{"usage":[]}]', 'the record is a list; an object was expected'],
    ['{"data":[{"usage":{"time":1}}]}', '{"usage":{"time":1}}', 'neither a time nor hours_used'],
    ['{"data":[{"usage":"none"}]}', '{"usage":"none"}', 'neither a time nor hours_used'],
    [
      '{"data":[{"usage":["x"]}]}',
      '{"account":null,"account_external_id":null,"usage":"x"}',
      'neither a time nor hours_used',
    ],
  ])('what is no measurement in %s is kept, and cannot be mapped', (body, text, why) => {
    const [row, ...others] = rowsOf(stream, body) as [Row];

    expect([row.text, ...others]).toEqual([text]);
    expect(stream.events(row)).toEqual([{}]);
    expect(() => stream.map(row, {}, connection)).toThrow(why);
  });
});

test.each([
  [usage, 'usage/documented-sample.json', 43_533],
  [diskVolumeUsage, 'disk-volume-usage/documented-sample.json', 758_884],
])('$name as the vendor shows it, shortened, is refused', (stream, path, total) => {
  const shown = { ...JSON.parse(fixture(path)), total };

  expect(() => rowsOf(stream, shown)).toThrow(`total is ${total}, but the answer holds 1 rows of 1 accounts`);
});

test('a measurement says of what', () => {
  const row = {
    account: 'Main',
    account_external_id: 'x.1',
    datacenter: null,
    datacenter_id: 'x.d',
    instance_type: { id: 5 },
    instance_type_id: 'x.i',
    server_type: 'production',
    disk_volume_type_id: 'gp2',
    disk_volume_size_used: '180',
    hours_used: 36,
    time: 1_625_101_200_000,
  };
  const shared = { account: 'Main', account_external_id: 'x.1', datacenter_id: 'x.d', hours_used: 36 };

  expect(usage.map(rowOf(row), {}, connection)).toMatchObject({
    message: 'production: 36 h used',
    frame: { usage: { ...shared, instance_type_id: 'x.i', server_type: 'production' } },
  });
  expect(diskVolumeUsage.map(rowOf(row), {}, connection)).toMatchObject({
    message: 'gp2: 180 GB used',
    frame: { disk_volume_usage: { ...shared, disk_volume_type_id: 'gp2', disk_volume_size_used: 180 } },
  });
  expect(JSON.stringify(usage.map(rowOf(row), {}, connection))).not.toContain('"instance_type":');
});
