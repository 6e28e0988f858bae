import { afterEach, describe, expect, test } from 'vitest';
import {
  type RunningThousandEyes,
  simulator,
  type ThousandEyesOptions,
} from '../../../../simulators/thousandeyes/simulator.ts';
import { ask, held, logPath, MINUTE_MS, NOON, type Page, readPages, stamp, texts } from './client.ts';

const started: RunningThousandEyes[] = [];
const HOUR_AGO = NOON - 60 * MINUTE_MS;
const UNLIMITED = { now: () => NOON, limit: 1_000_000 };

async function start(options: ThousandEyesOptions = {}): Promise<RunningThousandEyes> {
  const running = await simulator.start({ ...UNLIMITED, ...options });
  started.push(running);
  return running;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.stop()));
});

describe('paging', () => {
  const orders = ['newest-first', 'oldest-first', 'shuffled'] as const;
  const bounds = ['half-open', 'inclusive', 'exclusive'] as const;

  test.each(orders.flatMap((order) => bounds.map((bound) => [order, bound] as const)))(
    '%s with %s bounds gives what is held',
    async (order, bound) => {
      const running = await start({ order, bounds: bound, perMinute: 60, pageSize: 7, faults: { twins: 0.2 } });
      const times = [...running.events({ from: HOUR_AGO, to: NOON })].map((row) => row.time);
      const [from, to] = [times.at(40) as number, times.at(-40) as number];

      const read = texts(await readPages(running, logPath(from, to)));

      const wanted = held(running, bound === 'exclusive' ? from + 1000 : from, bound === 'inclusive' ? to + 1000 : to);
      if (order === 'oldest-first') expect(read).toEqual(wanted);
      if (order === 'newest-first') expect(read).toEqual(wanted.toReversed());
      expect(read.toSorted()).toEqual(wanted.toSorted());
      expect(wanted.length).toBeGreaterThan(1000);
    },
  );

  test('mixes shuffled rows the same way every time', async () => {
    const running = await start({ order: 'shuffled' });

    const [once, again] = [
      await readPages(running, logPath(HOUR_AGO, NOON)),
      await readPages(running, logPath(HOUR_AGO, NOON)),
    ];

    expect(once).toEqual(again);
    expect(texts(once)).not.toEqual(held(running, HOUR_AGO, NOON).toReversed());
  });

  test('stays stable while events arrive', async () => {
    let now = NOON;
    const running = await start({ now: () => now, perMinute: 60, pageSize: 50 });
    const before = held(running, HOUR_AGO, NOON + 10 * MINUTE_MS);
    const read: Page[] = [];

    for (
      let next: string | undefined = logPath(HOUR_AGO, NOON + 10 * MINUTE_MS);
      next;
      next = read.at(-1)?._links.next?.href
    ) {
      read.push((await (await ask(running, next)).json()) as Page);
      now += 5000;
    }

    expect(texts(read)).toEqual(before.toReversed());
    expect(held(running, HOUR_AGO, NOON + 10 * MINUTE_MS).length).toBeGreaterThan(before.length);
  });

  test('honours max up to a thousand and serves a hundred thousand rows', async () => {
    const running = await start({ from: HOUR_AGO, to: NOON, count: 100_000 });

    const pages = await readPages(running, logPath(HOUR_AGO, NOON, '&max=5000'));

    expect(pages).toHaveLength(100);
    expect(texts(pages)).toEqual(held(running, HOUR_AGO, NOON).toReversed());
    expect(running.counters.rowsServed).toBe(100_000);
  });

  test('links absolutely, with every parameter, an encoded cursor and a fixed range', async () => {
    const running = await start({ pageSize: 2, prefix: '/te' });

    const [first, second] = await readPages(
      running,
      '/te/v7/audit-user-events?useAllPermittedAids=true&window=2h&max=3',
      2,
    );

    const from = stamp(NOON - 120 * MINUTE_MS);
    expect(first).toMatchObject({ startDate: from, endDate: stamp(NOON) });
    expect(first?._links.self?.href).toBe(
      `${running.origin}/te/v7/audit-user-events?useAllPermittedAids=true&window=2h&max=3`,
    );
    expect(first?._links.next?.href).toMatch(
      new RegExp(
        `^${running.origin}/te/v7/audit-user-events\\?aid=1402&useAllPermittedAids=true&max=3&cursor=[A-Za-z0-9%]+&startDate=${from}&endDate=${stamp(NOON)}$`,
      ),
    );
    expect(second?._links.self?.href).toBe(first?._links.next?.href);
    expect(second?.auditEvents).toHaveLength(3);
  });

  test('answers an empty range with no rows and no links', async () => {
    const running = await start({ perMinute: 0 });

    const answer = await ask(running, logPath(HOUR_AGO, NOON));

    expect(answer.headers.get('content-type')).toBe('application/hal+json');
    expect(await answer.json()).toEqual({
      auditEvents: [],
      startDate: stamp(HOUR_AGO),
      endDate: stamp(NOON),
      _links: {},
    });
  });

  test('keeps events for two years', async () => {
    const running = await start({ retentionDays: 1 });
    const dayAgo = NOON - 24 * 60 * MINUTE_MS;

    const read = texts(await readPages(running, logPath(dayAgo - 60 * MINUTE_MS, NOON)));

    expect(read).toEqual(held(running, dayAgo, NOON).toReversed());
  });
});

describe('content', () => {
  test('covers every class, kind of address, account group, and rows with and without resources', async () => {
    const running = await start({ perMinute: 200 });

    const rows = held(running, HOUR_AGO, NOON).map((text) => JSON.parse(text));

    // With a period, as documented, and without, as the log writes it.
    expect(new Set(rows.map((row) => row.event.replace(/\.$/, ''))).size).toBe(28);
    expect(new Set(rows.map((row) => row.event.endsWith('.'))).size).toBe(2);
    expect(rows.some((row) => row.user === undefined && row.event.startsWith('Test disabled'))).toBe(true);
    expect(new Set(rows.map((row) => row.aid)).size).toBe(4);
    for (const address of [/^[\d.]+$/, /^2001:db8:[0-9a-f:]+$/, /^[\d.]+\/\d+$/, /::\/48$/]) {
      expect(rows.some((row) => address.test(row.ipAddress))).toBe(true);
    }
    expect(rows.some((row) => row.ipAddress === undefined)).toBe(true);
    expect(rows.some((row) => row.uid === undefined)).toBe(true);
    expect(rows.some((row) => row.resources === undefined)).toBe(true);
    expect(rows.some((row) => row.resources?.length === 0)).toBe(true);
    expect(rows.some((row) => row.resources?.length === 2)).toBe(true);
  });

  test.each([200, 0.5])(
    'has a row about the accounts of a test beside each that was made, at %f a minute',
    async (perMinute) => {
      const running = await start({ perMinute, faults: { twins: 0.2 } });
      const rows = held(running, NOON - (50_000 / perMinute) * MINUTE_MS, NOON).map((text) => JSON.parse(text));
      const acts = (name: string) =>
        rows
          .filter(({ event }) => event.replace(/\.$/, '') === name)
          .map(({ event, ...rest }) => JSON.stringify(rest))
          .toSorted();
      const [made, bound] = [acts('Test created'), acts('Test account bindings')];

      const alone = [...bound];
      for (const row of made) alone.splice(alone.indexOf(row), 1);

      expect(made.length).toBeGreaterThan(1_000);
      expect(made.filter((row) => !bound.includes(row))).toEqual([]);
      // It is also written alone.
      expect(alone).toHaveLength(bound.length - made.length);
      expect(alone.length).toBeGreaterThan(300);
    },
  );

  test('is the same after a restart', async () => {
    const [one, other, different] = [await start({ seed: 3 }), await start({ seed: 3 }), await start({ seed: 4 })];

    expect(held(one, HOUR_AGO, NOON)).toEqual(held(other, HOUR_AGO, NOON));
    expect(held(one, HOUR_AGO, NOON)).not.toEqual(held(different, HOUR_AGO, NOON));
  });
});
