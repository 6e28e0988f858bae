import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNT_ID, DEVICES, PEOPLE, VIDEOS } from '../../../../simulators/vbrick/content/tenant.ts';
import { simulator } from '../../../../simulators/vbrick/simulator.ts';
import { MINUTE_MS, NOON } from '../../thousandeyes/simulator/client.ts';
import {
  ask,
  auditPath,
  COLLECTIONS,
  HOUR_AGO,
  held,
  type Parameters,
  readPage,
  readPages,
  rowsOf,
  start,
  startWith,
  stopAll,
  tokenOf,
} from './client.ts';

const RANGE = { fromDate: HOUR_AGO, toDate: NOON };
const HEADER = 'MessageKey,EntityKey,EntityId,When,Principal,Message,PreviousState,CurrentState';

afterEach(stopAll);

describe('paging', () => {
  const bounds = ['half-open', 'inclusive', 'exclusive'] as const;
  const precisions = ['milliseconds', 'seconds'] as const;

  test.each(bounds.flatMap((bound) => precisions.map((precision) => [bound, precision] as const)))(
    'with %s bounds in %s gives what is held',
    async (bound, precision) => {
      const running = await start({ bounds: bound, precision, perMinute: 60, faults: { twins: 0.2 } });
      const times = [...running.events({ from: HOUR_AGO, to: NOON, collection: 'userAccess' })].map((row) => row.time);
      const [from, to] = [times.at(20) as number, times.at(-20) as number];

      const read = rowsOf(await readPages(running, 'userAccess', { from, to }));

      const wanted = held(running, 'userAccess', {
        from: bound === 'exclusive' ? from + 1 : from,
        to: bound === 'inclusive' ? to + 1 : to,
      });
      expect(read).toEqual(wanted);
      expect(wanted.length).toBeGreaterThan(1000);
    },
  );

  test.each(COLLECTIONS)('gives what is held in %s, oldest first', async (collection) => {
    const running = await start({ perMinute: 60 });

    const pages = await readPages(running, collection);

    const times = rowsOf(pages).map(({ When }) => When);
    expect(rowsOf(pages)).toEqual(held(running, collection));
    expect(times).toEqual(times.toSorted());
    expect(times.length).toBeGreaterThan(200);
    expect(new Set(pages.slice(0, -1).map(({ rows }) => rows.length))).toEqual(new Set([100]));
  });

  test('counts down, and leads on by the last row’s time', async () => {
    const running = await start({ from: HOUR_AGO, to: NOON, count: 625 });

    const pages = await readPages(running, 'userAccess');

    expect(pages.map(({ total }) => total)).toEqual(['250', '150', '50']);
    expect(pages.map(({ fromDate }) => fromDate)).toEqual([
      pages[0]?.rows.at(-1)?.When,
      pages[1]?.rows.at(-1)?.When,
      null,
    ]);
    expect(pages.at(-1)?.token).toBeNull();
  });

  test('ends with an empty token when told so', async () => {
    const running = await start({ lastToken: 'empty', from: HOUR_AGO, to: NOON, count: 5 });

    const [page] = await readPages(running, 'userAccess');

    expect([page?.token, page?.rows.length]).toEqual(['', 2]);
  });

  test('an exact hundred rows are one page', async () => {
    const running = await start({ from: HOUR_AGO, to: NOON, count: 250 });

    const pages = await readPages(running, 'userAccess');

    expect(pages.map(({ rows }) => rows.length)).toEqual([100]);
  });

  test.each([
    ['lower', ['nextcontinuationtoken', 'nextfromdate', 'totalrecords']],
    ['mixed', ['nextContinuationToken', 'nextFromDate', 'totalRecords']],
  ] as const)('writes header names in %s case', async (headerCase, names) => {
    const running = await start({ headerCase, perMinute: 60 });
    const authorization = `VBrick ${await tokenOf(running)}`;

    const raw = await new Promise<string[]>((resolve, reject) => {
      const url = new URL(auditPath('userAccess', RANGE), running.origin);
      request(url, { headers: { authorization } }, (answer) => {
        answer.resume();
        resolve(answer.rawHeaders.filter((_, index) => index % 2 === 0));
      })
        .on('error', reject)
        .end();
    });

    expect(raw.filter((name) => /^(next|total)/.test(name)).toSorted()).toEqual(names);
  });

  test('answers an empty range with the header row alone', async () => {
    const running = await start({ perMinute: 0 });

    const page = await readPage(running, await tokenOf(running), 'groups', RANGE);

    expect(page).toMatchObject({ status: 200, type: 'text/csv', total: '0', token: null, text: `${HEADER}\r\n` });
  });

  test('takes an empty token for none', async () => {
    const running = await start();
    const token = await tokenOf(running);

    const page = await readPage(running, token, 'userAccess', { ...RANGE, nextContinuationToken: '' });

    expect(page.rows).toEqual((await readPage(running, token, 'userAccess', RANGE)).rows);
  });

  test('serves ten thousand rows in the limit of a hundred a page', async () => {
    const running = await start({ from: HOUR_AGO, to: NOON, count: 25_000 });

    const pages = await readPages(running, 'userAccess');

    expect(pages).toHaveLength(100);
    expect(rowsOf(pages)).toEqual(held(running, 'userAccess'));
    expect(running.counters.rowsServed).toBe(10_000);
  });

  test.each<[Parameters, RegExp]>([
    [{}, /required/],
    [{ fromDate: HOUR_AGO }, /required/],
    [{ toDate: NOON }, /required/],
    [{ startDate: HOUR_AGO, endDate: NOON }, /required/],
    [{ fromDate: NOON, toDate: NOON }, /later/],
    [{ fromDate: NOON, toDate: HOUR_AGO }, /later/],
    [{ fromDate: 'yesterday', toDate: NOON }, /ISO 8601/],
    [{ fromDate: HOUR_AGO, toDate: '2026-01-10' }, /ISO 8601/],
    [{ fromDate: '2026-01-10T11:00:00 00:00', toDate: NOON }, /ISO 8601/],
    [{ ...RANGE, nextContinuationToken: 'undefined' }, /not valid/],
    [{ ...RANGE, nextContinuationToken: 'bnVsbA==' }, /not valid/],
  ])('finds %o wrong', async (parameters, words) => {
    const running = await start();

    const { status, text } = await readPage(running, await tokenOf(running), 'users', parameters);

    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ code: 'BadRequest', detail: expect.stringMatching(words) });
  });

  test.each([
    ['2026-01-10T11:00:00Z', '2026-01-10T12:00:00.000Z'],
    ['2026-01-10T13:00:00.0000000+02:00', '2026-01-10T07:00:00-05:00'],
  ])('takes dates like %s', async (fromDate, toDate) => {
    const running = await start();

    const { rows } = await readPage(running, await tokenOf(running), 'users', { fromDate, toDate });

    expect(rows).toEqual(held(running, 'users'));
  });
});

describe('a continuation token', () => {
  test('belongs to its endpoint, its range and its date', async () => {
    const running = await start({ perMinute: 60 });
    const token = await tokenOf(running);
    const first = await readPage(running, token, 'userAccess', RANGE);
    const next = { fromDate: first.fromDate ?? '', toDate: NOON, nextContinuationToken: first.token ?? '' };
    const status = async (path: string, changes: Parameters) =>
      (await readPage(running, token, path, { ...next, ...changes })).status;

    expect(await status('userAccess', {})).toBe(200);
    expect(await status('userAccess', { fromDate: HOUR_AGO })).toBe(400);
    expect(await status('userAccess', { toDate: NOON + 1 })).toBe(400);
    expect(await status('users', {})).toBe(400);
    expect(await status(`userAccess/${PEOPLE[0]?.id}`, {})).toBe(400);
  });

  test('gives the same page again', async () => {
    const running = await start({ perMinute: 60 });
    const token = await tokenOf(running);
    const first = await readPage(running, token, 'userAccess', RANGE);
    const next = { fromDate: first.fromDate ?? '', toDate: NOON, nextContinuationToken: first.token ?? '' };

    const [once, again] = [
      await readPage(running, token, 'userAccess', next),
      await readPage(running, token, 'userAccess', next),
    ];

    expect(once).toEqual(again);
    expect(once.rows).toEqual(held(running, 'userAccess').slice(100, 200));
  });

  test('goes on with what was shown when the scroll began', async () => {
    let now = NOON;
    const running = await startWith({ late: { share: 0.5 } }, { perMinute: 60, now: () => now });
    const token = await tokenOf(running);
    const before = held(running, 'userAccess', { to: NOON + MINUTE_MS, visibleAt: NOON });
    const range = { fromDate: HOUR_AGO, toDate: NOON + MINUTE_MS };
    const read: object[] = [];

    let page = await readPage(running, token, 'userAccess', range);
    for (;;) {
      read.push(...page.rows);
      if (!page.token) break;
      now += 4_000;
      const next = { ...range, fromDate: page.fromDate ?? '', nextContinuationToken: page.token };
      page = await readPage(running, token, 'userAccess', next);
    }

    expect(read).toEqual(before);
    expect(held(running, 'userAccess', { to: NOON + MINUTE_MS }).length).toBeGreaterThan(before.length);
  });

  test.each([
    [300, undefined, 400],
    [20, 404, 404],
    [20, 500, 500],
  ])('lapses after %s seconds with %s', async (seconds, given, said) => {
    let now = NOON;
    const scroll = { ...(seconds !== 300 && { seconds }), ...(given !== undefined && { status: given }) };
    const faults = Object.keys(scroll).length > 0 ? { scroll } : {};
    const running = await startWith(faults, { perMinute: 60, now: () => now });
    const token = await tokenOf(running);
    const first = await readPage(running, token, 'userAccess', RANGE);
    const next = { fromDate: first.fromDate ?? '', toDate: NOON, nextContinuationToken: first.token ?? '' };
    const status = async () => (await readPage(running, token, 'userAccess', next)).status;

    now += seconds * 1000;
    const before = await status();
    now += 1;

    expect([before, await status()]).toEqual([200, said]);
  });

  test('lives on with every page', async () => {
    let now = NOON;
    const running = await startWith({ scroll: { seconds: 10 } }, { perMinute: 60, now: () => now });
    const token = await tokenOf(running);
    const first = await readPage(running, token, 'userAccess', RANGE);
    now += 8_000;
    const next = { fromDate: first.fromDate ?? '', toDate: NOON, nextContinuationToken: first.token ?? '' };
    const second = await readPage(running, token, 'userAccess', next);
    now += 8_000;
    const last = { fromDate: second.fromDate ?? '', toDate: NOON, nextContinuationToken: second.token ?? '' };

    expect((await readPage(running, token, 'userAccess', last)).status).toBe(200);
  });

  test('lapses when told so, and a page without one does not', async () => {
    const running = await startWith({ scroll: { next: 1, status: 404 } }, { perMinute: 60 });
    const token = await tokenOf(running);
    const first = await readPage(running, token, 'userAccess', RANGE);
    const next = { fromDate: first.fromDate ?? '', toDate: NOON, nextContinuationToken: first.token ?? '' };

    const statuses = [];
    for (const parameters of [RANGE, next, next])
      statuses.push((await readPage(running, token, 'userAccess', parameters)).status);

    expect(statuses).toEqual([200, 404, 200]);
  });
});

describe('one and all', () => {
  test.each([
    ['users', PEOPLE[3]?.id],
    ['devices', DEVICES[0]?.id],
    ['videos', VIDEOS[2]?.id],
  ] as const)('%s by id are the rows with that id', async (collection, id) => {
    const running = await start({ perMinute: 60 });

    const read = rowsOf(await readPages(running, `${collection}/${id}`));

    const wanted = held(running, collection).filter(({ EntityId }) => EntityId === id);
    expect(read).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(10);
  });

  test('a principal has done its rows in all collections', async () => {
    const running = await start({ perMinute: 600 });
    const id = PEOPLE[1]?.id as string;

    const read = rowsOf(await readPages(running, `principals/${id}`));

    const all = COLLECTIONS.flatMap((collection) => held(running, collection));
    const wanted = all.filter(({ Principal }) => Principal.includes(`"Id":"${id}"`));
    const texts = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    expect(texts(read)).toEqual(texts(wanted));
    expect(read.map(({ When }) => When)).toEqual(wanted.map(({ When }) => When).toSorted());
    expect(new Set(read.map(({ EntityKey }) => EntityKey.split(':')[0]))).toEqual(
      new Set(['Network', 'Devices', 'Media', 'ScheduledEvents']),
    );
  });

  test('an id that nobody has is an empty range', async () => {
    const running = await start();

    expect((await readPage(running, await tokenOf(running), 'users/nobody', RANGE)).text).toBe(`${HEADER}\r\n`);
  });

  test('what is held begins and ends in the middle of a second', async () => {
    const running = await start({ perMinute: 6_000 });
    const all = held(running, 'users', { to: HOUR_AGO + MINUTE_MS });
    const [from, to] = [HOUR_AGO + 10_500, HOUR_AGO + 40_500];

    const found = held(running, 'users', { from, to });

    expect(found).toEqual(all.filter(({ When }) => Date.parse(When) >= from && Date.parse(When) < to));
    expect(found.length).toBeGreaterThan(100);
  });

  test('all that is held is all collections, in order', async () => {
    const running = await start({ perMinute: 60 });

    const all = [...running.events({ from: HOUR_AGO, to: NOON })];

    for (const collection of COLLECTIONS)
      expect(all.filter((row) => row.collection === collection).map((row) => row.columns)).toEqual(
        held(running, collection),
      );
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).toSorted((a, b) => a - b));
    expect(() => [...running.events({ from: HOUR_AGO, to: NOON, collection: 'channels' })]).toThrow(/"channels"/);
  });

  test('a held row is what a page says, to the letter', async () => {
    const running = await startWith({ csv: { javascriptWhen: true } });

    const { text } = await readPage(running, await tokenOf(running), 'users', RANGE);

    const lines = [...running.events({ ...{ from: HOUR_AGO, to: NOON }, collection: 'users' })].map((row) => row.text);
    expect(text).toBe([HEADER, ...lines, ''].join('\r\n'));
  });
});

describe('the limit of requests', () => {
  test('is counted for each endpoint, and begins anew every minute', async () => {
    let now = NOON + 20_000;
    const running = await start({ now: () => now, limit: 2 });
    const token = await tokenOf(running);
    const status = async (path: string) => (await ask(running, auditPath(path, RANGE), token)).status;
    const all = async (...paths: string[]) => {
      const found = [];
      for (const path of paths) found.push(await status(path));
      return found;
    };

    expect(await all('users', 'users', 'users')).toEqual([200, 200, 429]);
    expect(await all('users/a', 'users/b', 'users/c', 'groups')).toEqual([200, 200, 429, 200]);
    now += 40_000;
    expect(await all('users', 'users', 'users')).toEqual([200, 200, 429]);
    running.reset();
    const again = await tokenOf(running);
    expect((await ask(running, auditPath('users', RANGE), again)).status).toBe(200);
  });

  test('is sixty', async () => {
    const running = await simulator.start({ now: () => NOON, perMinute: 0 });
    const token = await tokenOf(running);
    const statuses = [];

    for (let turn = 0; turn <= 60; turn++) statuses.push((await ask(running, auditPath('users', RANGE), token)).status);
    await running.stop();

    expect(statuses).toEqual([...Array(60).fill(200), 429]);
  });

  test('is higher in a trial, and the connection keeps to it', async () => {
    const { options, settings } = simulator.demo.hurried;
    const running = await simulator.start({ now: () => NOON, perMinute: 0, ...options });
    const token = await tokenOf(running);
    const statuses = new Set<number>();

    for (let turn = 0; turn < 120; turn++) statuses.add((await ask(running, auditPath('users', RANGE), token)).status);
    await running.stop();

    expect(statuses).toEqual(new Set([200]));
    expect(settings).toEqual({ requestsPerMinute: options.limit });
  });

  test.each([
    ['none', null],
    ['seconds', '40'],
    ['date', 'Sat, 10 Jan 2026 12:01:00 GMT'],
  ] as const)('is said with %s as Retry-After', async (retryAfter, said) => {
    const running = await start({ now: () => NOON + 20_000, limit: 0, retryAfter });

    const answer = await ask(running, auditPath('users', RANGE), await tokenOf(running));

    expect([answer.status, await answer.text()]).toEqual([429, 'Too Many Requests']);
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(answer.headers.get('retry-after')).toBe(said);
  });
});

describe('content', () => {
  test('covers the documented kinds, systems that act, and columns with nothing in them', async () => {
    const running = await start({ perMinute: 600 });

    const rows = COLLECTIONS.flatMap((collection) => held(running, collection));

    const keys = new Set(rows.map(({ EntityKey }) => EntityKey));
    expect(keys).toEqual(
      new Set([
        'Network:UserAccess',
        'Network:User',
        'Network:Group',
        ...['Dme', 'Encoder', 'Custom', 'LdapConnector', 'Akamai'].map((kind) => `Devices:${kind}Device`),
        'Media:Video',
        'ScheduledEvents:Webcast',
      ]),
    );
    for (const key of ['Network:RecordLdapConnectorUserLogon', 'Media:SaveVideoSettings', 'Devices:ModifyDme'])
      expect(rows.some(({ MessageKey }) => MessageKey === key)).toBe(true);
    expect(rows.every(({ MessageKey }) => /^[A-Z][A-Za-z]+:[A-Z][A-Za-z]+$/.test(MessageKey))).toBe(true);
    expect(rows.every(({ EntityId }) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(EntityId))).toBe(true);
    for (const nobody of ['{"Id":null}', 'null', ''])
      expect(rows.some(({ Principal }) => Principal === nobody)).toBe(true);
    for (const nothing of ['{}', 'null', '']) {
      expect(rows.some(({ PreviousState }) => PreviousState === nothing)).toBe(true);
      expect(rows.some(({ CurrentState }) => CurrentState === nothing)).toBe(true);
    }
    expect(rows.some(({ Principal }) => Principal.includes('"Name":'))).toBe(true);
    expect(rows.some(({ Message }) => Message.includes('\n'))).toBe(true);
    expect(new Set(rows.map(({ When }) => When.slice(20, 23))).size).toBeGreaterThan(500);
  });

  test('tells stories', async () => {
    const running = await start({ perMinute: 600 });
    const story = (collection: (typeof COLLECTIONS)[number], key: string) => {
      const row = held(running, collection).find(({ MessageKey }) => MessageKey === key);
      return [JSON.parse(row?.PreviousState ?? ''), JSON.parse(row?.CurrentState ?? '')];
    };

    const [active, suspended] = story('users', 'Network:SuspendUser');
    const [without, withRole] = story('users', 'Network:AddRolesToUser');
    const [spare, renamed] = story('devices', 'Devices:ModifyEncoder');
    const videos = held(running, 'videos').filter(({ CurrentState }) => /"Public"/.test(CurrentState));

    expect([active, suspended]).toMatchObject([{ Status: 'Active' }, { Status: 'Suspended' }]);
    expect([without, withRole]).toMatchObject([{ RoleIds: [] }, { RoleIds: [expect.any(String)] }]);
    expect([spare.Name, renamed.Name]).toEqual(['Boardroom encoder-spare', 'Boardroom encoder']);
    expect(JSON.parse(videos[0]?.PreviousState ?? '')).toMatchObject({ AccessControl: 'AllUsers' });
  });

  test('has the system act where it does, and only there', async () => {
    const running = await start({ perMinute: 600 });

    const rows = COLLECTIONS.flatMap((collection) => held(running, collection));

    const keys = (ofSystem: boolean) =>
      new Set(
        rows.filter(({ Principal }) => /"Id":"/.test(Principal) !== ofSystem).map(({ MessageKey }) => MessageKey),
      );
    const devices = ['Dme', 'Encoder', 'Custom', 'LdapConnector', 'Akamai'].map(
      (kind) => `Devices:Update${kind}Status`,
    );
    expect(keys(true)).toEqual(
      new Set(['Network:ModifyUserLicense', 'ScheduledEvents:UpdateWebcastStatus', ...devices]),
    );
    expect([...keys(false)].filter((key) => keys(true).has(key))).toEqual([]);
  });

  test('has good and failed sign-ins, and sign-outs', async () => {
    const running = await start({ perMinute: 600 });

    const rows = held(running, 'userAccess').map(({ Message }) => JSON.parse(Message).LogOnSuccessful);

    for (const outcome of [true, false, undefined]) expect(rows.includes(outcome)).toBe(true);
  });

  test('happens at other times in every collection', async () => {
    const running = await start();
    const times = COLLECTIONS.map((collection) => held(running, collection).map(({ When }) => When));

    expect(new Set(times.map(String)).size).toBe(COLLECTIONS.length);
    expect(new Set(times.flat()).size).toBeGreaterThan(times.flat().length - 20);
  });

  test('has twins in one millisecond, equal in every column', async () => {
    const running = await startWith({ twins: 1 }, { perMinute: 60 });
    const rows = held(running, 'users').map((row) => JSON.stringify(row));

    expect(new Set(rows).size).toBeLessThan(rows.length / 2 + 60);
  });

  test('has whole seconds when told so', async () => {
    const running = await start({ precision: 'seconds', perMinute: 60 });

    const times = held(running, 'userAccess').map(({ When }) => When);

    expect(times.every((time) => time.endsWith('.000Z'))).toBe(true);
    expect(times.length).toBeGreaterThan(1000);
  });

  test('has as many rows as asked for', async () => {
    const [exact, rate] = [await start({ from: HOUR_AGO, to: NOON, count: 1_003 }), await start({ perMinute: 100 })];

    expect([...exact.events({ from: 0, to: Infinity })]).toHaveLength(1_003);
    const found = [...rate.events({ from: HOUR_AGO, to: NOON })].length;
    expect(Math.abs(found - 6_000)).toBeLessThan(150);
  });

  test('is the same after a restart, and different for another seed', async () => {
    const [one, other, different] = [await start({ seed: 3 }), await start({ seed: 3 }), await start({ seed: 4 })];

    for (const collection of COLLECTIONS) {
      const rows = held(one, collection);
      expect(held(other, collection)).toEqual(rows);
      expect(held(different, collection)).not.toEqual(rows);
    }
    expect(await tokenOf(one)).toBe(await tokenOf(other));
    expect(ACCOUNT_ID).toMatch(/^[0-9a-f-]{36}$/);
  });
});
