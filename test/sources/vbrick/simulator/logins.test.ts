import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNT_ID, SERVICE_USER } from '../../../../simulators/vbrick/content/tenant.ts';
import { type RunningVbrick, simulator, type VbrickOptions } from '../../../../simulators/vbrick/simulator.ts';
import { MINUTE_MS, NOON } from '../../thousandeyes/simulator/client.ts';
import { ask, auditPath, HOUR_AGO, held, logIn, readPage, start, startWith, stopAll, tokenOf } from './client.ts';

const QUIET: VbrickOptions = { perMinute: 0 };
const RANGE = { fromDate: HOUR_AGO, toDate: NOON + 60 * MINUTE_MS };
const PASSWORD = { username: 'svc-siem', password: 'demo-password-7d02' };

afterEach(stopAll);

async function statuses(count: number, request: () => Promise<Response>): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; turn < count; turn++) found.push((await request()).status);
  return found;
}

function logins(running: RunningVbrick, visibleAt = NOON + 60 * MINUTE_MS): object[] {
  return held(running, 'userAccess', { to: NOON + 60 * MINUTE_MS, visibleAt }).map(
    ({ MessageKey, EntityId, When, Message, CurrentState }) => ({
      key: MessageKey,
      user: EntityId,
      when: When.slice(11, 19),
      isGood: JSON.parse(Message).LogOnSuccessful,
      status: JSON.parse(CurrentState).Status,
    }),
  );
}

describe('logging in', () => {
  test('with a key gives a token that says when it ends', async () => {
    const running = await start();

    const answer = await logIn(running);

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      token: expect.stringMatching(/^\S{20,}$/),
      issuer: 'VBrick',
      expiration: '2026-01-10T12:10:00.000Z',
    });
    expect(running.counters.logins).toEqual({ successful: 1, failed: 0, throttled: 0 });
  });

  test('with a password gives the same and the user', async () => {
    const running = await start();

    const answer = await ask(running, '/api/v2/user/login', undefined, PASSWORD);
    const wrong = await ask(running, '/api/v2/user/login', undefined, { ...PASSWORD, password: 'x' });

    expect(await answer.json()).toMatchObject({ issuer: 'VBrick', id: SERVICE_USER.id, email: 'svc-siem@example.com' });
    expect(wrong.status).toBe(401);
  });

  test('gives another token every time, and all of them are good', async () => {
    const running = await start();

    const tokens = [await tokenOf(running), await tokenOf(running)];

    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect((await ask(running, '/api/v2/user/session', token)).status).toBe(200);
  });

  test('takes JSON only', async () => {
    const running = await start();
    const send = (type: string, body: string) =>
      fetch(`${running.origin}/api/v2/authenticate`, { method: 'POST', headers: { 'content-type': type }, body });

    expect((await send('text/plain', JSON.stringify(simulator.demo.secretValue))).status).toBe(415);
    expect((await send('application/json', '{"apiKey":')).status).toBe(400);
    expect((await send('application/json', 'null')).status).toBe(401);
    expect(running.counters.logins).toEqual({ successful: 0, failed: 1, throttled: 0 });
  });

  test('is refused with 401 for a wrong secret and a wrong key', async () => {
    const running = await start(QUIET);

    const answers = [await logIn(running, { secret: 'wrong' }), await logIn(running, { apiKey: 'wrong' })];

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(await answers[0]?.json()).toMatchObject({ code: 'Unauthorized' });
    expect(running.counters.logins).toEqual({ successful: 0, failed: 2, throttled: 0 });
    expect(logins(running)).toHaveLength(1);
  });

  test('is refused even with the right secret after so many refusals, until all is reset', async () => {
    const running = await start({ lockAfter: 3, ...QUIET });

    expect(await statuses(3, () => logIn(running, { secret: 'wrong' }))).toEqual([401, 401, 401]);
    expect(await statuses(2, () => logIn(running))).toEqual([401, 401]);
    expect(logins(running)).toMatchObject([
      { isGood: false, status: 'Active' },
      { isGood: false, status: 'Active' },
      { isGood: false, status: 'LockedOut' },
      { isGood: false, status: 'LockedOut' },
      { isGood: false, status: 'LockedOut' },
    ]);
    running.reset();
    expect((await logIn(running)).status).toBe(200);
    expect(running.counters.logins).toEqual({ successful: 1, failed: 0, throttled: 0 });
  });

  test('locks out after five refusals', async () => {
    const [four, five] = [await start(), await start()];

    await statuses(4, () => logIn(four, { secret: 'wrong' }));
    await statuses(5, () => logIn(five, { secret: 'wrong' }));

    expect([(await logIn(four)).status, (await logIn(five)).status]).toEqual([200, 401]);
  });

  test('locks nobody out for keys that do not exist', async () => {
    const running = await start({ lockAfter: 2 });

    expect(await statuses(3, () => logIn(running, { apiKey: 'wrong' }))).toEqual([401, 401, 401]);
    expect((await logIn(running)).status).toBe(200);
  });

  test('counts refusals anew after a login', async () => {
    const running = await start({ lockAfter: 2 });

    for (let turn = 0; turn < 3; turn++) {
      expect((await logIn(running, { secret: 'wrong' })).status).toBe(401);
      expect((await logIn(running)).status).toBe(200);
    }
  });

  test('takes a licence, and is refused when there is none', async () => {
    const [one, none] = [await start({ licences: 1 }), await start({ licences: 0, ...QUIET })];

    expect(await statuses(2, () => logIn(one))).toEqual([200, 200]);
    expect(await statuses(1, () => logIn(none))).toEqual([403]);
    expect((await ask(none, '/api/v2/user/login', undefined, PASSWORD)).status).toBe(200);
    expect(none.counters.logins).toEqual({ successful: 1, failed: 1, throttled: 0 });
    expect(logins(none)).toMatchObject([{ isGood: false }, { isGood: true }]);
  });

  test('is throttled when it happens too often in a minute', async () => {
    let now = NOON;
    const running = await start({ loginLimit: 2, now: () => now });

    expect(await statuses(3, () => logIn(running))).toEqual([200, 200, 429]);
    now += MINUTE_MS;
    expect(await statuses(1, () => logIn(running))).toEqual([200]);
    expect(running.counters.logins).toEqual({ successful: 3, failed: 0, throttled: 1 });
    expect(await statuses(2, () => logIn(running))).toEqual([200, 429]);
    running.reset();
    expect(await statuses(1, () => logIn(running))).toEqual([200]);
  });
});

describe('faults of logins', () => {
  test('refuse the next ones, and count towards the lock-out', async () => {
    const running = await startWith({ loginRefused: { next: 2 } }, QUIET);
    const locking = await startWith({ loginRefused: { next: 2 } }, { lockAfter: 2 });

    expect(await statuses(3, () => logIn(running))).toEqual([401, 401, 200]);
    expect(await statuses(3, () => logIn(locking))).toEqual([401, 401, 401]);
    expect(logins(running)).toMatchObject([{ isGood: false }, { isGood: false }, { isGood: true }]);
  });

  test.each([undefined, 9])('throttle the next ones, with Retry-After %s', async (retryAfter) => {
    const fault = { next: 1, ...(retryAfter !== undefined && { retryAfter }) };
    const running = await startWith({ loginThrottled: fault }, QUIET);

    const answer = await logIn(running);

    expect([answer.status, await answer.text()]).toEqual([429, 'Too Many Requests']);
    expect(answer.headers.get('retry-after')).toBe(retryAfter === undefined ? null : '9');
    expect((await logIn(running)).status).toBe(200);
    expect(running.counters.logins).toEqual({ successful: 1, failed: 0, throttled: 1 });
    expect(logins(running)).toHaveLength(1);
  });

  test('break the next ones, which did not happen', async () => {
    const running = await startWith({ loginError: { next: 1, status: 502 } }, QUIET);

    expect(await statuses(2, () => logIn(running))).toEqual([502, 200]);
    expect(running.counters.logins).toEqual({ successful: 1, failed: 1, throttled: 0 });
    expect(logins(running)).toHaveLength(1);
  });

  test('lose the answer of the next ones, which happened all the same', async () => {
    const running = await startWith({ loginLost: { next: 1 } }, QUIET);

    await expect(logIn(running)).rejects.toThrow();

    expect((await logIn(running)).status).toBe(200);
    expect(running.counters.byStatus).toEqual({ none: 1, 200: 1 });
    expect(running.counters.logins.successful).toBe(2);
    expect(logins(running)).toMatchObject([{ isGood: true }, { isGood: true }]);
  });

  test('let somebody else log in with the key', async () => {
    const running = await startWith({ stolenKey: { next: 1, secondsLater: 90 } }, QUIET);

    await logIn(running);
    await logIn(running);

    const own = { key: 'Network:RecordApiKeyUserLogon', user: SERVICE_USER.id, isGood: true };
    expect(logins(running)).toMatchObject([
      { ...own, when: '12:00:00' },
      { ...own, when: '12:00:00' },
      { ...own, when: '12:01:30' },
    ]);
    expect(running.counters.logins.successful).toBe(2);
    expect(logins(running, NOON + 94_000)).toHaveLength(2);
  });

  test('let somebody else log in twenty seconds later', async () => {
    const running = await startWith({ stolenKey: { next: 1 } }, QUIET);

    await ask(running, '/api/v2/user/login', undefined, PASSWORD);
    expect(logins(running)).toHaveLength(1);
    await logIn(running);

    expect(logins(running)[2]).toMatchObject({ when: '12:00:20' });
  });
});

describe('what a login leaves in the log', () => {
  test('appears a moment later, under the service account', async () => {
    let now = NOON;
    const running = await start({ ...QUIET, now: () => now, loginShownSeconds: 7 });
    const token = await tokenOf(running);
    const read = async () => (await readPage(running, token, 'userAccess', RANGE)).rows;

    now += 6_999;
    const before = await read();
    now += 1;
    const later = await read();

    expect(before).toEqual([]);
    expect(later).toEqual([
      {
        MessageKey: 'Network:RecordApiKeyUserLogon',
        EntityKey: 'Network:UserAccess',
        EntityId: SERVICE_USER.id,
        When: '2026-01-10T12:00:00.000Z',
        Principal: expect.stringContaining(`{"Id":"${SERVICE_USER.id}"`),
        Message: expect.stringContaining('"LogOnSuccessful":'),
        PreviousState: '{"Status":"Active","ItemStatus":"Active"}',
        CurrentState: '{"Status":"Active","ItemStatus":"Active"}',
      },
    ]);
  });

  test('is in order with what others did, and in both views of the user', async () => {
    let now = NOON;
    const running = await start({ perMinute: 60, now: () => now });
    await logIn(running);
    now += MINUTE_MS;
    await ask(running, '/api/v2/user/login', undefined, PASSWORD);
    now += MINUTE_MS;
    const id = SERVICE_USER.id;

    const all = held(running, 'userAccess', { to: now });
    const own = all.filter(({ EntityId }) => EntityId === id);

    expect(own.map(({ MessageKey }) => MessageKey)).toEqual([
      'Network:RecordApiKeyUserLogon',
      'Network:RecordUserLogon',
    ]);
    expect(all.map(({ When }) => When)).toEqual(all.map(({ When }) => When).toSorted());
    expect(held(running, `userAccess/${id}`, { to: now })).toEqual(own);
    expect(held(running, `principals/${id}`, { to: now })).toEqual(own);
    expect(held(running, 'users', { to: now }).filter(({ MessageKey }) => /Logon/.test(MessageKey))).toEqual([]);
  });

  test('has whole seconds when the log has', async () => {
    const running = await start({ ...QUIET, precision: 'seconds', now: () => NOON + 999 });

    await logIn(running);

    expect(held(running, 'userAccess', { to: NOON + 1, visibleAt: Infinity })).toHaveLength(1);
  });

  test('is forgotten by a reset', async () => {
    const running = await start(QUIET);
    await logIn(running);

    running.reset();

    expect(logins(running)).toEqual([]);
  });
});

describe('a session', () => {
  const session = (running: RunningVbrick, token: string) => ask(running, '/api/v2/user/session', token);

  test('ends when it said, unless it is extended', async () => {
    let now = NOON;
    const running = await start({ now: () => now, sessionMinutes: 4 });
    const [kept, left] = [await tokenOf(running), await tokenOf(running)];
    const extend = () =>
      fetch(`${running.origin}/api/v2/user/extend-session`, {
        method: 'POST',
        headers: { authorization: `VBrick ${kept}` },
      });

    now += 3 * MINUTE_MS;
    const extended = await extend();
    now += MINUTE_MS - 1;
    const before = [(await session(running, kept)).status, (await session(running, left)).status];
    now += 1;
    const after = [(await session(running, kept)).status, (await session(running, left)).status];
    now += 3 * MINUTE_MS;

    expect(await extended.json()).toEqual({ expiration: '2026-01-10T12:07:00.000Z' });
    expect([before, after]).toEqual([
      [200, 200],
      [200, 401],
    ]);
    expect((await extend()).status).toBe(401);
  });

  test('ends by logging off, which is in the log', async () => {
    const running = await start(QUIET);
    const [token, other] = [await tokenOf(running), await tokenOf(running)];
    const logOff = (body: object) => ask(running, '/api/v2/user/logoff', token, body);

    expect((await logOff({})).status).toBe(400);
    expect((await logOff({ userId: SERVICE_USER.id })).status).toBe(200);
    expect([(await session(running, token)).status, (await session(running, other)).status]).toEqual([401, 200]);
    expect(logins(running)).toMatchObject([{}, {}, { key: 'Network:RecordUserLogoff', user: SERVICE_USER.id }]);
  });

  test.each([
    ['VBrick', 200],
    ['vbrick', 200],
    ['Bearer', 401],
  ])('is told by the scheme %s: %i', async (scheme, status) => {
    const running = await start();
    const authorization = `${scheme} ${await tokenOf(running)}`;

    expect((await fetch(`${running.origin}/api/v2/user/session`, { headers: { authorization } })).status).toBe(status);
  });

  test('is needed for all but the bootstrap', async () => {
    const running = await start();

    for (const path of ['/api/v2/users/me', '/api/v2/user/session', auditPath('users', RANGE)]) {
      expect((await ask(running, path)).status).toBe(401);
      expect((await ask(running, path, 'made-up')).status).toBe(401);
    }
  });

  test('dies after so many requests', async () => {
    const running = await startWith({ tokenRequests: 2 });
    const token = await tokenOf(running);

    expect(await statuses(3, () => session(running, token))).toEqual([200, 200, 401]);
    expect(await statuses(1, async () => session(running, await tokenOf(running)))).toEqual([200]);
  });

  test('is refused while tokens are said to have expired, and is there afterwards', async () => {
    const running = await startWith({ tokenExpired: true });
    const token = await tokenOf(running);

    expect((await session(running, token)).status).toBe(401);
    running.setFaults({});
    expect((await session(running, token)).status).toBe(200);
  });

  test('is forgotten by a reset', async () => {
    const running = await start();
    const token = await tokenOf(running);

    running.reset();

    expect((await session(running, token)).status).toBe(401);
  });
});

describe('what the API tells', () => {
  test('who the user is', async () => {
    const [admin, other] = [await start(), await start({ role: 'media-admin' })];
    const me = async (running: RunningVbrick) =>
      await (await ask(running, '/api/v2/users/me', await tokenOf(running))).json();

    expect(await me(admin)).toMatchObject({ userId: SERVICE_USER.id, roles: [{ name: 'Account Admin' }] });
    expect(await me(other)).toMatchObject({ roles: [{ name: 'Media Admin' }] });
  });

  test.each(['8.0.1', '8.1.0', '10.2.0'])('the account to anybody, from Rev %s', async (rev) => {
    const answer = await ask(await start({ rev }), '/api/v2/accounts/bootstrap');

    expect(await answer.json()).toEqual({ account: { id: ACCOUNT_ID }, environment: { version: rev } });
  });

  test('nothing about the account before Rev 8.0', async () => {
    expect((await ask(await start({ rev: '7.56.0' }), '/api/v2/accounts/bootstrap')).status).toBe(404);
  });

  test.each([
    ['/api/v2/nothing', 404],
    ['/api/v2/authenticate', 405],
    ['/network/audit/accounts/x', 404],
    ['/network/audit/accounts/x/users', 404],
    ['/network/audit/accounts/2f6b0d41-93a7-4a1e-8f6c-0b1d2e3f4a5b/users', 403],
    [`/network/audit/accounts/${ACCOUNT_ID}/channels`, 404],
    [`/network/audit/accounts/${ACCOUNT_ID}/principals`, 404],
    [`/network/audit/accounts/${ACCOUNT_ID}/users/`, 404],
    [`/network/audit/accounts/${ACCOUNT_ID}/users/1/2`, 404],
    [`/api/v2/network/audit/accounts/${ACCOUNT_ID}/users`, 404],
  ])('%s is %i', async (path, status) => {
    const running = await start();

    expect((await ask(running, path, await tokenOf(running))).status).toBe(status);
  });

  test('the audit to Account Admins only, and by GET', async () => {
    const [admin, other, forbidden] = [
      await start(),
      await start({ role: 'media-admin' }),
      await startWith({ forbidden: true }),
    ];
    const status = async (running: RunningVbrick, body?: object) =>
      (await ask(running, auditPath('users', RANGE), await tokenOf(running), body)).status;

    expect([await status(admin), await status(other), await status(forbidden)]).toEqual([200, 403, 403]);
    expect(await status(admin, {})).toBe(405);
  });

  test('describes the connection that reads it', async () => {
    const running = await start();

    expect(running.connection).toEqual({
      id: 'demo',
      source: 'vbrick',
      secret: 'tidemark/vbrick/demo',
      settings: {},
      origin: running.origin,
    });
  });
});
