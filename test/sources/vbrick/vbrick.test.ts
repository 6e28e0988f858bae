import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { feedsOf, parseConnection } from '../../../functions/core/config/connection.ts';
import { TidemarkError, UnreadableError } from '../../../functions/core/errors.ts';
import { eventId, recordHash } from '../../../functions/core/events/identity.ts';
import type { Answer, AnyStream, Connection, Feed, Lookup, Row, Stream } from '../../../functions/core/model.ts';
import { DAY, HOUR, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { source } from '../../../functions/sources/vbrick/source.ts';

const now = at('2026-01-10T10:00:00Z');
const origin = 'https://acme.example.com';
const GUID = '6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d';
const AUDIT = '/network/audit/accounts/acc-1';
const range = { from: now - HOUR, to: now };

function at(text: string): number {
  return parseInstant(text) as number;
}

function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): Answer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function connection(
  settings: Record<string, unknown> = { accountId: 'acc-1' },
  found?: Record<string, unknown>,
): Connection {
  const parsed = parseConnection(source, { id: 'acme', source: 'vbrick', origin, settings });
  return { ...parsed, ...(found && { found }) };
}

function stream(name: string): Stream {
  return source.streams.find((one: AnyStream) => one.name === name) as Stream;
}

function watched(watch: Record<string, unknown>): readonly Stream[] {
  return source.watched?.(connection({ accountId: 'acc-1', watch })) ?? [];
}

describe('settings', () => {
  test('are all optional', () => {
    expect(z.parse(source.settings, {})).toEqual({ requestsPerMinute: 60, includeSelf: true, includeStates: true });
  });

  test.each([
    { accountId: GUID },
    { requestsPerMinute: 1 },
    { includeSelf: false },
    { includeStates: false },
    { watch: {} },
    {
      watch: {
        users: [GUID, 'a.b_c-D'],
        userAccess: [GUID],
        principals: ['x'.repeat(64)],
        groups: ['g'],
        devices: ['d'],
      },
    },
    { watch: { videos: ['v'], scheduledEvents: ['s'] } },
  ])('%j is taken', (settings) => {
    expect(z.safeParse(source.settings, settings).success).toBe(true);
  });

  test.each([
    { accountId: '' },
    { accountId: 'a/b' },
    { accountId: '..' },
    { accountId: 'x'.repeat(65) },
    { requestsPerMinute: 0 },
    { requestsPerMinute: 1.5 },
    { requestsPerMinute: '60' },
    { includeSelf: 'no' },
    { includeStates: 0 },
    { watch: { user: ['a'] } },
    { watch: { users: 'a' } },
    { watch: { users: ['a', 'b', 'A'] } },
    { watch: { users: ['a b'] } },
    { watch: { users: ['a/../b'] } },
    { watch: { users: ['.'] } },
    { watch: { users: ['..'] } },
    { watch: { users: [''] } },
    { watch: { users: ['x'.repeat(65)] } },
    { watch: { users: [5] } },
    { wach: {} },
  ])('%j is refused', (settings) => {
    expect(z.safeParse(source.settings, settings).success).toBe(false);
  });

  test('that are wrong are named with what is wanted', () => {
    expect(() => connection({ watch: { users: ['a', 'a'] } })).toThrow(/watch\.users: .* wanted each id only once/);
    expect(() => connection({ watch: { users: ['a b'] } })).toThrow(
      /watch\.users\[0\]: there is "a b", wanted letters, digits, dots, dashes and underscores, at most 64/,
    );
  });

  test('each is described to editors, those of the watch list too', () => {
    const { properties = {} } = z.toJSONSchema(source.settings, { io: 'input' });
    const { watch } = properties as Record<string, { properties?: Record<string, unknown> }>;
    const described = [...Object.entries(properties), ...Object.entries(watch?.properties ?? {})];

    expect(described.map(([name]) => name).sort()).toEqual(
      ['accountId', 'requestsPerMinute', 'watch', 'includeSelf', 'includeStates']
        .concat(['users', 'userAccess', 'principals', 'groups', 'devices', 'videos', 'scheduledEvents'])
        .sort(),
    );
    for (const [name, property] of described)
      expect([name, (property as { description?: string }).description]).toEqual([name, expect.stringMatching(/\.$/)]);
  });

  test('an origin has to be given', () => {
    expect(source.origin).toBeUndefined();
    expect(() => parseConnection(source, { id: 'acme', source: 'vbrick' })).toThrow(/\$\.origin: nothing is there/);
  });

  test('the tenant is the account, as it is set or was found', () => {
    expect(source.tenant?.(connection({}, { accountId: 'acc-2' }))).toBe('acc-2');
    expect(source.tenant?.(connection({ accountId: 'acc-1' }, { accountId: 'acc-2' }))).toBe('acc-1');
  });

  test('the scope is what decides which records come', () => {
    expect(source.scope(connection())).toEqual({ origin, accountId: 'acc-1' });
    expect(source.scope(connection({}, { accountId: 'acc-2' }))).toEqual({ origin, accountId: 'acc-2' });
    expect(source.scope(connection({ accountId: 'acc-1', includeStates: false }, { accountId: 'acc-2' }))).toEqual({
      origin,
      accountId: 'acc-1',
    });
    expect(source.scope(connection({}))).toEqual({ origin, accountId: '' });
  });
});

describe('streams', () => {
  test.each([
    ['user-access', 'userAccess', true, 5 * MINUTE],
    ['users', 'users', true, 5 * MINUTE],
    ['groups', 'groups', false, 15 * MINUTE],
    ['devices', 'devices', false, 15 * MINUTE],
    ['videos', 'videos', false, 15 * MINUTE],
    ['scheduled-events', 'scheduledEvents', false, 15 * MINUTE],
  ])('%s', (name, path, enabled, every) => {
    expect(stream(name)).toMatchObject({
      enabled,
      every,
      settle: 2 * MINUTE,
      overlap: 30 * MINUTE,
      longestWindow: DAY,
      precision: SECOND,
    });
    expect(stream(name).first(range, connection()).url).toBe(
      `${AUDIT}/${path}?fromDate=2026-01-10T09%3A00%3A00.000Z&toDate=2026-01-10T10%3A00%3A00.000Z`,
    );
  });

  test('are six', () => {
    expect(source.streams).toHaveLength(6);
  });

  test('ask for all of a range, in milliseconds', () => {
    const { url } = stream('users').first({ from: now + 999, to: now + 1_001 }, connection());

    expect(url).toContain('?fromDate=2026-01-10T10%3A00%3A00.000Z&toDate=2026-01-10T10%3A00%3A00.002Z');
  });

  test('ask for the account that was set, else for the one that was found', () => {
    const path = (settings: Record<string, unknown>, found?: Record<string, unknown>) =>
      stream('users').first(range, connection(settings, found)).url.split('?')[0];

    expect(path({}, { accountId: GUID })).toBe(`/network/audit/accounts/${GUID}/users`);
    expect(path({ accountId: 'acc-1' }, { accountId: GUID })).toBe(`${AUDIT}/users`);
  });

  test.each([[undefined], [{}], [{ accountId: '../../api' }], [{ accountId: 5 }], [{ accountId: { id: GUID } }]])(
    'ask for nothing when what was found is %j',
    (found) => {
      expect(() => stream('users').first(range, connection({}, found))).toThrow(
        expect.objectContaining({
          constructor: TidemarkError,
          code: 'config',
          remedy: expect.stringContaining('Set settings.accountId'),
        }),
      );
    },
  );
});

describe('the watch list', () => {
  test.each([
    ['users', 'watch-users-', 'users', 'users'],
    ['userAccess', 'watch-user-access-', 'user-access', 'userAccess'],
    ['principals', 'watch-principals-', 'principals', 'principals'],
    ['groups', 'watch-groups-', 'groups', 'groups'],
    ['devices', 'watch-devices-', 'devices', 'devices'],
    ['videos', 'watch-videos-', 'videos', 'videos'],
    ['scheduledEvents', 'watch-scheduled-events-', 'scheduled-events', 'scheduledEvents'],
  ])('of %s reads each by its id', (kind, prefix, viewOf, path) => {
    const streams = watched({ [kind]: [GUID, 'a.b'] });

    expect(streams.map(({ name }) => name)).toEqual([`${prefix}${GUID}`, `${prefix}a.b`]);
    for (const one of streams) expect(one).toMatchObject({ viewOf, enabled: true, precision: SECOND });
    expect(streams[0]?.title).toContain(GUID);
    expect(streams[1]?.first(range, connection()).url).toMatch(`${AUDIT}/${path}/a.b?fromDate=`);
  });

  test('of several kinds has all of them, and none without one', () => {
    expect(watched({ users: ['a'], principals: ['a'], groups: [] }).map(({ name }) => name)).toEqual([
      'watch-users-a',
      'watch-principals-a',
    ]);
    expect(watched({})).toEqual([]);
    expect(source.watched?.(connection())).toEqual([]);
  });

  test('has the timing of the collection, whether or not that runs', () => {
    const parsed = parseConnection(source, {
      ...{ id: 'acme', source: 'vbrick', origin },
      settings: { watch: { groups: ['g'] } },
      streams: { groups: { overlap: '2h', every: '1h' } },
    });

    const feed = feedsOf(source, parsed).find(({ name }) => name === 'vbrick/watch-groups-g/acme');
    expect(feed).toMatchObject({ enabled: true, every: HOUR, overlap: 2 * HOUR });
  });

  test('makes the same event of a row that the collection does', () => {
    const [one] = watched({ users: [GUID] }) as [Stream];
    const text = `When,MessageKey,EntityKey,EntityId\n2026-01-10T09:00:00Z,Network:ModifyUser,Network:User,${GUID}\n`;
    const [here, there] = [stream('users'), one].map((from) => {
      const asked = from.first(range, connection());
      const [row] = from.read(answer(200, text, { 'content-type': 'text/csv' }), asked).rows as [Row];
      const [identity = {}] = from.events(row);
      const feed: Feed = { name: from.name, source, stream: from, connection: connection(), settle: 1, overlap: 1 };
      return { fields: from.map(row, identity, connection()), id: eventId(feed, identity, recordHash(row), 0) };
    });

    expect(there).toEqual(here);
  });
});

describe('answers', () => {
  const asked = { url: `${AUDIT}/users?fromDate=a&toDate=b` };
  const withToken = { url: `${asked.url}&nextContinuationToken=t#keys-only` };
  const judge = (given: Answer, question = asked) => source.judge?.(given, now, question);

  test.each([400, 404, 410])('%i to a token says that it has run out', (status) => {
    expect(judge(answer(status, 'The scroll has lapsed.'), withToken)).toEqual({
      kind: 'expired',
      reason: `Rev answered ${status} to a continuation token: The scroll has lapsed.`,
    });
  });

  test.each([
    [400, 'request', 'Check settings.accountId and the ids in settings.watch'],
    [401, 'refused', 'Put a working user API key'],
    [403, 'forbidden', 'the role Account Admin'],
    [404, 'request', 'have Vbrick support enable the Audit Service'],
  ])('%i is final', (status, code, remedy) => {
    expect(judge(answer(status, { detail: 'no' }))).toEqual({
      kind: 'never',
      code,
      reason: `Rev answered ${status}: {"detail":"no"}`,
      remedy: expect.stringContaining(remedy),
    });
  });

  test.each([
    [401, 'never'],
    [403, 'never'],
    [429, 'later'],
  ])('%i to a token is what it is without', (status, kind) => {
    expect(judge(answer(status), withToken)).toMatchObject({ kind });
    expect(judge(answer(status), withToken)).toEqual(judge(answer(status)));
  });

  test.each([200, 204, 408, 410, 500, 502, 503])('%i is judged as anywhere on the web', (status) => {
    expect(judge(answer(status))).toBeUndefined();
  });

  test('to other questions than those for the audit are, too', () => {
    for (const status of [400, 401, 403, 404])
      expect(judge(answer(status), { url: '/api/v2/users/me?nextContinuationToken=x' })).toBeUndefined();
  });

  test.each([
    ['nothing', {}, now + MINUTE],
    ['seconds', { 'retry-after': '30' }, now + 30 * SECOND],
    ['a date', { 'retry-after': 'Sat, 10 Jan 2026 10:02:00 GMT' }, now + 2 * MINUTE],
    ['no seconds', { 'retry-after': '0' }, now + MINUTE],
    ['a past date', { 'retry-after': 'Sat, 10 Jan 2026 09:00:00 GMT' }, now + MINUTE],
    ['words', { 'retry-after': 'soon' }, now + MINUTE],
  ])('429 with %s', (_name, headers: Record<string, string>, until) => {
    const verdict = { kind: 'later', throttled: true, at: until, reason: 'Rev answered 429: Too Many Requests' };

    expect(judge(answer(429, 'Too Many Requests', headers))).toEqual(verdict);
    expect(judge(answer(429, 'Too Many Requests', headers), { url: '/api/v2/users/me' })).toEqual(verdict);
  });
});

describe('the pace', () => {
  test.each([
    [`${AUDIT}/userAccess?fromDate=a`, 'userAccess'],
    [`${AUDIT}/users#keys-only`, 'users'],
    [`${AUDIT}/users/${GUID}?fromDate=a`, 'users/id'],
    [`${AUDIT}/principals/a.b?fromDate=a`, 'principals/id'],
    [`${origin}/network/audit/accounts/a.b-c/scheduledEvents?x`, 'scheduledEvents'],
  ])('of %s', (url, bucket) => {
    expect(source.pace?.({ url }, connection())).toEqual({ bucket, perMinute: 60 });
    expect(source.pace?.({ url }, connection({ requestsPerMinute: 12 }))).toEqual({ bucket, perMinute: 12 });
  });

  test.each([['/api/v2/users/me'], ['/api/v2/accounts/bootstrap'], ['/network/audit/accounts/acc-1'], ['/']])(
    'of %s is not ours to say',
    (url) => {
      expect(source.pace?.({ url }, connection())).toBeUndefined();
    },
  );
});

describe('lookups', () => {
  const [accountId, me] = source.lookups as [Lookup, Lookup];

  test('the account is asked for where it is not set, and nothing goes without it', () => {
    expect(accountId).toMatchObject({ name: 'accountId', remedy: expect.stringContaining('Set settings.accountId') });
    expect(accountId.wanted(connection({}))).toBe(true);
    expect(accountId.wanted(connection())).toBe(false);
    expect(accountId.first(connection({}))).toEqual({ url: '/api/v2/accounts/bootstrap' });
    expect(accountId.read([answer(200, { account: { id: GUID }, environment: {} })], connection({}))).toEqual({
      found: GUID,
    });
  });

  test('who we are is asked for every day, and all goes without it', () => {
    expect(me).toMatchObject({ name: 'me', age: DAY });
    expect(me.remedy).toBeUndefined();
    expect(me.wanted(connection())).toBe(true);
    expect(me.first(connection())).toEqual({ url: '/api/v2/users/me' });
    expect(me.read([answer(200, { userId: GUID, email: 'x' })], connection())).toEqual({ found: { id: GUID } });
    expect(me.read([answer(200, { id: GUID })], connection())).toEqual({ found: { id: GUID } });
    expect(source.lookups).toHaveLength(2);
  });

  test.each([
    '',
    '<html>',
    'null',
    '[]',
    '{}',
    '{"account":null,"userId":null}',
    '{"account":"x","userId":5}',
    '{"account":{"id":5},"userId":{}}',
    '{"account":{"id":""},"userId":""}',
    '{"account":{"id":"../x"},"userId":"a b"}',
    '{"account":{"id":".."},"userId":".."}',
    `{"account":{"id":"${'x'.repeat(65)}"},"userId":"${'x'.repeat(65)}"}`,
  ])('%s has no id', (text) => {
    for (const lookup of [accountId, me])
      expect(() => lookup.read([answer(200, text)], connection({}))).toThrow(UnreadableError);
    expect(() => accountId.read([], connection({}))).toThrow('the answer has no account.id that is an id');
  });
});

describe('our own sign-ins', () => {
  const row = (columns: Record<string, string>) => ({ value: columns, text: JSON.stringify(columns) });
  const shown = (columns: Record<string, string>) => source.ownSignIns?.signIn(row(columns));
  const logon = { MessageKey: 'Network:RecordUserLogon', EntityKey: 'Network:UserAccess', EntityId: 'e-1' };

  test('are told by who signs in', () => {
    expect(shown({ ...logon, Message: '{"UserId":"u-1","LogOnSuccessful":true}' })).toEqual({ account: 'u-1' });
    expect(shown({ ...logon, Message: '{"UserId":"u-1","LogOnSuccessful":false}' })).toEqual({ account: 'u-1' });
    expect(shown({ ...logon, EntityKey: 'Network.UserAccess', Message: '' })).toEqual({ account: 'e-1' });
    expect(shown({ ...logon, EntityId: '', Message: 'null' })).toEqual({});
  });

  test.each([
    [{ ...logon, MessageKey: 'Network:RecordUserLogoff' }],
    [{ ...logon, MessageKey: 'Network:ModifyUser' }],
    [{ ...logon, MessageKey: 'Network:AddUser', EntityKey: 'Network:User' }],
    [{}],
  ])('%j is no sign-in', (columns) => {
    expect(shown(columns as Record<string, string>)).toBeUndefined();
  });

  test.each([['a broken line'], [null], [5], [[]]])('%j is none either', (value) => {
    expect(source.ownSignIns?.signIn({ value, text: '' })).toBeUndefined();
  });

  test.each([
    [{ me: { id: 'u-1' } }, 'u-1'],
    [{ me: { id: 5 } }, undefined],
    [{ me: 'u-1' }, undefined],
    [{ me: null }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('of %j are those of %j', (found, account) => {
    expect(source.ownSignIns?.account(connection({}, found))).toBe(account);
  });

  test('are left out when that is wanted', () => {
    expect(source.ownSignIns?.leaveOut(connection())).toBe(false);
    expect(source.ownSignIns?.leaveOut(connection({ includeSelf: false }))).toBe(true);
  });
});

test('the secret is a key, or a name and a password, each signed in with at its place', () => {
  const { auth } = source;
  if (auth.kind !== 'session') throw new Error(auth.kind);

  expect(auth.secret.map((shape) => Object.keys(shape))).toEqual([
    ['apiKey', 'secret'],
    ['username', 'password'],
  ]);
  for (const text of auth.secret.flatMap((shape) => Object.values(shape))) expect(text).toMatch(/\.$/);
  expect(auth.signIn).toEqual([
    { url: '/api/v2/authenticate', body: 'json' },
    { url: '/api/v2/user/login', body: 'json' },
  ]);
  expect(auth.extend).toBe('/api/v2/user/extend-session');
});
