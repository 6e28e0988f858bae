import { describe, expect } from 'vitest';
import { createSwitches } from '../../../../simulators/fault-switches.ts';
import { createSessions } from '../../../../simulators/vbrick/api/sessions.ts';
import {
  ACCOUNT_ID,
  DEVICES,
  GROUPS,
  PEOPLE,
  SERVICE_USER,
  VIDEOS,
  WEBCASTS,
} from '../../../../simulators/vbrick/content/tenant.ts';
import { FAULTS, type VbrickFaults } from '../../../../simulators/vbrick/faults.ts';
import { difference, readDelivered } from '../../../e2e/delivered.ts';
import { expectExactlyOnce, SECRET, test, vbrick } from './stage.ts';

const ALL = vbrick.source.streams.map(({ name }) => name);
const BOOTSTRAP = '/api/v2/accounts/bootstrap';

describe('the account', () => {
  test('is found out, once', async ({ start }) => {
    const bench = await start();

    await bench.run();
    await bench.run();

    expect(bench.vendor.counters.byPath[BOOTSTRAP]).toBe(1);
    await expectExactlyOnce(bench);
  });

  test('that is configured is not asked for', async ({ start }) => {
    const bench = await start({ settings: { accountId: ACCOUNT_ID }, vendor: { rev: '7.9.0' } });

    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 120 });
    expect(bench.vendor.counters.byPath[BOOTSTRAP]).toBeUndefined();
    await expectExactlyOnce(bench);
  });

  test('that an old Rev does not tell fails all feeds, with where to find it', async ({ start }) => {
    const bench = await start({ vendor: { rev: '7.9.0' } });

    const reports = await bench.runAll({ streams: ALL });

    for (const { state, delivered, error } of Object.values(reports)) {
      expect([state, delivered]).toEqual(['failed', 0]);
      expect(error?.remedy).toContain('settings.accountId');
      expect(error?.remedy).toContain('/#/admin/<accountId>/accounts');
    }
    expect(await bench.run({ settings: { accountId: ACCOUNT_ID } })).toMatchObject({ state: 'caught-up' });
    await expectExactlyOnce(bench);
  });

  test('of somebody else is forbidden, and so is the audit to whoever is no Account Admin', async ({ start }) => {
    const bench = await start({ vendor: { role: 'media-admin' } });

    const mine = await bench.run();
    const theirs = await bench.run({ settings: { accountId: SERVICE_USER.id }, askAgain: true });

    for (const { state, error } of [mine, theirs]) {
      expect([state, error?.code]).toEqual(['forbidden', 'forbidden']);
      expect(error?.remedy).toContain('Account Admin');
    }
  });
});

describe('a watch list', () => {
  const watch = {
    users: [PEOPLE[0]?.id, PEOPLE[1]?.id],
    userAccess: [PEOPLE[2]?.id],
    principals: [PEOPLE[3]?.id],
    groups: [GROUPS[0]?.id],
    devices: [DEVICES[0]?.id],
    videos: [VIDEOS[0]?.id],
    scheduledEvents: [WEBCASTS[0]?.id],
  };
  const STREAM_OF = { userAccess: 'user-access', scheduledEvents: 'scheduled-events' } as Readonly<
    Record<string, string>
  >;
  const watched = Object.entries(watch).flatMap(([path, ids]) =>
    ids.map((id) => ({ path: `${path}/${id}`, name: `watch-${STREAM_OF[path] ?? path}-${id}` })),
  );

  test('is read by feeds of their own, whose events have the ids that they have in their collections', async ({
    start,
  }) => {
    const vendor = { count: 1_500, faults: { twins: 0.3 } };
    const bench = await start({ settings: { watch }, streams: [...ALL, ...watched.map(({ name }) => name)], vendor });

    // What one user did has no collection whose timing it could share: it settles for longer.
    bench.travel(3 * 60_000);
    const reports = await bench.runAll();

    expect(new Set(Object.values(reports).map(({ state }) => state))).toEqual(new Set(['caught-up']));
    expect(bench.vendor.counters.logins.successful).toBe(1);
    const { events } = await readDelivered(bench.out, 'lake');
    const of = (name: string) => events.filter(({ tidemark }) => tidemark.feed === `vbrick/${name}/${bench.id}`);
    const known = new Map(ALL.flatMap(of).map(({ event }) => [event.id, event.original]));
    expect(known.size).toBe(1_500);
    for (const { path, name } of watched) {
      const own = of(name);
      expect(own.length, name).toBeGreaterThan(0);
      const texts = own.map(({ event }) => event.original ?? '');
      expect({ [name]: difference(texts, bench.held({ collection: path })) }).toEqual({
        [name]: { missing: [], extra: [] },
      });
      for (const { event } of own) expect(known.get(event.id)).toBe(event.original);
    }
  });
});

describe('without states', () => {
  test.for([
    {},
    { csv: { columns: 7 } },
    { csv: { reordered: true } },
    { json: 'all' },
    { brokenRows: { every: 5 } },
    { brokenJson: { every: 5 } },
  ])('no personal value is delivered, kept or logged (%j)', async (faults, { start }) => {
    const settings = { includeStates: false };
    const bench = await start({ streams: ALL, settings, vendor: { count: 900, faults: { twins: 0.1, ...faults } } });
    const personal = PEOPLE.flatMap(({ email, username, title }) => [email, `"${username}`, title ?? email]);
    const values = [...personal, '+44 20 7946 0000'];
    expect(values.some((value) => bench.held({ collection: 'users' }).join().includes(value))).toBe(true);

    const reports = await bench.runAll();
    const again = await bench.runAll();

    for (const name of ALL) expect(again[name]).toMatchObject({ state: 'caught-up', delivered: 0 });
    expect((await readDelivered(bench.out, 'lake')).lines).toHaveLength(900);
    const everything = `${await bench.everything()}${JSON.stringify(reports)}`;
    const utf8 = Buffer.from(everything, 'latin1').toString('utf8');
    for (const value of values)
      expect(
        [everything, utf8].some((text) => text.includes(value)),
        value,
      ).toBe(false);
  });

  test('and with them again, every row is the same event', async ({ start }) => {
    const bench = await start();

    await bench.run({ settings: { includeStates: false } });
    const report = await bench.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 0, suppressed: 120 });
  });
});

describe('secrets, passwords and tokens', () => {
  const PASSWORD = 'a-password with “everything”';
  const HEADER = 'MessageKey,EntityKey,EntityId,When,Principal,Message,PreviousState,CurrentState';

  test.for([
    [SECRET, {}],
    [{ username: 'svc-siem', password: PASSWORD }, { password: PASSWORD }],
  ] as const)('are nowhere, though the vendor sends them back: %j', async ([secret, vendor], { start }) => {
    const bench = await start({ vendor });
    await bench.setSecret(secret);
    const values = Object.entries(secret).flatMap(([key, value]) => (key === 'username' ? [] : [value]));
    const when = new Date(Date.now() - 60_000).toISOString();
    const echoes: readonly ((said: string, token: string, typed: string) => VbrickFaults)[] = [
      (said) => ({ where: '/audit/', body: { next: 1, text: `<html>VBrick ${said}</html>`, type: 'text/html' } }),
      (said) => ({ where: '/audit/', body: { next: 1, text: `{"general":{"${said}`, type: 'application/json' } }),
      (said) => ({
        where: '/audit/',
        body: { next: 1, text: `${HEADER}\r\nNetwork:ModifyUser,Network:User,1,${when},,"${said}",,\r\n` },
      }),
      (_, token) => ({ where: '/audit/', redirect: { next: 1, to: `https://sign-in.example.com/?token=${token}` } }),
      (said) => ({ where: '/users/me', body: { next: 1, text: said, type: 'application/json' } }),
      (_, __, typed) => ({
        where: '/authenticate',
        body: { next: 1, text: `{"error":"${typed}"}`, type: 'application/json' },
      }),
      (_, __, typed) => ({
        where: '/user/login',
        body: { next: 1, text: `{"error":"${typed}"}`, type: 'application/json' },
      }),
    ];

    const reports: unknown[] = [];
    const tokens: string[] = [];
    for (const echo of echoes) {
      const token = tokenAfter(bench.vendor.counters.logins.successful);
      tokens.push(token);
      bench.vendor.setFaults(echo([...values, token].join(' '), token, values.join(' ')));
      reports.push(await bench.run());
      // Past the end of the session: each run signs in.
      bench.travel(11 * 60_000);
    }

    const everything = `${await bench.everything()}${JSON.stringify(reports)}`;
    for (const hidden of [...values, ...tokens]) expect(everything.includes(hidden), hidden).toBe(false);
    expect(everything.split('[secret]').length).toBeGreaterThan(5);
  });

  /** The token that the simulator gives out after so many others. */
  function tokenAfter(count: number): string {
    const sessions = createSessions(7, 10, Date.now, createSwitches<VbrickFaults>({}, FAULTS));
    for (let number = 0; number < count; number++) sessions.begin();
    return sessions.begin().token;
  }
});
