import { afterEach, describe, expect, test } from 'vitest';
import {
  type RunningThousandEyes,
  simulator,
  type ThousandEyesOptions,
} from '../../../../simulators/thousandeyes/simulator.ts';
import { ask, held, logPath, MINUTE_MS, NOON, readPages, stamp, texts } from './client.ts';

const started: RunningThousandEyes[] = [];
const HOUR_AGO = NOON - 60 * MINUTE_MS;
const UNLIMITED = { now: () => NOON, limit: 1_000_000 };

async function start(options: ThousandEyesOptions = {}): Promise<RunningThousandEyes> {
  const running = await simulator.start({ ...UNLIMITED, ...options });
  started.push(running);
  return running;
}

interface User {
  readonly accountGroupRoles: readonly { readonly roles: readonly { readonly roleId: string }[] }[];
}

async function json<T>(running: RunningThousandEyes, path: string): Promise<T> {
  return (await (await ask(running, path)).json()) as T;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.stop()));
});

describe('access', () => {
  const ownOnly = ['regular', 'custom-own'] as const;
  const everyone = ['organization-admin', 'account-admin', 'custom-all'] as const;

  test.each(ownOnly)('%s silently sees only the token owner', async (role) => {
    const running = await start({ role, perMinute: 60 });

    const rows = (await readPages(running, logPath(HOUR_AGO, NOON))).flatMap((page) => page.auditEvents);

    expect(new Set(rows.map((row) => row.uid))).toEqual(new Set(['70044']));
    expect(rows.map((row) => JSON.stringify(row))).toEqual(held(running, HOUR_AGO, NOON).toReversed());
  });

  test.each(everyone)('%s sees everybody in its account groups', async (role) => {
    const running = await start({ role, perMinute: 60 });

    const rows = (await readPages(running, logPath(HOUR_AGO, NOON))).flatMap((page) => page.auditEvents);

    expect(new Set(rows.map((row) => row.uid)).size).toBe(13);
    expect(new Set(rows.map((row) => row.aid)).size).toBe(role === 'organization-admin' ? 4 : 2);
  });

  test('says who the token belongs to and what the role permits', async () => {
    const running = await start({ role: 'custom-own' });

    const user = await json<User>(running, '/v7/users/current');
    const roleId = user.accountGroupRoles[0]?.roles[0]?.roleId;
    const role = await json<{ permissions: { label: string }[] }>(running, `/v7/roles/${roleId}`);
    const groups = await json<{ accountGroups: { aid: string }[] }>(running, '/v7/account-groups');

    expect(user).toMatchObject({
      uid: '70044',
      email: 'svc-te@example.com',
      loginAccountGroup: { aid: '1402' },
      allAccountGroupRoles: [],
    });
    expect(role).toMatchObject({ roleId, name: 'Audit reader', isBuiltin: false });
    expect(role.permissions.map((one) => one.label)).toEqual(['API access', 'View tests', 'View own activity log']);
    expect(groups.accountGroups.map((one) => one.aid)).toEqual(['1402', '1509']);
    expect((await ask(running, '/v7/roles/999')).status).toBe(404);
  });

  test('describes the connection that reads it', async () => {
    const running = await start({ prefix: '/te' });

    expect(running.connection).toEqual({
      id: 'demo',
      source: 'thousandeyes',
      secret: 'tidemark/thousandeyes/demo',
      settings: { allAccountGroups: true },
      origin: `${running.origin}/te/v7`,
    });
  });

  test('narrows to one account group, by default that of the login', async () => {
    const running = await start({ perMinute: 60 });
    const range = `startDate=${stamp(HOUR_AGO)}&endDate=${stamp(NOON)}`;
    const of = (account: string) =>
      [...running.events({ from: HOUR_AGO, to: NOON, account })].map((row) => row.text).toReversed();

    expect(texts(await readPages(running, `/v7/audit-user-events?${range}`))).toEqual(of('1402'));
    expect(texts(await readPages(running, `/v7/audit-user-events?aid=1820&${range}`))).toEqual(of('1820'));
  });

  test('renews a token once: the old one lives for 14 days more', async () => {
    let now = NOON;
    const running = await start({ now: () => now });

    const renewed = await ask(running, '/v7/api-tokens', { method: 'POST' });
    const { bearerToken, validUntil } = (await renewed.json()) as { bearerToken: string; validUntil: string };
    const again = await ask(running, '/v7/api-tokens', { method: 'POST' });
    now += 15 * 24 * 60 * MINUTE_MS;
    const withOld = await ask(running, '/v7/users/current');
    const withNew = await ask(running, '/v7/users/current', { headers: { authorization: `Bearer ${bearerToken}` } });

    expect([renewed.status, again.status, withOld.status, withNew.status]).toEqual([201, 409, 401, 200]);
    expect(validUntil).toBe('2028-01-10T12:00:00Z');
  });

  test('refuses a wrong and a missing token', async () => {
    const running = await start();

    for (const authorization of ['Bearer wrong', '']) {
      const answer = await ask(running, '/v7/users/current', { headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ error: 'invalid_token', error_description: 'Invalid access token' });
    }
  });

  test('counts a quota that fills up every minute', async () => {
    let now = NOON + 20_000;
    const running = await start({ now: () => now, limit: 2 });
    const spend = async () => {
      const { status, headers } = await ask(running, '/v7/users/current');
      return [
        status,
        ...['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-organization-rate-limit-${name}`))),
      ];
    };
    const reset = NOON / 1000 + 60;

    expect([await spend(), await spend(), await spend()]).toEqual([
      [200, 2, 1, reset],
      [200, 2, 0, reset],
      [429, 2, 0, reset],
    ]);
    now += 40_000;
    expect(await spend()).toEqual([200, 2, 1, reset + 60]);
  });

  test.each([
    ['window=1h&startDate=2026-01-10T09:00:00Z', 'startDate'],
    ['window=1h&endDate=2026-01-10T09:00:00Z', 'endDate'],
    ['window=soon', 'window'],
    ['startDate=2026-01-10T09:00:00.000Z', 'startDate'],
    ['startDate=yesterday', 'startDate'],
    ['startDate=2026-01-10T09:00:00Z&endDate=2026-01-10T08:00:00Z', 'startDate'],
    ['aid=9', 'aid'],
    ['cursor=bm9uc2Vuc2U%3D', 'cursor'],
    ['max=many', 'max'],
    ['useAllPermittedAids=yes', 'useAllPermittedAids'],
  ])('finds %s wrong', async (query, field) => {
    const answer = await ask(await start(), `/v7/audit-user-events?${query}`);

    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 400, errors: [{ code: 'AM-1001', field }] });
  });

  test.each([
    ['/v7/nothing', {}, 404],
    ['/v6/audit-user-events', {}, 404],
    ['/v7/audit-user-events', { method: 'POST' }, 405],
    ['/v7/audit-user-events', { headers: { accept: 'text/csv' } }, 406],
  ])('answers %s with %o by %i', async (path, init, status) => {
    expect((await ask(await start(), path, init)).status).toBe(status);
  });
});
