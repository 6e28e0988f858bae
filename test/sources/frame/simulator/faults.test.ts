import { afterEach, describe, expect, test } from 'vitest';
import { describeCommandLine, readCommandLine } from '../../../../simulators/command-line.ts';
import { findSimulator, findSimulators } from '../../../../simulators/find-simulator.ts';
import { type FrameOptions, simulator } from '../../../../simulators/frame/simulator.ts';
import { ODDITY_COUNT } from '../../../../simulators/frame/trails/odd-rows.ts';
import {
  ask,
  CUSTOMER,
  HOUR_AGO,
  held,
  json,
  NOON,
  type Row,
  readPages,
  start,
  status,
  stopAll,
  texts,
  trailPath,
} from './client.ts';

afterEach(stopAll);

const HOUR = { from: HOUR_AGO, to: NOON };
const AUDIT = trailPath('audit-trails', HOUR_AGO, NOON);
const SESSIONS = trailPath('session-trails', HOUR_AGO, NOON);
const ACTIVITIES = `${CUSTOMER}/user_activities?from_date=2026-01-10&to_date=2026-01-10`;

describe('faults of the vendor', () => {
  test('some endpoints are forbidden and the others are not', async () => {
    const running = await start({ faults: { forbiddenAt: 'settings,session-trails' } });

    const found = await Promise.all(
      [AUDIT, SESSIONS, `${CUSTOMER}/settings`, '/v1/customers/'].map((path) => status(running, path)),
    );
    running.setFaults({ forbidden: true });

    expect(found).toEqual([200, 403, 403, 200]);
    expect([await status(running, AUDIT), await status(running, '/v1/accounts/')]).toEqual([403, 403]);
  });

  test('a wrong signature is refused before anything is said about permissions', async () => {
    const running = await start({ faults: { forbidden: true } });

    expect((await ask(running, AUDIT, { 'x-frame-signature': 'wrong' })).status).toBe(401);
  });

  test.each([[7], [undefined]])('429 with Retry-After %s', async (retryAfter) => {
    const faults = { throttle: { next: 1, ...(retryAfter !== undefined && { retryAfter }) } };
    const running = await start({ faults, errors: 'list' });

    const answer = await ask(running, AUDIT);

    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe(retryAfter === undefined ? null : '7');
    expect(await answer.json()).toEqual({ errors: [{ status: 429, detail: 'Too Many Requests' }] });
    expect(await status(running, AUDIT)).toBe(200);
  });

  test('servers fail in the vendor’s own words', async () => {
    const running = await start({ faults: { error: { next: 1, status: 502 } }, errors: 'html' });

    const answer = await ask(running, AUDIT);

    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
  });

  test('a body in the vendor’s place has the vendor’s content type', async () => {
    const running = await start({ faults: { body: { next: 1, text: '{}' } } });

    const [first, second] = [await ask(running, AUDIT), await ask(running, AUDIT)];

    expect([await first.text(), first.headers.get('content-type')]).toEqual(['{}', 'application/json; charset=utf-8']);
    expect(second.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

describe('hostile rows', () => {
  const hostile = { faults: { odd: { every: 1 } }, sessionsPerMinute: 6, activitiesPerDay: 2000 };

  test.each([
    ['audit-trails', AUDIT],
    ['session-trails', SESSIONS],
  ] as const)('of %s are all different, valid JSON, and the same every time', async (endpoint, path) => {
    const running = await start(hostile);
    const rows = held(running, endpoint, HOUR);

    const parsed = rows.map((text) => JSON.parse(text) as Row);

    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(ODDITY_COUNT * 3);
    expect(parsed.some((row) => Object.hasOwn(row, '__proto__'))).toBe(true);
    expect(new Set(parsed.map((row) => (Array.isArray(row) ? 'list' : typeof row)))).toEqual(
      new Set(['object', 'string', 'number', 'list']),
    );
    for (const part of ['\\u0000', '\\ud83d of', '\\r\\n', '[[[[[[', '1e400', '|a=b', '31/02/2026', '"id":""']) {
      expect(rows.some((text) => text.includes(part))).toBe(true);
    }
    expect(held(running, endpoint, HOUR)).toEqual(rows);
    const read: string[] = [];
    for (let offset = 0; offset < rows.length; offset += 100) {
      const page = await (await ask(running, `${path}&order=asc&offset=${offset}&limit=100`)).text();
      expect(page).toBe(`[${rows.slice(offset, offset + 100).join(',')}]`);
      read.push(page);
    }
    expect(read.length).toBeGreaterThan(2);
  });

  test('are among user activities and in lists, too', async () => {
    const running = await start(hostile);

    const activities = await (await ask(running, `${ACTIVITIES}&order=asc`)).text();
    const keys = await (await ask(running, `${CUSTOMER}/api_authorization_rules`)).text();

    expect(activities).toContain(`"data":[${held(running, 'user_activities', { from: NOON - 43_200_000 }).join(',')}]`);
    expect(activities).toContain('__proto__');
    expect(keys).toBe(`[${held(running, 'api_authorization_rules').join(',')}]`);
    expect(keys).not.toBe(`[${held(await start(), 'api_authorization_rules').join(',')}]`);
  });

  test('stand at every n-th place only', async () => {
    const options: FrameOptions = { perMinute: 30 };
    const [plain, odd] = [await start(options), await start({ ...options, faults: { odd: { every: 10 } } })];

    const [before, after] = [held(plain, 'audit-trails', HOUR), held(odd, 'audit-trails', HOUR)];

    const changed = after.filter((text, index) => text !== before[index]).length;
    expect(changed).toBeGreaterThan(after.length / 10 - 5);
    expect(changed).toBeLessThan(after.length / 10 + 5);
  });

  test.each([
    ['audit-trails', AUDIT],
    ['session-trails', SESSIONS],
  ] as const)('of %s may be oversized', async (endpoint, path) => {
    const running = await start({ sessionsPerMinute: 6, faults: { oversized: { every: 40, bytes: 20_000 } } });

    const sizes = texts(await readPages(running, path)).map((text) => Buffer.byteLength(text));

    const large = sizes.filter((size) => size >= 20_000).length;
    expect(large).toBeGreaterThan(5);
    expect(large).toBeLessThan(15);
    expect(sizes.filter((size) => size < 2000).length).toBe(sizes.length - large);
    expect(held(running, endpoint, HOUR).map((text) => Buffer.byteLength(text))).toEqual(sizes);
  });
});

describe('what is held', () => {
  test.each(['audit-trails', 'session-trails', 'user_activities'] as const)(
    'of %s falls into halves at any millisecond',
    async (endpoint) => {
      const running = await start({ perMinute: 60, sessionsPerMinute: 60, activitiesPerDay: 60_000 });
      const all = [...running.held(endpoint, { from: NOON - 120_000, to: NOON - 1 })];

      for (const cut of [NOON - 60_000, NOON - 59_437, all[50]?.time ?? 0, (all[50]?.time ?? 0) + 1]) {
        const [before, after] = [
          { from: NOON - 120_000, to: cut },
          { from: cut, to: NOON - 1 },
        ];
        const halves = [...running.held(endpoint, before), ...running.held(endpoint, after)];
        expect(halves).toEqual(all);
        expect([...running.held(endpoint, before)].every(({ time }) => time < cut)).toBe(true);
        expect([...running.held(endpoint, after)].every(({ time }) => time >= cut)).toBe(true);
      }
      expect(all.length).toBeGreaterThan(60);
    },
  );

  test.each(['audit-trails', 'session-trails', 'user_activities'] as const)(
    'of %s is what has been shown by a time',
    async (endpoint) => {
      const faults = { late: { share: 0.3, upToSeconds: 600 } };
      const running = await start({ perMinute: 60, sessionsPerMinute: 60, activitiesPerDay: 60_000, faults });
      const span = { from: NOON - 600_000, to: NOON };
      const ids = (rows: Iterable<{ readonly id: number }>) => [...rows].map(({ id }) => id);

      const later = [...running.held(endpoint, { ...span, visibleAt: NOON + 600_000 })];

      const shown = later.filter(({ shownAt }) => shownAt <= NOON);
      expect(ids(running.held(endpoint, span))).toEqual(ids(shown));
      expect(shown.length).toBeLessThan(later.length * 0.95);
    },
  );
});

describe('the command line', () => {
  test('finds the simulator and puts its flags and faults in words', async () => {
    const help = describeCommandLine(simulator);

    expect(await findSimulator('frame')).toBe(simulator);
    expect((await findSimulators()).map(({ id }) => id)).toContain('frame');
    for (const name of [...Object.keys(simulator.flags), ...Object.keys(simulator.faults)]) {
      expect(help).toContain(`  --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    }
    expect(help).toMatch(/--session-range session_start\|session_end\|overlap\n/);
    expect(help).toMatch(/--forbidden-at customers\|accounts\|/);
  });

  test('reads them', () => {
    const words =
      '--session-range overlap --cap 50 --drift-minutes 5 --forbidden-at settings,usage --refuse-signatures 2 --halved-lists 3,at=accounts --banner-off';

    expect(readCommandLine(simulator, words.split(' '))).toEqual({
      sessionRange: 'overlap',
      cap: 50,
      driftMinutes: 5,
      faults: {
        forbiddenAt: 'settings,usage',
        refuseSignatures: { next: 2 },
        halvedLists: { next: 3, at: 'accounts' },
        bannerOff: true,
      },
    });
  });

  test.each([
    ['--forbidden-at settings,nothing', /forbiddenAt is one of: customers, /],
    ['--bounds open', /--bounds is one of: half-open, inclusive, exclusive/],
    ['--stolen-key 1', /Unknown option/],
  ])('names the mistake in %s', (words, message) => {
    expect(() => readCommandLine(simulator, words.split(' '))).toThrow(message);
  });

  test('faults can be switched while it runs', async () => {
    const running = await start();
    const { url, authorization } = running.control;
    const change = (faults: object) =>
      fetch(url, { method: 'PATCH', headers: { authorization }, body: JSON.stringify(faults) });

    const wrong = await change({ stolenKey: { next: 1 } });
    const right = await change({ newApiKeys: 1 });

    expect([wrong.status, right.status]).toEqual([400, 200]);
    expect((await json(running, `${CUSTOMER}/api_authorization_rules`)).at(-1)).toMatchObject({ id: 9001 });
  });
});
