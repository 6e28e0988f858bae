import { afterEach, describe, expect, test } from 'vitest';
import {
  ask,
  CUSTOMER,
  DAY_MS,
  HOUR_AGO,
  HOUR_MS,
  held,
  json,
  MINUTE_MS,
  NOON,
  type Row,
  readPages,
  stamp,
  start,
  status,
  stopAll,
  texts,
  trailPath,
} from './client.ts';

afterEach(stopAll);

const HOUR = { from: HOUR_AGO, to: NOON };
const PATH = trailPath('audit-trails', HOUR_AGO, NOON);
const TRAIL = `${CUSTOMER}/audit-trails`;

describe('paging', () => {
  test.each(['asc', 'desc'])('%s gives what is held', async (order) => {
    const running = await start({ perMinute: 60, faults: { twins: 0.2 } });

    const pages = await readPages(running, PATH, { order, limit: 70 });

    const wanted = held(running, 'audit-trails', HOUR);
    expect(texts(pages)).toEqual(order === 'asc' ? wanted : wanted.toReversed());
    expect(wanted.length).toBeGreaterThan(3000);
    expect(pages.slice(0, -2).every((page) => page.length === 70)).toBe(true);
    expect(running.counters.rowsServed).toBe(wanted.length);
  });

  test('without order the newest comes first, in a bare array', async () => {
    const running = await start();

    const rows = await json(running, `${PATH}&offset=0&limit=5`);

    expect(texts([rows])).toEqual(held(running, 'audit-trails', HOUR).toReversed().slice(0, 5));
  });

  test.each(['kind', 'user_email', 'user_idp'])('order_by %s is honoured', async (column) => {
    const running = await start();

    const rows = (await readPages(running, `${PATH}&order_by=${column}`)).flat();

    const values = rows.map((row) => String(row[column] ?? ''));
    expect(values).toEqual(values.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0)));
    expect(texts([rows]).toSorted()).toEqual(held(running, 'audit-trails', HOUR).toSorted());
    expect(new Set(values).size).toBeGreaterThan(3);
  });

  test('the page has a default size, and a cap that limit does not lift', async () => {
    const running = await start({ perMinute: 60, pageSize: 7, cap: 11 });

    expect(await json(running, PATH)).toHaveLength(7);
    expect(await json(running, `${PATH}&offset=0&limit=9`)).toHaveLength(9);
    expect(await json(running, `${PATH}&offset=0&limit=5000`)).toHaveLength(11);
    expect(await json(await start({ perMinute: 60, pageSize: 7, cap: 5 }), PATH)).toHaveLength(5);
  });

  test.each([
    'offset=0',
    'limit=5',
    'offset=-1&limit=5',
    'offset=0&limit=0',
    'offset=0&limit=many',
    'offset=0.5&limit=5',
    'order=up',
    'order_by=colour',
    'from_date=yesterday',
    'from_date=2026-01-10T11:00:00',
    'to_date=2026-01-10',
    'from_date=2026-01-10T11:00:00Z&to_date=2026-01-10T10:00:00Z',
  ])('%s is refused with 400', async (query) => {
    expect(await status(await start(), `${TRAIL}?${query}`)).toBe(400);
  });

  test('deep offsets are refused if so switched, and the deepest one asked is known', async () => {
    const running = await start({ deepestOffset: 50 });

    const found = [
      await status(running, `${PATH}&offset=50&limit=1`),
      await status(running, `${PATH}&offset=51&limit=1`),
      await status(running, `${PATH}&offset=3&limit=1`),
    ];

    expect(found).toEqual([200, 400, 200]);
    expect(running.counters.deepestOffset).toEqual({ [TRAIL]: 51 });
    const { url, authorization } = running.control;
    const shown = (await (await fetch(url, { headers: { authorization } })).json()) as { counters: unknown };
    expect(shown.counters).toMatchObject({ deepestOffset: { [TRAIL]: 51 } });
    running.reset();
    expect(running.counters.deepestOffset).toEqual({});
  });

  test('a window of thousands in a backlog of millions is read to its end', async () => {
    const [from, to] = [NOON - 700 * DAY_MS, NOON];
    const running = await start({ from, to, count: 5_000_000 });
    const window = { from: NOON - 400 * DAY_MS, to: NOON - 399 * DAY_MS };

    const pages = await readPages(running, trailPath('audit-trails', window.from, window.to), { limit: 500 });

    const wanted = held(running, 'audit-trails', window);
    expect(texts(pages)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(7000);
    expect(running.counters.deepestOffset[TRAIL]).toBe(wanted.length);
  });
});

describe('the range', () => {
  test.each([
    ['half-open', 0, -1],
    ['inclusive', 0, 0],
    ['exclusive', 1, -1],
  ] as const)('is %s to the microsecond', async (bounds, first, last) => {
    const running = await start({ bounds, faults: { twins: 0 } });
    const rows = [...running.held('audit-trails', HOUR)].map((row) => JSON.parse(row.text) as Row);
    const [low, high] = [20, 60];

    const path = `${TRAIL}?from_date=${rows[low]?.inserted_at}&to_date=${rows[high]?.inserted_at}`;
    const read = (await readPages(running, path)).flat();

    expect(read).toEqual(rows.slice(low + first, high + 1 + last));
  });

  test('may be one instant', async () => {
    const rows = [...(await start()).held('audit-trails', HOUR)].map((row) => JSON.parse(row.text) as Row);
    const instant = rows[20]?.inserted_at;
    const path = `${TRAIL}?from_date=${instant}&to_date=${instant}`;

    expect(await json(await start({ bounds: 'inclusive' }), path)).toEqual(
      rows.filter((row) => row.inserted_at === instant),
    );
    expect(await json(await start(), path)).toEqual([]);
  });

  test('may be open on either side', async () => {
    const running = await start({ from: HOUR_AGO });

    const since = await readPages(running, `${TRAIL}?from_date=${stamp(NOON - 30 * MINUTE_MS)}`);
    const until = await readPages(running, `${TRAIL}?to_date=${stamp(NOON - 30 * MINUTE_MS)}`);

    const wanted = held(running, 'audit-trails', HOUR);
    expect(since.flat().length).toBeGreaterThan(100);
    expect(texts([...until, ...since])).toEqual(wanted);
  });

  test.each(['asc', 'desc'])('may be two years long, %s', async (order) => {
    const running = await start({ perMinute: 0.02 });
    const wanted = held(running, 'audit-trails', { from: NOON - 730 * DAY_MS, to: NOON });
    const inOrder = order === 'asc' ? wanted : wanted.toReversed();
    const page = async (offset: number) =>
      texts([await json(running, `${TRAIL}?order=${order}&offset=${offset}&limit=1000`)]);

    expect(await page(0)).toEqual(inOrder.slice(0, 1000));
    expect(await page(15_000)).toEqual(inOrder.slice(15_000, 16_000));
    expect(await page(wanted.length - 10)).toEqual(inOrder.slice(-10));
    expect(await page(wanted.length)).toEqual([]);
    const byKind = await json(running, `${TRAIL}?order=${order}&order_by=kind&offset=0&limit=1`);
    const kinds = inOrder.map((text) => String((JSON.parse(text) as Row).kind)).toSorted();
    expect(byKind[0]?.kind).toBe(order === 'asc' ? kinds[0] : kinds.at(-1));
  });

  test('may be two years long and hold millions', async () => {
    const running = await start({ perMinute: 100 });

    const [first] = await json(running, `${TRAIL}?order=asc&offset=0&limit=1`);
    const [last] = await json(running, `${TRAIL}?offset=0&limit=1`);

    expect(String(first?.inserted_at)).toMatch(/^2024-01-11T12:00:/);
    expect(String(last?.inserted_at)).toMatch(/^2026-01-10T11:59:/);
  });

  test('holds only what is younger than two years', async () => {
    const running = await start({ auditDays: 1 });
    const dayAgo = NOON - DAY_MS;

    const read = texts(await readPages(running, trailPath('audit-trails', dayAgo - HOUR_MS, dayAgo + HOUR_MS)));

    expect(read).toEqual(held(running, 'audit-trails', { from: dayAgo, to: dayAgo + HOUR_MS }));
    expect(read).toEqual(held(running, 'audit-trails', { from: dayAgo - HOUR_MS, to: dayAgo + HOUR_MS }));
  });

  test('nothing of the future is there', async () => {
    let now = NOON;
    const running = await start({ now: () => now, perMinute: 6000, faults: { twins: 0 } });
    const path = trailPath('audit-trails', NOON - 1000, NOON + 1000, '&offset=0&limit=1000');

    now = NOON - 500;
    const early = await json(running, path);
    now = NOON + 1000;
    const whole = await json(running, path);

    expect(early.every((row) => String(row.inserted_at) <= '2026-01-10T11:59:59.500000Z')).toBe(true);
    expect(early.length).toBeGreaterThan(20);
    expect(whole.length).toBeGreaterThan(150);
  });

  test('search and kind narrow it', async () => {
    const running = await start({ perMinute: 60 });
    const rows = held(running, 'audit-trails', HOUR).map((text) => JSON.parse(text) as Row);
    const read = async (query: string) => (await readPages(running, `${PATH}&${query}`)).flat();
    const where = (wanted: (row: Row) => boolean) => rows.filter(wanted);

    expect(await read('kind=LAUNCHPAD')).toEqual(where(({ kind }) => /Launchpad/.test(String(kind))));
    expect(await read('search=mina%20oka')).toEqual(where(({ user_first_name: name }) => name === 'Mina'));
    expect(await read('search=li.wei@')).toEqual(where((row) => row.user_email === 'li.wei@example.com'));
    expect(await read('search=nutanix-support')).toEqual(where((row) => row.user_idp === 'nutanix-support'));
    expect(await read('search=mina&kind=deleteBackup')).toEqual(
      where((row) => row.user_first_name === 'Mina' && row.kind === 'deleteBackup'),
    );
    expect(new Set((await read('kind=launchpad')).map(({ kind }) => kind)).size).toBe(4);
  });
});

describe('rows that move', () => {
  test('late rows appear when their time has come, and shift the offsets of whoever is paging', async () => {
    let now = NOON;
    const faults = { late: { share: 0.2, upToSeconds: 600 } };
    const running = await start({ now: () => now, perMinute: 60, faults });
    const window = { from: NOON - 10 * MINUTE_MS, to: NOON };
    const path = trailPath('audit-trails', window.from, window.to);
    const between = () => {
      now += 10_000;
    };

    const before = held(running, 'audit-trails', window);
    const read = texts(await readPages(running, path, { limit: 50, between }));
    now = NOON + 10 * MINUTE_MS;
    const after = texts(await readPages(running, path));

    expect(after.length).toBeGreaterThan(before.length);
    expect(after).toEqual(held(running, 'audit-trails', { ...window, visibleAt: NOON + DAY_MS }));
    expect(new Set(read).size).toBeLessThan(read.length);
    expect(before.every((row) => read.includes(row))).toBe(true);
    expect(after.some((row) => !read.includes(row))).toBe(true);
  });

  test.each(['asc', 'desc'])('a row appears behind a client that pages %s', async (order) => {
    const running = await start({ faults: { insertWhilePaging: { next: 1 } } });
    const before = held(running, 'audit-trails', HOUR);

    const read = texts(await readPages(running, PATH, { order }));

    const after = held(running, 'audit-trails', HOUR);
    const added = after.filter((row) => !before.includes(row));
    expect(added).toHaveLength(1);
    expect(after.indexOf(added[0] as string)).toBe(order === 'asc' ? 1 : after.length - 2);
    expect(read).toHaveLength(before.length + 1);
    expect(new Set(read).size).toBe(before.length);
    expect(read[100]).toBe(read[99]);
    running.reset();
    expect(held(running, 'audit-trails', HOUR)).toEqual(before);
  });

  test('rows that are purged while somebody pages upward make him skip others', async () => {
    let now = NOON;
    const running = await start({ now: () => now, auditDays: 1, perMinute: 60 });
    const [from, to] = [NOON - DAY_MS, NOON - DAY_MS + HOUR_MS];
    const before = held(running, 'audit-trails', { from, to });

    const read = texts(
      await readPages(running, trailPath('audit-trails', from, to), {
        between: () => {
          now += 10_000;
        },
      }),
    );

    const after = held(running, 'audit-trails', { from, to });
    expect(after.length).toBeLessThan(before.length);
    expect(after.some((row) => !read.includes(row))).toBe(true);
  });

  test('twins share a microsecond or a millisecond, and differ in their ids', async () => {
    const running = await start({ perMinute: 60, faults: { twins: 0.3 } });
    const rows = held(running, 'audit-trails', HOUR).map((text) => JSON.parse(text) as Row);
    const pairs = rows
      .slice(1)
      .map((row, index) => [String(rows[index]?.inserted_at), String(row.inserted_at)] as const);

    const inOneMicrosecond = pairs.filter(([one, other]) => one === other).length;
    const inOneMillisecond = pairs.filter(([one, other]) => one.slice(0, 23) === other.slice(0, 23)).length;

    expect(inOneMicrosecond).toBeGreaterThan(300);
    expect(inOneMillisecond - inOneMicrosecond).toBeGreaterThan(300);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const before = texts(await readPages(running, PATH, { limit: 1000 }));
    running.setFaults({ twins: 0 });
    const after = texts(await readPages(running, PATH, { limit: 1000 }));
    expect(after).toEqual(held(running, 'audit-trails', HOUR));
    expect(after).not.toEqual(before);
  });

  test('rows of one microsecond may come in another order each time, but others may not', async () => {
    const running = await start({ perMinute: 60, faults: { twins: 1, unstableTies: true } });
    const path = `${PATH}&order=asc&offset=0&limit=1000`;

    const [once, again] = [await json(running, path), await json(running, path)];

    const times = (rows: readonly Row[]) => rows.map((row) => row.inserted_at);
    expect(texts([once])).not.toEqual(texts([again]));
    expect(times(once)).toEqual(times(again));
    expect(times(once)).toEqual(times(once).toSorted());
  });
});

describe('content', () => {
  test('has the documented fields, ids that are no UUIDs, null names and null places', async () => {
    const running = await start({ perMinute: 200 });
    const rows = held(running, 'audit-trails', HOUR).map((text) => JSON.parse(text) as Row);

    expect(Object.keys(rows[0] ?? {})).toEqual([
      'id',
      'user_first_name',
      'user_last_name',
      'user_idp',
      'user_email',
      'kind',
      'account_id',
      'organization_id',
      'customer_id',
      'inserted_at',
    ]);
    expect(new Set(rows.map(({ kind }) => kind)).size).toBe(24);
    expect(rows.every(({ inserted_at }) => /^2026-01-10T11:\d\d:\d\d\.\d{6}Z$/.test(String(inserted_at)))).toBe(true);
    const isStrict = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(rows.some(({ id }) => !isStrict.test(String(id)))).toBe(true);
    for (const nulls of [
      { user_first_name: null, user_last_name: null, user_email: null, user_idp: 'api' },
      { account_id: null, organization_id: null },
      { account_id: null, organization_id: '86bcea89-389f-496a-3c75-1df0ce8d96ca' },
    ]) {
      expect(rows).toContainEqual(expect.objectContaining(nulls));
    }
  });

  test('is the same after a restart, and another for another seed', async () => {
    const [one, other, different] = [await start({ seed: 3 }), await start({ seed: 3 }), await start({ seed: 4 })];

    expect(held(one, 'audit-trails', HOUR)).toEqual(held(other, 'audit-trails', HOUR));
    expect(held(one, 'audit-trails', HOUR)).not.toEqual(held(different, 'audit-trails', HOUR));
  });

  test('is what events() gives, of one account where so asked', async () => {
    const running = await start();
    const account = 'b00636bf-4f08-404e-a7ba-3c2aaa173335';
    const of = (text: string) => (JSON.parse(text) as Row).account_id === account;

    const all = held(running, 'audit-trails', HOUR);
    const some = [...running.events({ ...HOUR, account })].map((row) => row.text);

    expect([...running.events(HOUR)].map((row) => row.text)).toEqual(all);
    expect(some).toEqual(all.filter(of));
    expect(some.length).toBeGreaterThan(10);
    expect([...running.events({ ...HOUR, collection: 'session-trails' })].map((row) => row.text)).toEqual(
      held(running, 'session-trails', HOUR),
    );
    expect(() => running.events({ ...HOUR, collection: 'nothing' })).toThrow(/no collection "nothing"/);
  });

  test('moves with the simulator’s clock', async () => {
    const running = await start({ faults: { clockSkewSeconds: -1800 } });

    const rows = (await readPages(running, PATH)).flat();

    expect(texts([rows])).toEqual(held(running, 'audit-trails', { from: HOUR_AGO, to: NOON - 1_800_000 }));
    expect((await ask(running, PATH)).headers.get('date')).toBe(new Date(NOON - 1_800_000).toUTCString());
  });
});
