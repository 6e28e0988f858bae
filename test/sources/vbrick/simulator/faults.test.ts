import { parse } from 'csv-parse/sync';
import { afterEach, describe, expect, test } from 'vitest';
import { describeCommandLine, readCommandLine } from '../../../../simulators/command-line.ts';
import type { Columns } from '../../../../simulators/vbrick/content/record.ts';
import { ODDITY_COUNT } from '../../../../simulators/vbrick/log/odd-rows.ts';
import { simulator } from '../../../../simulators/vbrick/simulator.ts';
import { MINUTE_MS, NOON } from '../../thousandeyes/simulator/client.ts';
import {
  ask,
  auditPath,
  HOUR_AGO,
  held,
  type Page,
  readCsv,
  readPage,
  readPages,
  rowsOf,
  startWith,
  stopAll,
  tokenOf,
} from './client.ts';

const RANGE = { fromDate: HOUR_AGO, toDate: NOON };
const NAMES = [
  'MessageKey',
  'EntityKey',
  'EntityId',
  'When',
  'Principal',
  'Message',
  'PreviousState',
  'CurrentState',
] as const;

type Running = Awaited<ReturnType<typeof startWith>>;

afterEach(stopAll);

async function read(running: Running, path = 'users'): Promise<Page> {
  const page = await readPage(running, await tokenOf(running), path, RANGE);
  return page;
}

async function text(running: Running, path = 'users'): Promise<string> {
  return await (await ask(running, auditPath(path, RANGE), await tokenOf(running))).text();
}

describe('CSV', () => {
  test('is as documented', async () => {
    const running = await startWith({}, { perMinute: 10 });

    const body = await text(running);

    expect(body.startsWith(`${NAMES.join(',')}\r\n`)).toBe(true);
    expect(body.endsWith('\r\n')).toBe(true);
    expect(readCsv(body)).toEqual(held(running, 'users'));
    expect(body).toContain('""Status""');
    expect(body).toContain('"{}"');
    expect(body).not.toContain(',{');
    expect(body).not.toMatch(/\ufeff/);
  });

  test('begins with a byte order mark', async () => {
    const answer = await ask(...(await asked({ csv: { bom: true } })));

    expect([...new Uint8Array(await answer.arrayBuffer()).slice(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x4d]);
  });

  test('has bare line feeds', async () => {
    const running = await startWith({ csv: { lf: true } });

    const body = await text(running, 'groups');

    expect(body).not.toContain('\r');
    expect(readCsv(body)).toEqual(held(running, 'groups'));
  });

  test.each([7, 9])('has %i values under its eight names', async (columns) => {
    const running = await startWith({ csv: { columns } }, { perMinute: 30 });

    const [names, ...rows] = parse(await text(running, 'groups'), { relax_column_count: true });

    expect(names).toEqual(NAMES);
    expect(new Set(rows.map((values) => values.length))).toEqual(new Set([columns]));
    expect(rows.map((values) => values.slice(0, 7))).toEqual(
      held(running, 'groups')
        .slice(0, 100)
        .map((row) => inOrder(row).slice(0, 7)),
    );
  });

  test('has its columns in another order', async () => {
    const running = await startWith({ csv: { reordered: true } });

    const body = await text(running);

    const names = body.slice(0, body.indexOf('\r\n')).split(',');
    expect(names).not.toEqual(NAMES);
    expect(names.toSorted()).toEqual(NAMES.toSorted());
    expect(readCsv(body)).toEqual(held(running, 'users'));
  });

  test('is nothing at all where there are no rows', async () => {
    expect(await text(await startWith({ csv: { emptyBody: true } }, { perMinute: 0 }))).toBe('');
    expect((await read(await startWith({ csv: { emptyBody: true } }))).rows.length).toBeGreaterThan(0);
  });

  test('has times as JavaScript prints them, and EntityKeys with a dot', async () => {
    const running = await startWith({ csv: { javascriptWhen: true, dotted: true } });

    const { rows } = await read(running);

    const wanted = held(running, 'users').map(({ When }) => When.slice(0, 19));
    expect(rows.every(({ EntityKey }) => EntityKey === 'Network.User')).toBe(true);
    expect(rows[0]?.When).toMatch(/^Sat Jan 10 2026 11:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)$/);
    expect(rows.map(({ When }) => new Date(When).toISOString().slice(0, 19))).toEqual(wanted);
  });

  test('leaves times alone that are none', async () => {
    const { rows } = await read(
      await startWith({ csv: { javascriptWhen: true }, odd: { every: 1 } }, { perMinute: 60 }),
    );

    expect(rows.some(({ When }) => When === 'yesterday')).toBe(true);
  });

  test('has broken JSON in its columns', async () => {
    const running = await startWith({ brokenJson: { every: 2 } }, { perMinute: 30 });

    const { rows } = await read(running);

    const isBroken = ({ Message }: { Message: string }) => {
      try {
        JSON.parse(Message);
        return false;
      } catch {
        return true;
      }
    };
    const broken = rows.filter(isBroken);
    expect(Math.abs(broken.length - rows.length / 2)).toBeLessThanOrEqual(1);
    expect(broken.every(({ When, EntityKey }) => When.endsWith('Z') && EntityKey === 'Network:User')).toBe(true);
    expect(rows).toEqual(held(running, 'users').slice(0, rows.length));
  });

  test('has rows that are no CSV', async () => {
    const body = await text(await startWith({ brokenRows: { every: 5 } }, { perMinute: 30 }));

    expect(body.match(/\r\nNetwork:[A-Z]\w+,Network:User,/g)?.length).toBe(80);
    expect(body).toContain('\r\nSystem.NullReferenceException: ');
    expect(body).toMatch(/,"Network:User"x,"/);
    expect(() => readCsv(body)).toThrow();
  });

  test('has a quote that is not closed', async () => {
    const body = await text(await startWith({ brokenRows: { every: 5, swallow: true } }, { perMinute: 30 }));

    expect(body).toMatch(/,Network:User,"[0-9a-f-]{36},no end\r\n/);
    expect(() => readCsv(body)).toThrow();
  });

  test('ends in the middle of a row', async () => {
    const running = await startWith({ cutRow: { next: 1 } });

    const [cut, whole] = [await text(running), await text(running)];

    const last = [...running.events({ from: HOUR_AGO, to: NOON, collection: 'users' })].at(-1)?.text ?? '';
    expect(whole.startsWith(cut)).toBe(true);
    expect(whole.length - cut.length).toBe(Math.ceil(last.length / 2) + 2);
    expect(running.faults.cutRow).toEqual({ next: 0 });
  });

  test('does not end in the middle of no row', async () => {
    const running = await startWith({ cutRow: { next: 1 } }, { perMinute: 0 });

    expect(await text(running)).toBe(`${NAMES.join(',')}\r\n`);
    expect(running.faults.cutRow).toEqual({ next: 1 });
  });
});

describe('JSON instead of CSV', () => {
  test.each([
    ['portal', 'groups', true],
    ['portal', 'videos', true],
    ['portal', 'users', false],
    ['portal', 'principals/x', false],
    ['all', 'userAccess', true],
  ] as const)('%s: %s is JSON: %s', async (json, path, isJson) => {
    const { type } = await read(await startWith({ json }), path);

    expect(type).toBe(isJson ? 'application/json; charset=utf-8' : 'text/csv');
  });

  test.each(['all', 'all-without-headers'] as const)('%s says what to ask next in its body', async (json) => {
    const running = await startWith({ json }, { perMinute: 60 });

    const page = await read(running, 'userAccess');
    const { general, header } = JSON.parse(page.text);
    const next = { fromDate: header.nextFromDate, toDate: NOON, nextContinuationToken: header.nextContinuationToken };
    const second = JSON.parse((await readPage(running, await tokenOf(running), 'userAccess', next)).text);

    const wanted = held(running, 'userAccess');
    const ids = [...general, ...second.general].map((row: { entityId: string }) => row.entityId);
    expect(Object.keys(general[0])).toEqual([
      'messageKey',
      'entityKey',
      'entityId',
      'when',
      'principal',
      'previousState',
      'currentState',
    ]);
    expect(ids).toEqual(wanted.slice(0, 200).map(({ EntityId }) => EntityId));
    expect([header.totalRecords, second.header.totalRecords]).toEqual([wanted.length, wanted.length - 100]);
    expect([page.token, page.fromDate, page.total]).toEqual(
      json === 'all' ? [header.nextContinuationToken, header.nextFromDate, String(wanted.length)] : [null, null, null],
    );
  });

  test('a single row stands alone, and no row is an empty list', async () => {
    const [one, none] = [
      await startWith({ json: 'all' }, { from: HOUR_AGO, to: NOON, count: 2 }),
      await startWith({ json: 'all' }, { perMinute: 0 }),
    ];

    const { general, header } = JSON.parse(await text(one, 'userAccess'));

    expect(general).toMatchObject({ entityKey: 'Network:UserAccess' });
    expect(header).toEqual({ totalRecords: 1, nextFromDate: null, nextContinuationToken: '' });
    expect(JSON.parse(await text(none)).general).toEqual([]);
  });

  test('is what a held row is, and can end in its middle', async () => {
    const running = await startWith({ json: 'all', cutRow: { next: 1 } });

    const [cut, whole] = [await text(running), await text(running)];

    const rows = [...running.events({ from: HOUR_AGO, to: NOON, collection: 'users' })].map((row) =>
      JSON.parse(row.text),
    );
    expect(() => JSON.parse(cut)).toThrow();
    expect(JSON.parse(whole).general).toEqual(rows);
  });
});

describe('faults of paging', () => {
  const FAST = { perMinute: 60 };
  const texts = (pages: readonly Page[]) => pages.map((page) => page.rows.map((row) => JSON.stringify(row)));

  test('rows are repeated over the page’s edge', async () => {
    const running = await startWith({ repeatRows: 3 }, FAST);

    const pages = texts(await readPages(running, 'userAccess'));

    for (const [index, rows] of pages.slice(1).entries()) expect(rows.slice(0, 3)).toEqual(pages[index]?.slice(-3));
    const once = [...(pages[0] ?? []), ...pages.slice(1).flatMap((rows) => rows.slice(3))];
    expect(once).toEqual(held(running, 'userAccess').map((row) => JSON.stringify(row)));
    expect(pages.length).toBeGreaterThan(10);
  });

  test('repeated rows are counted again', async () => {
    const running = await startWith({ repeatRows: 3 }, { from: HOUR_AGO, to: NOON, count: 625 });

    const pages = await readPages(running, 'userAccess');

    expect(pages.map(({ total, rows }) => [total, rows.length])).toEqual([
      ['250', 100],
      ['153', 100],
      ['56', 56],
    ]);
  });

  test('a page of repeated rows goes on by one', async () => {
    const running = await startWith({ repeatRows: 100 }, FAST);

    const pages = texts(await readPages(running, 'userAccess', { most: 2 }));

    expect(pages[1]?.slice(0, 99)).toEqual(pages[0]?.slice(1));
  });

  test('the last page leads to itself with the same token and date for ever', async () => {
    let now = NOON;
    const running = await startWith({ repeatNext: 'self' }, { ...FAST, now: () => now++ });
    const whole = Math.ceil(held(running, 'users').length / 100);

    const pages = await readPages(running, 'users', { most: whole + 4 });

    const [last, ...more] = pages.slice(whole - 1);
    expect(more).toHaveLength(4);
    for (const page of more) expect(page).toEqual(more[0]);
    expect(more[0]?.rows).toEqual(last?.rows);
    expect(more[0]).toMatchObject({ token: pages.at(-1)?.token, fromDate: pages.at(-1)?.fromDate });
  });

  test('a single page leads to itself', async () => {
    const running = await startWith({ repeatNext: 'self' });

    const pages = await readPages(running, 'users', { most: 3 });

    expect(new Set(pages.map(({ token, fromDate }) => `${token} ${fromDate}`)).size).toBe(1);
    expect(pages[0]?.fromDate).toBe(new Date(HOUR_AGO).toISOString());
    expect(new Set(texts(pages).map(String)).size).toBe(1);
  });

  test('the second page leads back to the first', async () => {
    let now = NOON;
    const running = await startWith({ repeatNext: 'cycle' }, { ...FAST, now: () => now++ });

    const pages = await readPages(running, 'userAccess', { most: 5 });

    const [a, b] = texts(pages);
    expect(texts(pages)).toEqual([a, b, a, b, a]);
    expect(a).not.toEqual(b);
    expect(new Set(pages.map(({ token }) => token)).size).toBe(2);
  });

  test.each([1, 3])('every page %i is empty and leads on, and no row is lost', async (every) => {
    const running = await startWith({ emptyPages: { every } }, FAST);

    const pages = await readPages(running, 'userAccess');

    expect(rowsOf(pages)).toEqual(held(running, 'userAccess'));
    expect(pages.filter(({ rows }) => rows.length === 0).length).toBeGreaterThan(3);
  });

  test('totals overshoot or lie', async () => {
    const options = { from: HOUR_AGO, to: NOON, count: 625 };
    const [overshooting, lying] = [
      await startWith({ totals: 'overshoot' }, options),
      await startWith({ totals: 'lie' }, options),
    ];

    const over = await readPages(overshooting, 'userAccess');
    const lies = await readPages(lying, 'userAccess');

    expect(over.map(({ total }) => total)).toEqual(['257', '157', '57']);
    for (const total of lies.map((page) => page.total))
      expect(['250', '150', '50', '257', '157', '57']).not.toContain(total);
    expect(rowsOf(lies)).toHaveLength(250);
  });

  test('nextFromDate has an offset that must be encoded', async () => {
    const running = await startWith({ offsetDates: true }, FAST);

    const pages = await readPages(running, 'userAccess');

    expect(pages[0]?.fromDate).toMatch(/^2026-01-10T11:\d\d:\d\d\.\d{3}\+00:00$/);
    expect(rowsOf(pages)).toEqual(held(running, 'userAccess'));
  });

  test('late rows are revealed when their time has come', async () => {
    let now = NOON;
    const running = await startWith({ late: { share: 0.3, upToSeconds: 600 } }, { ...FAST, now: () => now });

    const before = rowsOf(await readPages(running, 'userAccess'));
    const known = held(running, 'userAccess');
    now += 10 * MINUTE_MS;
    const after = rowsOf(await readPages(running, 'userAccess'));

    expect(before).toEqual(known);
    expect(after).toEqual(held(running, 'userAccess', { visibleAt: Infinity }));
    expect(after.length).toBeGreaterThan(before.length + 10);
  });
});

describe('hostile rows', () => {
  test('are all different, all valid CSV, and the same every time', async () => {
    const running = await startWith({ odd: { every: 1 } }, { perMinute: 60 });

    const [once, again] = [await read(running), await read(running)];

    const rows = once.rows.slice(0, ODDITY_COUNT);
    expect(once.rows).toEqual(held(running, 'users').slice(0, 100));
    expect(again).toEqual({ ...once, token: again.token });
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(ODDITY_COUNT);
    expect(rows.some(({ Message }) => Message.includes('__proto__'))).toBe(true);
    expect(rows.some(({ Message }) => Message.includes('[[[[['))).toBe(true);
    expect(rows.some(({ Message }) => Message.includes('1e400'))).toBe(true);
    expect(rows.some(({ Message }) => Message.includes('\\ud83d of'))).toBe(true);
    expect(rows.some(({ EntityId }) => EntityId.includes('\u0000'))).toBe(true);
    expect(rows.some(({ MessageKey }) => MessageKey.includes('\r\n'))).toBe(true);
    expect(once.text).toContain('"\ufeffNetwork\rUser"');
    expect(rows.filter(({ When }) => Number.isNaN(Date.parse(When))).length).toBeGreaterThanOrEqual(3);
    expect(rows.filter(({ Message }) => !Message.includes('"mark":')).length).toBeLessThanOrEqual(1);
  });

  test('are every n-th', async () => {
    const { rows } = await read(await startWith({ odd: { every: 4 } }, { perMinute: 60 }));

    expect(rows.filter(({ Message }) => /"mark":|only text/.test(Message))).toHaveLength(25);
  });

  test('are as long as asked for', async () => {
    const running = await startWith({ oversized: { every: 30, bytes: 20_000 } }, { perMinute: 60 });

    const sizes = (await read(running)).rows.map((row) => Buffer.byteLength(JSON.stringify(row)));

    expect(sizes.filter((size) => size >= 20_000).length).toBeGreaterThanOrEqual(3);
    expect(sizes.filter((size) => size >= 3_000).length).toBeLessThanOrEqual(4);
  });

  test('are over a mebibyte by default', async () => {
    const running = await startWith({ oversized: { every: 1 } }, { perMinute: 6 });

    const { columns } = running.events({ from: HOUR_AGO, to: NOON, collection: 'users' }).next().value ?? {};

    expect(columns?.Message.length).toBeGreaterThanOrEqual(1_100_000);
    expect(() => JSON.parse(columns?.Message ?? '')).not.toThrow();
  });
});

describe('faults that every vendor has', () => {
  const status = async (running: Running, path = 'users') => {
    const answer = await ask(running, auditPath(path, RANGE), await tokenOf(running));
    return [answer.status, answer.headers.get('retry-after'), await answer.text()];
  };

  test('throttle answers with text, with and without a time', async () => {
    const running = await startWith({ where: '/users', throttle: { next: 1, retryAfter: 7 } });

    expect(await status(running)).toEqual([429, '7', 'Too Many Requests']);
    running.setFaults({ where: '/users', throttle: { next: 1, retryAfter: 7, bare: true } });
    expect(await status(running)).toEqual([429, null, 'Too Many Requests']);
    expect((await status(running))[0]).toBe(200);
  });

  test('errors are worded in the vendor’s manner', async () => {
    const running = await startWith({ where: '/users', error: { next: 1, status: 500 } });

    expect(await status(running)).toEqual([
      500,
      null,
      '{"code":"InternalError","detail":"An unexpected error occurred."}',
    ]);
  });

  test('a foreign body is called CSV', async () => {
    const running = await startWith({ where: '/users', body: { next: 1, text: 'hello' } });

    expect(await read(running)).toMatchObject({ text: 'hello', type: 'text/csv' });
  });

  test('where spares the login', async () => {
    const running = await startWith({ where: '/network/audit', error: { next: 1 } });

    expect((await status(running))[0]).toBe(503);
    expect(running.counters.logins.successful).toBe(1);
  });

  test('the Date header follows the skewed clock', async () => {
    const answer = await ask(await startWith({ clockSkewSeconds: 90 }), '/api/v2/accounts/bootstrap');

    expect(answer.headers.get('date')).toBe('Sat, 10 Jan 2026 12:01:30 GMT');
  });

  test('what has no meaning here is refused', async () => {
    const start = (faults: string) => startWith(JSON.parse(faults));
    await expect(start('{"foreignNext":{"next":1}}')).rejects.toThrow(/has no fault "foreignNext"/);
    await expect(start('{"endsEarlySeconds":5}')).rejects.toThrow(/has no fault "endsEarlySeconds"/);
  });
});

describe('steering', () => {
  test('the command line reads options and faults', () => {
    const words =
      '--rev 7.56.0 --header-case mixed --lock-after 3 --csv bom,columns=7 --json portal --login-throttled 2,retryAfter=5 --offset-dates --scroll seconds=9,status=404';

    expect(readCommandLine(simulator, words.split(' '))).toEqual({
      rev: '7.56.0',
      headerCase: 'mixed',
      lockAfter: 3,
      faults: {
        csv: { bom: true, columns: 7 },
        json: 'portal',
        loginThrottled: { next: 2, retryAfter: 5 },
        offsetDates: true,
        scroll: { seconds: 9, status: 404 },
      },
    });
  });

  test('the help has every option and every fault in words', () => {
    const help = describeCommandLine(simulator);

    const names = [...Object.keys(simulator.flags), ...Object.keys(simulator.faults)];
    const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    for (const name of names) expect(help).toMatch(new RegExp(`--${kebab(name)}( .*)?\\n {6}\\S`));
  });

  test('the control shows the logins', async () => {
    const running = await startWith({});
    await tokenOf(running);

    const { url, authorization } = running.control;
    const shown = (await (await fetch(url, { headers: { authorization } })).json()) as object;

    expect(shown).toMatchObject({ counters: { logins: { successful: 1, failed: 0, throttled: 0 } } });
  });
});

/** The values of a row in the order of the header. */
function inOrder(row: Columns): string[] {
  return NAMES.map((name) => row[name]);
}

async function asked(faults: Parameters<typeof startWith>[0]): Promise<Parameters<typeof ask>> {
  const running = await startWith(faults);
  return [running, auditPath('users', RANGE), await tokenOf(running)];
}
