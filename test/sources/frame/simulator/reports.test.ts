import { afterEach, describe, expect, test } from 'vitest';
import { ask, CUSTOMER, DAY_MS, HOUR_MS, held, json, NOON, type Row, stamp, start, status, stopAll } from './client.ts';

afterEach(stopAll);

const YESTERDAY = { from: Date.parse('2026-01-09T00:00:00Z'), to: Date.parse('2026-01-10T00:00:00Z') };

interface Activities {
  readonly data: readonly Row[];
  readonly total: number;
  readonly total_unique: number;
}

interface Usage {
  readonly data: readonly {
    readonly account: null;
    readonly account_external_id: string;
    readonly usage: readonly {
      readonly hours_used: number;
      readonly time: number;
      readonly [field: string]: unknown;
    }[];
  }[];
  readonly total: number;
}

const rowTexts = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row));

describe('user activities', () => {
  const path = (from: string, to: string, more = '') =>
    `${CUSTOMER}/user_activities?from_date=${from}&to_date=${to}${more}`;
  const DAY = path('2026-01-09', '2026-01-09');

  test('are all of the days asked for, the last one among them or not', async () => {
    const inclusive = await start();
    const exclusive = await start({ lastDay: 'exclusive' });

    const one = await json<Activities>(inclusive, DAY);
    const two = await json<Activities>(inclusive, path('2026-01-08', '2026-01-09'));
    const none = await json<Activities>(exclusive, DAY);
    const until = await json<Activities>(exclusive, path('2026-01-09', '2026-01-10'));

    const wanted = held(inclusive, 'user_activities', YESTERDAY).toReversed();
    expect(rowTexts(one.data)).toEqual(wanted);
    expect(rowTexts(until.data)).toEqual(wanted);
    expect(none).toEqual({ data: [], total: 0, total_unique: 0 });
    expect(rowTexts(two.data)).toEqual([
      ...wanted,
      ...held(inclusive, 'user_activities', { from: YESTERDAY.from - DAY_MS, to: YESTERDAY.from }).toReversed(),
    ]);
    expect(one.total).toBe(wanted.length);
    expect(Math.abs(wanted.length - 240)).toBeLessThan(15);
    expect(one.total_unique).toBe(new Set(one.data.map((row) => row.user_id)).size);
    expect(one.total_unique).toBeLessThan(one.total / 4);
  });

  test('can be asked for in either order, without some providers', async () => {
    const running = await start();
    const wanted = held(running, 'user_activities', YESTERDAY);

    const upward = await json<Activities>(running, `${DAY}&order=asc`);
    const byUser = await json<Activities>(running, `${DAY}&order=asc&order_by=user_email`);
    const idps = ['example-okta-workforce', 'example-azure-ad'];
    const fewer = await json<Activities>(running, `${DAY}&${idps.map((idp) => `skip_user_idps[]=${idp}`).join('&')}`);

    expect(rowTexts(upward.data)).toEqual(wanted);
    const emails = byUser.data.map((row) => String(row.user_email));
    expect(emails).toEqual(emails.toSorted());
    expect(fewer.data.length).toBeGreaterThan(10);
    expect(fewer.total).toBe(fewer.data.length);
    expect(fewer.data.some((row) => idps.includes(String(row.user_idp)))).toBe(false);
    expect(rowTexts(fewer.data)).toEqual(
      wanted.toReversed().filter((text) => !idps.includes((JSON.parse(text) as { user_idp: string }).user_idp)),
    );
  });

  test.each([
    'from_date=2026-01-09',
    'to_date=2026-01-09',
    'from_date=2026-01-09T00:00:00Z&to_date=2026-01-09T23:59:59Z',
    'from_date=2026-02-30&to_date=2026-03-01',
    'from_date=2026-01-10&to_date=2026-01-09',
    'from_date=2026-01-09&to_date=2026-01-09&order_by=nothing',
    'from_date=2026-01-09&to_date=2026-01-09&order=up',
  ])('%s is refused with 400', async (query) => {
    expect(await status(await start(), `${CUSTOMER}/user_activities?${query}`)).toBe(400);
  });

  test('of a busy day are tens of thousands of rows, and too many of them never come', async () => {
    const running = await start({ activitiesPerDay: 70_000 });

    const answer = await json<Activities>(running, DAY);

    expect(Math.abs(answer.total - 70_000)).toBeLessThan(100);
    expect(answer.data).toHaveLength(answer.total);
    expect(answer.total_unique).toBeGreaterThan(8000);
    expect(running.counters.rowsServed).toBe(answer.total);
    expect(await status(running, path('2026-01-01', '2026-01-09'))).toBe(504);
  });

  test('of today grow, and some appear late', async () => {
    let now = NOON;
    const faults = { late: { share: 0.3, upToSeconds: 7200 }, twins: 0 };
    const running = await start({ now: () => now, activitiesPerDay: 5000, faults });
    const today = path('2026-01-10', '2026-01-10');
    const morning = { from: YESTERDAY.to, to: NOON };

    const before = await json<Activities>(running, today);
    now += 3 * HOUR_MS;
    const after = await json<Activities>(running, today);

    const isBefore = (row: Row) => String(row.access_datetime) < '2026-01-10T12';
    const missed = after.data.filter(isBefore).length - before.data.length;
    expect(before.total).toBe(held(running, 'user_activities', { ...morning, visibleAt: NOON }).length);
    expect(after.data.some((row) => !isBefore(row))).toBe(true);
    expect(missed).toBeGreaterThan(50);
    expect(rowTexts(after.data.filter(isBefore))).toEqual(held(running, 'user_activities', morning).toReversed());
  });

  test('may state a total that is not true', async () => {
    const running = await start();
    const honest = await json<Activities>(running, DAY);

    running.setFaults({ totals: 'overshoot' });
    const overshot = await json<Activities>(running, DAY);
    running.setFaults({ totals: 'lie' });
    const lied = await json<Activities>(running, DAY);

    expect(honest.total).toBe(honest.data.length);
    expect([overshot.total, overshot.data]).toEqual([honest.total + 3, honest.data]);
    expect([honest.total, honest.total + 3]).not.toContain(lied.total);
    expect(lied.data).toEqual(honest.data);
  });

  test('have the documented fields, no id, and are kept for a year', async () => {
    const running = await start({ usageDays: 2 });

    const { data } = await json<Activities>(running, path('2026-01-07', '2026-01-09'));

    expect(Object.keys(data[0] ?? {})).toEqual([
      'access_date',
      'access_datetime',
      'account_id',
      'customer_id',
      'organization_id',
      'user_email',
      'user_first_name',
      'user_id',
      'user_idp',
      'user_last_name',
    ]);
    const times = data.map((row) => String(row.access_datetime));
    expect(times.every((time, at) => /\.\d{6}Z$/.test(time) && time.startsWith(String(data[at]?.access_date)))).toBe(
      true,
    );
    expect(times.every((time) => time >= '2026-01-08T12')).toBe(true);
    expect(times.some((time) => time < '2026-01-08T13')).toBe(true);
    expect(held(running, 'user_activities')).toEqual([
      ...rowTexts(data).toReversed(),
      ...held(running, 'user_activities', { from: YESTERDAY.to, to: NOON + 1 }),
    ]);
  });
});

describe.each(['usage', 'disk_volume_usage'] as const)('%s', (endpoint) => {
  const path = (from: number, to: number, more = '') =>
    `${CUSTOMER}/${endpoint}?from_date=${stamp(from)}&to_date=${stamp(to)}${more}`;
  const entriesOf = ({ data }: Usage) => data.flatMap(({ usage }) => usage);
  const flat = ({ data }: Usage) =>
    data
      .flatMap(({ account, account_external_id, usage }) =>
        usage.map((entry) => JSON.stringify({ account, account_external_id, ...entry })),
      )
      .toSorted();

  test('gives what is held, hour by hour, under each account', async () => {
    const running = await start();

    const answer = await json<Usage>(running, path(YESTERDAY.from, YESTERDAY.to, '&resolution_type=by_hour'));

    expect(flat(answer)).toEqual(held(running, endpoint, YESTERDAY).toSorted());
    expect(answer.data.map((one) => one.account_external_id)).toEqual([
      'gateway-prod.35917',
      'gateway-prod.1791',
      'gateway-prod.41250',
      'gateway-prod.41977',
    ]);
    expect(new Set(entriesOf(answer).map(({ time }) => time)).size).toBe(24);
    expect(entriesOf(answer).every(({ time }) => time % HOUR_MS === 0)).toBe(true);
    expect(answer.total).toBe(entriesOf(answer).length);
    expect(Object.keys(entriesOf(answer)[0] ?? {}).toSorted()).toEqual(
      endpoint === 'usage'
        ? ['datacenter', 'datacenter_id', 'hours_used', 'instance_type', 'instance_type_id', 'server_type', 'time']
        : ['datacenter', 'datacenter_id', 'disk_volume_size_used', 'disk_volume_type_id', 'hours_used', 'time'],
    );
  });

  test.each([
    ['half-open', 0, 2],
    ['inclusive', 0, 3],
    ['exclusive', 1, 2],
  ] as const)('%s bounds', async (bounds, first, end) => {
    const running = await start({ bounds });
    const from = NOON - 10 * HOUR_MS;

    const answer = await json<Usage>(running, path(from, from + 2 * HOUR_MS));

    expect(flat(answer)).toEqual(
      held(running, endpoint, { from: from + first * HOUR_MS, to: from + end * HOUR_MS }).toSorted(),
    );
  });

  test('goes on changing for two hours after the hour', async () => {
    let now = NOON;
    const running = await start({ now: () => now });
    const read = async (hoursAgo: number) => {
      const from = NOON - hoursAgo * HOUR_MS;
      return flat(await json<Usage>(running, path(from, from + HOUR_MS)));
    };
    const all = () => Promise.all([3, 2, 1].map(read));

    const atNoon = await all();
    now += 30 * 60_000;
    const later = await all();
    now += 2 * HOUR_MS;
    const settled = await all();
    now += 10 * DAY_MS;

    expect(atNoon[0]).toEqual(later[0]);
    expect(atNoon[1]).not.toEqual(later[1]);
    expect(atNoon[2]).not.toEqual(later[2]);
    expect(await all()).toEqual(settled);
    const hour = { from: NOON, to: NOON + HOUR_MS };
    expect(held(running, endpoint, { ...hour, visibleAt: NOON + 60_000 })).toEqual([]);
    expect(held(running, endpoint, { ...hour, visibleAt: NOON + DAY_MS }).length).toBeGreaterThan(4);
  });

  test.each([
    ['by_day', DAY_MS, 2],
    ['by_month', undefined, 1],
    ['by_year', undefined, 1],
  ])('%s adds hours up', async (resolution, step, times) => {
    const running = await start();
    const [from, to] = [YESTERDAY.from - DAY_MS, YESTERDAY.to];
    const sum = (entries: readonly { hours_used: number }[]) => entries.reduce((all, one) => all + one.hours_used, 0);

    const hours = await json<Usage>(running, path(from, to));
    const coarse = await json<Usage>(running, path(from, to, `&resolution_type=${resolution}`));

    expect(sum(entriesOf(coarse))).toBe(sum(entriesOf(hours)));
    expect(entriesOf(coarse).length).toBeLessThan(entriesOf(hours).length / 10);
    const starts = [...new Set(entriesOf(coarse).map(({ time }) => time))];
    expect(starts).toHaveLength(times);
    expect(starts).toContain(step ? YESTERDAY.from : Date.parse('2026-01-01T00:00:00Z'));
  });

  test('its total counts entries, accounts or hours', async () => {
    const totals = await Promise.all(
      (['entries', 'accounts', 'hours'] as const).map(async (usageTotal) => {
        const running = await start({ usageTotal });
        return json<Usage>(running, path(YESTERDAY.from, YESTERDAY.to));
      }),
    );

    const [entries] = totals;
    const hours = entriesOf(entries as Usage).reduce((sum, one) => sum + one.hours_used, 0);
    expect(totals.map(({ total }) => total)).toEqual([entriesOf(entries as Usage).length, 4, hours]);
  });

  test('is narrowed by its parameters, and refuses what it does not know', async () => {
    const running = await start();
    const [field, value] = endpoint === 'usage' ? ['server_type', 'sandbox'] : ['disk_volume_type_id', 'io1'];
    const all = await json<Usage>(running, path(YESTERDAY.from, YESTERDAY.to));

    const some = await json<Usage>(running, path(YESTERDAY.from, YESTERDAY.to, `&${field}=${value}`));
    const every = await json<Usage>(running, path(YESTERDAY.from, YESTERDAY.to, `&${field}=all`));
    const centre = await json<Usage>(running, path(YESTERDAY.from, YESTERDAY.to, '&datacenter_id=gateway-prod.3'));

    expect(entriesOf(some)).toEqual(entriesOf(all).filter((entry) => entry[field as string] === value));
    expect(entriesOf(some).length).toBeGreaterThan(50);
    expect(every).toEqual(all);
    expect(entriesOf(centre)).toEqual(entriesOf(all).filter((entry) => entry.datacenter_id === 'gateway-prod.3'));
    expect(await status(running, `${CUSTOMER}/${endpoint}?resolution_type=by_minute`)).toBe(400);
    expect(await status(running, `${CUSTOMER}/${endpoint}?from_date=yesterday`)).toBe(400);
  });

  test('without a range is about the last day, and is kept for a year', async () => {
    const running = await start({ usageDays: 3 });

    const answer = await json<Usage>(running, `${CUSTOMER}/${endpoint}`);
    const old = await json<Usage>(running, path(NOON - 10 * DAY_MS, NOON - 2 * DAY_MS));

    expect(flat(answer)).toEqual(held(running, endpoint, { from: NOON - DAY_MS, to: NOON }).toSorted());
    expect(Math.min(...entriesOf(old).map(({ time }) => time))).toBe(NOON - 3 * DAY_MS);
    expect(flat(old)).toEqual(held(running, endpoint, { from: 0, to: NOON - 2 * DAY_MS }).toSorted());
  });
});

test.each([
  ['inclusive', YESTERDAY.to],
  ['exclusive', YESTERDAY.from],
] as const)('disks can be asked for by days, the last one %s', async (lastDay, to) => {
  const running = await start({ lastDay });

  const answer = await ask(running, `${CUSTOMER}/disk_volume_usage?from_date=2026-01-08&to_date=2026-01-09`);

  const { total } = (await answer.json()) as Usage;
  expect(total).toBe(held(running, 'disk_volume_usage', { from: YESTERDAY.from - DAY_MS, to }).length);
  expect(await status(running, `${CUSTOMER}/usage?from_date=2026-01-08&to_date=2026-01-09`)).toBe(400);
});
