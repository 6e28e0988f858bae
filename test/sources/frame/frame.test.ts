import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { UnreadableError } from '../../../functions/core/errors.ts';
import type { Answer, Connection, Lookup, Request } from '../../../functions/core/model.ts';
import { judge as judgeAnswer } from '../../../functions/core/requests/judge.ts';
import { DAY } from '../../../functions/core/time.ts';
import { judge } from '../../../functions/sources/frame/judge.ts';
import { firstPage, nextPage } from '../../../functions/sources/frame/offset-pages.ts';
import { daysOf } from '../../../functions/sources/frame/reports/days.ts';
import { source } from '../../../functions/sources/frame/source.ts';
import { at } from './records.ts';

const now = at('2026-01-10T10:00:00Z');
const CUSTOMER = 'd3e7d4e0-5ab2-47cf-9f9c-0b02999931e7';

function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function connection(settings: Record<string, unknown> = {}, found?: Record<string, unknown>): Connection {
  return {
    id: 'acme',
    source: 'frame',
    origin: 'https://api.console.nutanix.com/v1',
    secret: 's',
    settings: z.parse(source.settings, settings),
    ...(found && { found }),
  };
}

function lookup(name: string): Lookup {
  return source.lookups?.find((one) => one.name === name) as Lookup;
}

describe('settings', () => {
  test('all are optional', () => {
    expect(z.parse(source.settings, {})).toEqual({ limit: 100 });
  });

  test.each([
    { customerId: CUSTOMER },
    { customerId: '86bcea89-389f' },
    { customerId: 'a' },
    { limit: 1 },
    { limit: 1000 },
  ])('%j is taken', (settings) => {
    expect(z.safeParse(source.settings, settings).success).toBe(true);
  });

  test.each([
    { customerId: '' },
    { customerId: '..' },
    { customerId: 'a/b' },
    { customerId: 'a?b' },
    { customerId: 'a'.repeat(101) },
    { customerId: 5 },
    { limit: 0 },
    { limit: 1001 },
    { limit: 1.5 },
    { limit: '100' },
    { organizationNames: true },
  ])('%j is refused', (settings) => {
    expect(z.safeParse(source.settings, settings).success).toBe(false);
  });

  test('the tenant is the customer, as it is set or was found', () => {
    expect(source.tenant?.(connection({}, { customerId: 'found' }))).toBe('found');
    expect(source.tenant?.(connection({ customerId: 'set' }, { customerId: 'found' }))).toBe('set');
  });

  test('the scope is what decides which records come', () => {
    const origin = 'https://api.console.nutanix.com/v1';
    expect(source.scope(connection())).toEqual({ origin, customerId: '' });
    expect(source.scope(connection({}, { customerId: 'found' }))).toEqual({ origin, customerId: 'found' });
    expect(source.scope(connection({ customerId: 'set', limit: 5 }, { customerId: 'found' }))).toEqual({
      origin,
      customerId: 'set',
    });
  });

  test('the configured customer stands in every path, else the one that was found', () => {
    const range = { from: now, to: now + 1 };
    for (const stream of source.streams.filter((one) => !('kind' in one))) {
      if ('kind' in stream) continue;
      const path = (of: Connection) => stream.first(range, of).url.split('?')[0];
      const end = stream.name.endsWith('-trails') ? stream.name : stream.name.replaceAll('-', '_');

      expect(path(connection({ customerId: CUSTOMER }, { customerId: 'found' }))).toBe(`/customers/${CUSTOMER}/${end}`);
      expect(path(connection({}, { customerId: 'found' }))).toBe(`/customers/found/${end}`);
    }
  });
});

describe('paging by offset', () => {
  const first = firstPage('/x', { from: '2026-01-10T09:00:00.000001Z', word: 'a b&c=d' }, 5);
  const rows = (count: number) => Array.from({ length: count }, () => ({ value: 1, text: '1' }));
  const queryOf = ({ url }: Request) => Object.fromEntries(new URL(url, 'https://frame.invalid').searchParams);

  test('begins with offset and limit together', () => {
    expect(first.url).toBe('/x?from=2026-01-10T09%3A00%3A00.000001Z&word=a+b%26c%3Dd&offset=0&limit=5');
    expect(first.headers).toEqual({ accept: 'application/json' });
  });

  test('goes on by as many rows as came, fewer than asked for or not', () => {
    const second = nextPage(first, rows(5)) as Request;
    const third = nextPage(second, rows(2)) as Request;

    expect(queryOf(second)).toEqual({ ...queryOf(first), offset: '5' });
    expect(queryOf(third)).toEqual({ ...queryOf(first), offset: '7' });
    expect(third).toEqual({ url: first.url.replace('offset=0', 'offset=7'), headers: first.headers });
  });

  test('ends with an empty page only', () => {
    expect(nextPage(first, [])).toBeUndefined();
    expect(nextPage(first, rows(1))).toBeDefined();
  });

  test('reaches every row, whatever the server makes of the limit, and asks for the same range throughout', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.nat(20)), (count, limit, caps) => {
        const reached: number[] = [];
        const asked = new Set<string>();
        let request: Request | undefined = firstPage('/x', { to_date: 'T' }, limit);
        while (request) {
          const { offset, ...rest } = queryOf(request);
          asked.add(JSON.stringify(rest));
          const cap = Math.max(1, Math.min(limit, caps.next().value as number));
          const page = Array.from({ length: count }, (_, index) => index).slice(Number(offset), Number(offset) + cap);
          reached.push(...page);
          request = nextPage(request, rows(page.length));
        }

        expect(reached).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(asked.size).toBe(1);
      }),
    );
  });
});

describe('whole days', () => {
  test.each([
    ['a day, from midnight to midnight', '2026-01-10T00:00:00Z', '2026-01-11T00:00:00Z', '2026-01-10', '2026-01-11'],
    ['an instant', '2026-01-10T10:05:00Z', '2026-01-10T10:05:00Z', '2026-01-10', '2026-01-11'],
    ['midnight itself', '2026-01-10T00:00:00Z', '2026-01-10T00:00:00Z', '2026-01-10', '2026-01-11'],
    ['the first instant of a day', '2026-01-10T00:00:00Z', '2026-01-10T00:00:00.000001Z', '2026-01-10', '2026-01-11'],
    [
      'a day and an instant of the next',
      '2026-01-10T00:00:00Z',
      '2026-01-11T00:00:00.000001Z',
      '2026-01-10',
      '2026-01-12',
    ],
    [
      'a day and an instant of the one before',
      '2026-01-09T23:59:59.999999Z',
      '2026-01-11T00:00:00Z',
      '2026-01-09',
      '2026-01-11',
    ],
    ['over a leap day', '2024-02-28T12:00:00Z', '2024-02-29T12:00:00Z', '2024-02-28', '2024-03-01'],
  ])('%s', (_name, from, to, from_date, to_date) => {
    expect(daysOf({ from: at(from), to: at(to) })).toEqual({ from_date, to_date });
  });

  test('hold the range, and no day that it does not touch', () => {
    fc.assert(
      fc.property(fc.nat(20_000 * DAY), fc.nat(5 * DAY), (from, length) => {
        const { from_date, to_date } = daysOf({ from, to: from + length });
        const [first, end] = [at(`${from_date}T00:00:00Z`), at(`${to_date}T00:00:00Z`)];

        expect(first).toBeLessThanOrEqual(from);
        expect(from - first).toBeLessThan(DAY);
        expect(end).toBeGreaterThanOrEqual(from + length);
        expect(end - (from + length)).toBeLessThan(length === 0 ? DAY + 1 : DAY);
      }),
    );
  });
});

describe('a refused signature', () => {
  const date = (text: string) => answer('denied\nindeed', 401, { date: text });

  test('may be a clock that is wrong: both times are named', () => {
    expect(judge(date('Sat, 10 Jan 2026 09:59:29 GMT'), now)).toEqual({
      kind: 'never',
      code: 'refused',
      reason:
        'Frame refuses the signature (401), and the clocks differ: it is 2026-01-10T10:00:00Z here and 2026-01-10T09:59:29Z at Frame: denied indeed',
      remedy: 'Set the clock of this machine. If it is right, put working credentials into the secret.',
    });
    expect(judge(date('Sat, 10 Jan 2026 10:00:31 GMT'), now)?.kind).toBe('never');
    expect(judge(date('Sat, 13 Sep 275760 00:00:00 GMT'), now)?.kind).toBe('never');
  });

  test.each(['Sat, 10 Jan 2026 09:59:30 GMT', 'Sat, 10 Jan 2026 10:00:30 GMT', 'soon', ''])(
    'is just that with the date %j',
    (text) => {
      expect(judge(date(text), now)).toBeUndefined();
      expect(judgeAnswer(source, date(text), now, { url: '/x' })).toMatchObject({
        code: 'refused',
        remedy: 'Put working credentials into the secret.',
      });
    },
  );

  test('is not what another status is, however wrong the clock', () => {
    for (const status of [200, 403, 404, 429, 500]) {
      expect(judge(answer('', status, { date: 'Sat, 10 Jan 2026 08:00:00 GMT' }), now)).toBeUndefined();
    }
  });
});

describe('the customer’s id', () => {
  const { wanted, first, read, remedy } = lookup('customerId');
  const found = (body: unknown) => read([answer(body)], connection());

  test('is asked for when it is not configured, by the path with the slash at its end', () => {
    expect(wanted(connection())).toBe(true);
    expect(wanted(connection({ customerId: CUSTOMER }))).toBe(false);
    expect(wanted(connection({}, { customerId: CUSTOMER }))).toBe(true);
    expect(first(connection()).url).toBe('/customers/');
    expect(remedy).toContain('settings.customerId');
  });

  test('is that of the one customer, alone or in a list', () => {
    expect(found({ id: CUSTOMER, name: 'Example' })).toEqual({ found: CUSTOMER });
    expect(found([{ id: CUSTOMER }])).toEqual({ found: CUSTOMER });
    expect(found({ id: 53 })).toEqual({ found: '53' });
  });

  test.each([
    [[], '/customers/ shows 0 customers'],
    [[{ id: 'a' }, { id: 'b' }], '/customers/ shows 2 customers'],
    [{}, '/customers/ shows no id of the customer'],
    [null, '/customers/ shows no id of the customer'],
    [{ id: null }, '/customers/ shows no id of the customer'],
    [{ id: '../organizations/x' }, '/customers/ shows no id of the customer'],
    [{ id: '..' }, '/customers/ shows no id of the customer'],
    [{ id: 'a'.repeat(101) }, '/customers/ shows no id of the customer'],
    ['<html>', '/customers/ did not answer in JSON'],
  ])('%j is none', (body, message) => {
    expect(() => found(body)).toThrow(UnreadableError);
    expect(() => found(body)).toThrow(message);
  });
});

describe.each(['accounts', 'organizations'])('the names of %s', (what) => {
  const { wanted, first, read, remedy } = lookup(what);
  const known = connection({}, { customerId: 'c' });
  const named = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `id-${from + index}`, name: `Name ${from + index}` }));

  test('are wanted as soon as the customer is known, and can be done without', () => {
    expect(wanted(connection())).toBe(false);
    expect(wanted(known)).toBe(true);
    expect(wanted(connection({ customerId: 'c' }))).toBe(true);
    expect(remedy).toBeUndefined();
  });

  test('are read page by page until one is empty', () => {
    const pages = [named(0, 100), named(100, 30), []];
    const steps = pages.map((_, last) =>
      read(
        pages.slice(0, last + 1).map((page) => answer(page)),
        known,
      ),
    );

    expect(first(known).url).toBe(`/customers/c/${what}?offset=0&limit=100`);
    expect(steps[0]).toMatchObject({ next: { url: `/customers/c/${what}?offset=100&limit=100` } });
    expect(steps[1]).toMatchObject({ next: { url: `/customers/c/${what}?offset=130&limit=100` } });
    expect(steps[2]).toEqual({
      found: Object.fromEntries([...named(0, 130)].map(({ id, name }) => [id, name])),
    });
  });

  test('are no more than two thousand, and no more than twenty pages of them', () => {
    const namesIn = (pages: readonly unknown[]) => {
      const step = read(
        pages.map((page) => answer(page)),
        known,
      );
      return 'found' in step ? Object.keys(step.found as object).length : 'more';
    };

    expect(namesIn([named(0, 1_999)])).toBe('more');
    expect(namesIn([named(0, 2_000)])).toBe(2_000);
    expect(namesIn([named(0, 1_500), named(1_500, 1_500)])).toBe(2_000);
    expect(namesIn(Array.from({ length: 19 }, (_, page) => named(page, 1)))).toBe('more');
    expect(namesIn(Array.from({ length: 20 }, (_, page) => named(page, 1)))).toBe(20);
  });

  test('are names only', () => {
    const rows = [
      null,
      5,
      [],
      {},
      { id: 'a' },
      { id: 'b', name: null },
      { id: '', name: 'x' },
      { id: 'c', name: '' },
      { id: 'd', name: 'x'.repeat(201) },
      { id: 'x'.repeat(201), name: 'd' },
      { id: 'e', name: 'x'.repeat(200) },
      { id: 5, name: 7 },
    ];

    const { found } = read([answer(rows), answer([])], known) as { found: Record<string, string> };

    expect(found).toEqual({ e: 'x'.repeat(200), 5: '7' });
  });

  test('may be of something called __proto__', () => {
    const { found } = read([answer('[{"id":"__proto__","name":"Mallory"}]'), answer([])], known) as { found: object };

    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(JSON.stringify(found)).toBe('{"__proto__":"Mallory"}');
  });

  test.each(['<html>', '{"data":[]}', '[{"id":"a"'])('%s is no page of them', (body) => {
    expect(() => read([answer(body)], known)).toThrow(UnreadableError);
  });
});
