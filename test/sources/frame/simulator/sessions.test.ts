import { afterEach, describe, expect, test } from 'vitest';
import type { FrameOptions } from '../../../../simulators/frame/simulator.ts';
import {
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
  start,
  status,
  stopAll,
  texts,
  trailPath,
} from './client.ts';

afterEach(stopAll);

const HOUR = { from: HOUR_AGO, to: NOON };
const PATH = trailPath('session-trails', HOUR_AGO, NOON);
/** Long enough for everything that can reach into the hour. */
const DAYS = { from: NOON - 3 * DAY_MS, to: NOON };

interface Session extends Row {
  readonly id: string;
  readonly session_start: string;
  readonly session_end: string | null;
  readonly session_duration: number | null;
  readonly fail_description: string | null;
}

function sessions(rows: readonly string[]): Session[] {
  return rows.map((text) => JSON.parse(text) as Session);
}

const startOf = (one: Session) => Date.parse(one.session_start);
const endOf = (one: Session) => (one.session_end === null ? Infinity : Date.parse(one.session_end));
const ids = (rows: readonly Row[]) => rows.map((row) => row.id).toSorted();

describe('the range', () => {
  const bounds = ['half-open', 'inclusive', 'exclusive'] as const;
  type Bound = (typeof bounds)[number];
  const isAfter = (bound: Bound, time: number, from: number) => (bound === 'exclusive' ? time > from : time >= from);
  const isBefore = (bound: Bound, time: number, to: number) => (bound === 'inclusive' ? time <= to : time < to);

  /** A simulator, what it holds, and a range that begins and ends exactly where sessions begin or end. */
  async function startOver(options: FrameOptions, first: (one: Session) => number, last: (one: Session) => number) {
    const running = await start({ sessionsPerMinute: 6, ...options });
    const all = sessions(held(running, 'session-trails', DAYS));
    const within = (time: number) => time >= HOUR_AGO && time < NOON;
    const from = all.map(first).filter(within).toSorted()[10] as number;
    const to = all.map(last).filter(within).toSorted().at(-10) as number;
    const read = (await readPages(running, trailPath('session-trails', from, to))).flat();
    return { all, from, to, read };
  }

  test.each(bounds)('of session_start, %s', async (bound) => {
    const { all, from, to, read } = await startOver({ bounds: bound }, startOf, startOf);

    const wanted = all.filter((one) => isAfter(bound, startOf(one), from) && isBefore(bound, startOf(one), to));

    expect(read).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(200);
  });

  test.each(bounds)('of session_end, %s: what runs is not found', async (bound) => {
    const options = { bounds: bound, sessionRange: 'session_end' } as const;
    const { all, from, to, read } = await startOver(options, endOf, endOf);

    const wanted = all.filter((one) => isAfter(bound, endOf(one), from) && isBefore(bound, endOf(one), to));

    expect(read).toEqual(wanted);
    expect(wanted.some((one) => startOf(one) < NOON - DAY_MS)).toBe(true);
    expect(wanted.length).toBeGreaterThan(200);
  });

  test.each(bounds)('of overlap, %s: what began long ago and runs is found', async (bound) => {
    const options = { bounds: bound, sessionRange: 'overlap' } as const;
    const { all, from, to, read } = await startOver(options, endOf, startOf);

    const wanted = all.filter((one) => isAfter(bound, endOf(one), from) && isBefore(bound, startOf(one), to));

    expect(read).toEqual(wanted);
    expect(read.some((row) => String(row.session_start) < '2026-01-09T12')).toBe(true);
    expect(read.some((row) => row.session_end === null)).toBe(true);
  });

  test.each(['asc', 'desc'])('may be two months long, %s', async (order) => {
    const running = await start({ sessionsPerMinute: 0.1 });
    const wanted = sessions(held(running, 'session-trails', { from: 0, to: NOON }));
    const inOrder = order === 'asc' ? wanted : wanted.toReversed();
    const trail = `${CUSTOMER}/session-trails?order=${order}`;

    expect(await json(running, `${trail}&offset=0&limit=50`)).toEqual(inOrder.slice(0, 50));
    expect(await json(running, `${trail}&offset=4000&limit=50`)).toEqual(inOrder.slice(4000, 4050));
    expect(await json(running, `${trail}&offset=${wanted.length - 3}&limit=50`)).toEqual(inOrder.slice(-3));
    expect(wanted.length).toBeGreaterThan(8000);
  });

  test.each([
    ['session_end', (one: Session) => endOf(one) >= NOON - 20 * DAY_MS && endOf(one) < NOON],
    ['overlap', (one: Session) => endOf(one) >= NOON - 20 * DAY_MS],
  ] as const)('of %s may be weeks long', async (sessionRange, isWanted) => {
    const running = await start({ sessionsPerMinute: 0.05, sessionRange });

    const read = await readPages(running, trailPath('session-trails', NOON - 20 * DAY_MS, NOON), { limit: 500 });

    const all = sessions(held(running, 'session-trails', { from: NOON - 25 * DAY_MS, to: NOON }));
    expect(read.flat()).toEqual(all.filter(isWanted));
    expect(read.length).toBeGreaterThan(3);
  });

  test('is two months deep, by the session’s end', async () => {
    const running = await start({ sessionDays: 1, sessionsPerMinute: 5 });
    const dayAgo = NOON - DAY_MS;

    const read = (
      await readPages(running, trailPath('session-trails', dayAgo - 6 * HOUR_MS, dayAgo + HOUR_MS))
    ).flat() as Session[];

    expect(ids(read)).toEqual(
      ids(sessions(held(running, 'session-trails', { from: dayAgo - 6 * HOUR_MS, to: dayAgo + HOUR_MS }))),
    );
    expect(read.every((one) => endOf(one) >= dayAgo)).toBe(true);
    expect(read.some((one) => startOf(one) < dayAgo)).toBe(true);
  });
});

describe('paging', () => {
  test.each(['session_start', 'session_end', 'session_duration', 'user_email'])('by %s, both ways', async (column) => {
    const running = await start({ sessionsPerMinute: 10 });
    const read = async (order: string) =>
      (await readPages(running, `${PATH}&order_by=${column}`, { order, limit: 40 })).flat();

    const [upward, downward] = [await read('asc'), await read('desc')];

    const values = upward.map((row) => row[column] ?? Infinity);
    const sorted = values.toSorted((one, other) => compare(one, other));
    expect(values.map(String)).toEqual(sorted.map(String));
    expect(downward).toEqual(upward.toReversed());
    expect(ids(upward)).toEqual(ids(sessions(held(running, 'session-trails', HOUR))));
  });

  test('is as strict as that of the audit trail', async () => {
    const running = await start({ deepestOffset: 10 });
    const trail = `${CUSTOMER}/session-trails`;

    expect(await status(running, `${trail}?offset=5`)).toBe(400);
    expect(await status(running, `${trail}?offset=11&limit=5`)).toBe(400);
    expect(await status(running, `${trail}?session_start=2026-01-10`)).toBe(400);
    expect(await status(running, `${trail}?order_by=inserted_at`)).toBe(400);
    expect(await json(running, `${trail}?offset=0&limit=5`)).toHaveLength(5);
  });

  test('search, type, pool group and pool narrow it', async () => {
    const running = await start({ sessionsPerMinute: 20 });
    const all = sessions(held(running, 'session-trails', HOUR));
    const first = all[0] as Session;
    const read = async (query: string) => (await readPages(running, `${PATH}&${query}`)).flat();

    for (const column of ['instance_type', 'pool_group_type', 'pool_id']) {
      const wanted = all.filter((row) => row[column] === first[column]);
      expect(await read(`${column}=${first[column]}`)).toEqual(wanted);
      expect(wanted.length).toBeLessThan(all.length);
    }
    for (const column of ['server_id', 'session_id', 'user_email']) {
      expect(await read(`search=${first[column]}`)).toEqual(all.filter((row) => row[column] === first[column]));
    }
    expect(await read('search=mina%20okafor')).toEqual(all.filter((row) => row.user_first_name === 'Mina'));
  });
});

describe('a session', () => {
  const END_KEYS = ['bandwidth_kbps', 'framerate_ps', 'latency_ms'].flatMap((name) =>
    ['avg', 'max', 'min'].map((part) => `${name}_${part}`),
  );

  test('shows what only its end can tell once it has ended', async () => {
    let now = NOON;
    const running = await start({ now: () => now, sessionsPerMinute: 10 });

    const before = sessions(held(running, 'session-trails', HOUR));
    now += 5 * HOUR_MS;
    const after = sessions(held(running, 'session-trails', HOUR));

    const open = before.filter((one) => one.session_end === null);
    expect(open.length).toBeGreaterThan(100);
    expect(open.length).toBeLessThan(before.length);
    for (const one of open) {
      const later = after.find(({ id }) => id === one.id);
      expect([one.session_duration, one.fail_description, ...END_KEYS.map((key) => one[key])]).toEqual(
        Array(11).fill(null),
      );
      expect(later).toMatchObject({ session_start: one.session_start, user_id: one.user_id });
      if (later && later.session_end !== null) {
        expect(endOf(later)).toBeGreaterThan(NOON);
        expect(END_KEYS.every((key) => typeof later[key] === 'number')).toBe(true);
      }
    }
    expect(before.filter((one) => one.session_end !== null)).toEqual(
      after.filter((one) => before.some(({ id, session_end }) => id === one.id && session_end !== null)),
    );
    expect((await readPages(running, PATH)).flat()).toEqual(after);
  });

  test('may be hidden until it has ended', async () => {
    let now = NOON;
    const [shown, hidden] = [
      await start({ now: () => now, sessionsPerMinute: 10 }),
      await start({ now: () => now, sessionsPerMinute: 10, runningSessions: 'hidden' }),
    ];

    const read = (await readPages(hidden, PATH)).flat();
    expect(read).toEqual(sessions(held(shown, 'session-trails', HOUR)).filter((one) => one.session_end !== null));
    now += 3 * DAY_MS;
    expect((await readPages(hidden, PATH)).flat().length).toBeGreaterThan(read.length);
    expect((await readPages(hidden, PATH)).flat()).toEqual((await readPages(shown, PATH)).flat());
  });

  test('lasts minutes, hours, or more than a day; a few many days, if so asked', async () => {
    const hours = async (longestSessionDays: number) => {
      const running = await start({ sessionsPerMinute: 1, longestSessionDays, sessionDays: 400 });
      const span = { from: NOON - 60 * DAY_MS, to: NOON - 50 * DAY_MS };
      return sessions(held(running, 'session-trails', span)).map((one) => (endOf(one) - startOf(one)) / HOUR_MS);
    };

    const [usual, long] = [await hours(2), await hours(30)];

    expect(Math.max(...usual)).toBeGreaterThan(40);
    expect(Math.max(...usual)).toBeLessThanOrEqual(48);
    expect(usual.filter((one) => one > 24).length / usual.length).toBeLessThan(0.02);
    expect(usual.filter((one) => one < 0.5).length).toBeGreaterThan(usual.length / 4);
    expect(Math.max(...long)).toBeGreaterThan(20 * 24);
    expect(long.filter((one) => one > 10 * 24).length / long.length).toBeLessThan(0.02);
  });

  test('may fail, and does not last then; and claims a duration that need not be true', async () => {
    const running = await start({ sessionsPerMinute: 60 });
    const ended = sessions(
      held(running, 'session-trails', { from: NOON - 10 * HOUR_MS, to: NOON - 9 * HOUR_MS }),
    ).filter((one) => one.session_end !== null);

    const failed = ended.filter((one) => one.fail_description !== null);
    const extra = ended.map((one) => (one.session_duration ?? 0) - (endOf(one) - startOf(one)) / 1000);

    expect(failed.length / ended.length).toBeGreaterThan(0.03);
    expect(failed.length / ended.length).toBeLessThan(0.1);
    expect(new Set(failed.map((one) => one.fail_description)).size).toBe(4);
    const isShort = (one: Session) => endOf(one) - startOf(one) <= 40_000;
    expect(failed.filter(isShort).length).toBeGreaterThan(failed.length * 0.9);
    expect(new Set(extra)).toEqual(new Set([0, 2300]));
    expect(extra.filter((one) => one > 0).length / extra.length).toBeLessThan(0.3);
  });

  test('shows late at both ends', async () => {
    let now = NOON;
    const running = await start({
      now: () => now,
      sessionsPerMinute: 60,
      faults: { late: { share: 0.2, upToSeconds: 1800 } },
    });
    const window = { from: NOON - 30 * MINUTE_MS, to: NOON };
    const overdue = (rows: readonly Session[], later: readonly Session[]) =>
      rows.filter((one) => {
        const known = later.find(({ id }) => id === one.id);
        return one.session_end === null && known !== undefined && endOf(known) <= now;
      });

    const before = sessions(held(running, 'session-trails', window));
    const later = sessions(held(running, 'session-trails', { ...window, visibleAt: NOON + DAY_MS }));

    expect(later.length).toBeGreaterThan(before.length * 1.05);
    expect(overdue(before, later).length).toBeGreaterThan(0);
    now += DAY_MS;
    expect((await readPages(running, trailPath('session-trails', window.from, window.to))).flat()).toEqual(later);
  });

  test('may be corrected after its end: the same id and end, other network figures', async () => {
    let now = NOON;
    const running = await start({
      now: () => now,
      sessionsPerMinute: 60,
      faults: { corrections: { share: 0.5, upToSeconds: 1200 } },
    });

    const before = sessions(held(running, 'session-trails', HOUR)).filter((one) => one.session_end !== null);
    now += 20 * MINUTE_MS;
    const after = new Map(sessions(texts([(await readPages(running, PATH)).flat()])).map((one) => [one.id, one]));

    const changed = before.filter((one) => JSON.stringify(one) !== JSON.stringify(after.get(one.id)));
    expect(changed.length).toBeGreaterThan(before.length * 0.1);
    expect(changed.length).toBeLessThan(before.length * 0.6);
    const others = (one: Session | undefined) => Object.entries(one ?? {}).filter(([name]) => !END_KEYS.includes(name));
    for (const one of changed) expect(others(one)).toEqual(others(after.get(one.id)));
    running.setFaults({});
    const uncorrected = (await readPages(running, PATH)).flat();
    expect(uncorrected).toEqual(sessions(held(running, 'session-trails', HOUR)));
    expect(uncorrected).not.toEqual([...after.values()]);
  });

  test('has the documented fields and whole seconds with six digits', async () => {
    const running = await start({ sessionsPerMinute: 60 });
    const rows = sessions(held(running, 'session-trails', HOUR));

    expect(Object.keys(rows[0] ?? {})).toEqual([
      'account_id',
      'bandwidth_kbps_avg',
      'bandwidth_kbps_max',
      'bandwidth_kbps_min',
      'city',
      'client_ip',
      'customer_id',
      'distance',
      'fail_description',
      'framerate_ps_avg',
      'framerate_ps_max',
      'framerate_ps_min',
      'id',
      'instance_type',
      'latency_ms_avg',
      'latency_ms_max',
      'latency_ms_min',
      'organization_id',
      'pool_group_type',
      'pool_id',
      'pool_instance_type',
      'server_id',
      'session_duration',
      'session_end',
      'session_id',
      'session_start',
      'user_email',
      'user_first_name',
      'user_id',
      'user_idp',
      'user_last_name',
    ]);
    expect(rows.every((one) => /^2026-01-10T11:\d\d:\d\d\.000000Z$/.test(one.session_start))).toBe(true);
    expect(new Set(rows.map((one) => one.id)).size).toBe(rows.length);
    expect(rows.some((one) => String(one.client_ip).includes(':'))).toBe(true);
    expect(rows.some((one) => one.city === null)).toBe(true);
    expect(held(await start({ sessionsPerMinute: 60 }), 'session-trails', HOUR)).toEqual(
      held(running, 'session-trails', HOUR),
    );
  });
});

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other || 0;
  return one === Infinity ? 1 : other === Infinity ? -1 : String(one) < String(other) ? -1 : one === other ? 0 : 1;
}
