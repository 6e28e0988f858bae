import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { recordHash } from '../../../functions/core/events/identity.ts';
import type { Answer, Connection, Page, Row } from '../../../functions/core/model.ts';
import { IncompleteError } from '../../../functions/core/requests/paging.ts';
import { HOUR, parseInstant } from '../../../functions/core/time.ts';
import { resolve } from '../../../functions/shell/network/http.ts';
import { COLUMNS } from '../../../functions/sources/vbrick/answers/columns.ts';
import { beginningOnly, keysOnly } from '../../../functions/sources/vbrick/answers/keys-only.ts';
import { firstQuestion } from '../../../functions/sources/vbrick/answers/question.ts';
import { read } from '../../../functions/sources/vbrick/answers/read.ts';
import { parseWhen } from '../../../functions/sources/vbrick/answers/when.ts';
import { events } from '../../../functions/sources/vbrick/mapping/entry.ts';

const at = parseInstant('2026-01-10T09:00:00Z') as number;
const ASKED = firstQuestion('users', { from: at, to: at + HOUR }, connection({}));
const KEYS_ONLY = firstQuestion('users', { from: at, to: at + HOUR }, connection({ includeStates: false }));
const HEADER = COLUMNS.join(',');
const GUID = '6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d';

function connection(settings: Record<string, unknown>): Connection {
  const origin = 'https://acme.example.com';
  return { id: 'acme', source: 'vbrick', origin, secret: 's', settings: { accountId: 'acc-1', ...settings } };
}

function csv(headers: Record<string, string> = {}, text = `${HEADER}\r\n`): Answer {
  return { status: 200, headers: { 'content-type': 'text/csv', ...headers }, text };
}

function json(document: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, text };
}

function queryOf({ next }: Page): Record<string, string> {
  return Object.fromEntries(new URL(next?.url ?? '', 'https://x.example').searchParams);
}

describe('the next page', () => {
  const paging = { nextfromdate: '2026-01-10T09:47:12.000+00:00', nextcontinuationtoken: 'EXAMPLE+cont/01==' };

  test('is asked for from the time and with the token that the answer gives, and the end stays', () => {
    const page = read(csv(paging), ASKED);

    expect(page.next?.url).toBe(
      '/network/audit/accounts/acc-1/users?fromDate=2026-01-10T09%3A47%3A12.000%2B00%3A00&toDate=2026-01-10T10%3A00%3A00.000Z&nextContinuationToken=EXAMPLE%2Bcont%2F01%3D%3D',
    );
    expect(page.next?.headers).toEqual({ accept: 'text/csv, application/json' });
    expect(ASKED.headers).toEqual(page.next?.headers);
  });

  test('after the next has its token only', () => {
    const page = read(csv(paging), ASKED);
    const after = read(csv({ ...paging, nextcontinuationtoken: 'two' }), page.next ?? ASKED);

    expect(queryOf(after)).toEqual({
      fromDate: paging.nextfromdate,
      toDate: '2026-01-10T10:00:00.000Z',
      nextContinuationToken: 'two',
    });
  });

  test.each([
    ['no token', { nextfromdate: 'x' }],
    ['an empty token', { ...paging, nextcontinuationtoken: '' }],
    ['a token of space', { ...paging, nextcontinuationtoken: '  ' }],
  ])('is none with %s', (_name, headers: Record<string, string>) => {
    expect(read(csv(headers), ASKED)).toEqual({ rows: [] });
  });

  test.each([
    ['no time', { nextcontinuationtoken: 't' }],
    ['an empty time', { nextcontinuationtoken: 't', nextfromdate: ' ' }],
  ])('with %s begins where this one does', (_name, headers: Record<string, string>) => {
    expect(queryOf(read(csv(headers), ASKED)).fromDate).toBe('2026-01-10T09:00:00.000Z');
  });

  test('that is this page is no end of paging, but none that can be believed', () => {
    const { next = ASKED } = read(csv(paging), ASKED);

    expect(() => read(csv(paging), next)).toThrow(IncompleteError);
    expect(() => read(csv({ ...paging, nextfromdate: '' }), next)).toThrow(IncompleteError);
    expect(queryOf(read(csv({ ...paging, nextfromdate: '2026-01-10T09:50:00Z' }), next)).fromDate).toBe(
      '2026-01-10T09:50:00Z',
    );
    expect(queryOf(read(csv({ ...paging, nextcontinuationtoken: 'u' }), next)).nextContinuationToken).toBe('u');
  });

  test('with spaces around its token is the same', () => {
    const { next = ASKED } = read(csv(paging), ASKED);

    expect(() => read(csv({ ...paging, nextcontinuationtoken: ` ${paging.nextcontinuationtoken} ` }), next)).toThrow(
      IncompleteError,
    );
  });

  test.each([
    ['0', 0],
    ['104', 104],
    [' 7 ', 7],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['many', undefined],
    ['9'.repeat(16), undefined],
  ])('a total of %j', (totalrecords, total) => {
    expect(read(csv({ totalrecords }), ASKED).total).toBe(total);
  });
});

describe('a JSON answer', () => {
  const general = {
    messageKey: 'Media:SaveVideoSettings',
    entityKey: 'Media:Video',
    entityId: 'v-1',
    when: '2026-01-10T09:22:00.000Z',
    principal: '{"Id":"p-1"}',
    previousState: '{}',
    currentState: '{"Title":"a, \\"b\\""}',
  };
  const asCsv = `${HEADER}\r\nMedia:SaveVideoSettings,Media:Video,v-1,2026-01-10T09:22:00.000Z,"{""Id"":""p-1""}",,{},"{""Title"":""a, \\""b\\""""}"\r\n`;

  test('has the rows that the same records are in CSV', () => {
    const expected = read(csv({}, asCsv), ASKED).rows;

    expect(read(json({ general, header: {} }), ASKED).rows).toEqual(expected);
    expect(read(json({ general: [general], header: null }), ASKED).rows).toEqual(expected);
    expect(read(json({ general: { ...general, message: null } }), ASKED).rows).toEqual(expected);
    expect(read(json(`\ufeff${JSON.stringify({ general })}`), ASKED).rows).toEqual(expected);
    expect(recordHash(read(json({ general }), ASKED).rows[0] as Row)).toBe(recordHash(expected[0] as Row));
  });

  test('may have objects where CSV has the JSON of them, and fields of its own', () => {
    const record = { ...general, Principal: { Id: 'p-1' }, principal: undefined, extra: 5, When: undefined };

    expect(read(json({ general: record }), ASKED).rows[0]?.value).toMatchObject({
      When: general.when,
      Principal: '{"Id":"p-1"}',
      extra: '5',
    });
  });

  test.each([
    ['no rows', []],
    ['null for a row', null],
    ['an empty row', {}],
    ['empty rows', [{}, null, {}]],
  ])('with %s is empty', (_name, empty) => {
    expect(read(json({ general: empty, header: { totalRecords: 0 } }), ASKED)).toEqual({ rows: [], total: 0 });
  });

  test.each([[5], ['text'], [[]], [{ error: 'no' }], [true]])('has %j for a row that is none', (record) => {
    const [row] = read(json({ general: [record] }), ASKED).rows;

    expect(row).toEqual({ value: JSON.stringify(record), text: JSON.stringify(JSON.stringify(record)) });
  });

  test('says in its header what CSV says in those of HTTP', () => {
    const header = { totalRecords: 104, nextFromDate: '2026-01-10T09:47:12.000Z', nextContinuationToken: 't' };
    const page = read(json({ general: [], header }), ASKED);

    expect(page.total).toBe(104);
    expect(queryOf(page)).toMatchObject({ fromDate: header.nextFromDate, nextContinuationToken: 't' });
    expect(read(json({ general: [], header: { ...header, totalRecords: '7' } }), ASKED).total).toBe(7);
    expect(
      read(json({ general: [], header: { ...header, totalRecords: { toString: 1 } } }), ASKED).total,
    ).toBeUndefined();
  });

  test('says it in those of HTTP where its own header does not, and its own word counts', () => {
    const headers = { totalrecords: '3', nextfromdate: '2026-01-10T09:50:00Z', nextcontinuationtoken: 'h' };

    expect(queryOf(read(json({ general: [] }, headers), ASKED))).toMatchObject({ nextContinuationToken: 'h' });
    expect(read(json({ general: [], header: { nextContinuationToken: null } }, headers), ASKED).total).toBe(3);
    expect(read(json({ general: [], header: { nextContinuationToken: '' } }, headers), ASKED).next).toBeUndefined();
    expect(queryOf(read(json({ general: [], header: { nextFromDate: null } }, headers), ASKED)).fromDate).toBe(
      headers.nextfromdate,
    );
  });

  test.each([
    [{ nextContinuationToken: 5 }],
    [{ nextContinuationToken: {} }],
    [{ nextContinuationToken: 't', nextFromDate: 5 }],
  ])('with %j in its header is not taken for the end', (header) => {
    expect(() => read(json({ general: [], header }), ASKED)).toThrow(UnreadableError);
  });

  test('is recognised without a type', () => {
    const text = ` ${JSON.stringify({ general })}`;

    expect(read({ status: 200, headers: {}, text }, ASKED).rows).toHaveLength(1);
    expect(read({ status: 200, headers: { 'content-type': 'text/csv' }, text }, ASKED).rows).toHaveLength(1);
    expect(
      read({ status: 200, headers: { 'content-type': 'application/problem+json' }, text }, ASKED).rows,
    ).toHaveLength(1);
  });

  test.each([
    ['half of one', '{"general":{"messageKey":"Net', 'application/json', true],
    ['a list', '[]', 'application/json', true],
    ['something else', '{"error":"no"}', 'application/json', true],
    ['half of one without a type', '{"general":', '', true],
    ['a text', '"general"', 'application/json', false],
    ['nothing', '', 'application/json', false],
    ['HTML', '<html>', 'application/json', false],
    ['half of one that claims to be a table', '{"general":', 'text/csv', false],
  ])('cannot be read when it is %s', (_name, text, type, claimsFormat) => {
    const answer = { status: 200, headers: { 'content-type': type }, text };

    expect(() => read(answer, ASKED)).toThrow(expect.objectContaining({ name: 'UnreadableError', claimsFormat }));
  });

  test('is read to the letter where it is nested deeper than the stack', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const text = `{"general":[{"message":${deep}},${deep}]}`;
    const { rows } = read({ status: 200, headers: { 'content-type': 'application/json' }, text }, ASKED);

    expect(rows.map(({ value }) => value)).toEqual([expect.objectContaining({ Message: deep }), deep]);
  });

  test('that cannot be read is quoted in the error, but for rows, which may say something about people', () => {
    const message = (text: string) => {
      try {
        return read(json(text), ASKED);
      } catch (thrown) {
        return (thrown as Error).message;
      }
    };

    expect(message('{"error":"no"}')).toBe('the JSON has no "general" (14 characters): {"error":"no"}');
    expect(message('{"general":{"messageKey":"Net')).toMatch(/only a part \(29 characters\)$/);
  });
});

describe('the time of a row', () => {
  test.each([
    ['2026-01-10T09:03:27.5Z', '2026-01-10T09:03:27.500Z'],
    [' 2026-01-10T09:03:27.1234567+00:00 ', '2026-01-10T09:03:27.123456Z'],
    ['Sat Jan 10 2026 09:03:27 GMT+0000 (Coordinated Universal Time)', '2026-01-10T09:03:27Z'],
    ['Sat Jan 10 2026 09:03:27 GMT+0530 (India Standard Time)', '2026-01-10T03:33:27Z'],
    ['Fri Dec 05 2025 23:03:27 GMT-0330 (Newfoundland Standard Time)', '2025-12-06T02:33:27Z'],
    ['Sat Jan 10 2026 09:03:27 GMT+0100 (Mitteleuropäische Normalzeit)', '2026-01-10T08:03:27Z'],
    ['Sat Jan 10 2026 09:03:27 GMT+0000', '2026-01-10T09:03:27Z'],
  ])('%s', (text, time) => {
    expect(parseWhen(text)).toBe(parseInstant(time));
  });

  test.each([
    ['yyyy-MM-ddThh:mm:ss.000Z'],
    ['Sat Jan 32 2026 09:03:27 GMT+0000'],
    ['Sat Foo 10 2026 09:03:27 GMT+0000'],
    ['Tue Feb 31 2026 09:03:27 GMT+0000 (Coordinated Universal Time)'],
    ['Sat Jan 10 2026 25:03:27 GMT+0000'],
    ['Sat Jan 10 2026 09:03:27'],
    ['x Sat Jan 10 2026 09:03:27 GMT+0000'],
    ['Sat Jan 10 2026 09:03:27 GMT+0000 x'],
    ['1768035807000'],
    ['yesterday'],
    [''],
    [undefined],
    [null],
    [1768035807000],
  ])('%j is none', (text) => {
    expect(parseWhen(text)).toBeUndefined();
  });

  test('every month is known', () => {
    for (let month = 0; month < 12; month++) {
      const date = new Date(Date.UTC(2026, month, 10, 9, 3, 27));
      const [, day, name, year] = date.toUTCString().split(/[ ,]+/);
      expect(parseWhen(`Sat ${name} ${day} ${year} 09:03:27 GMT+0000`)).toBe(date.getTime() * 1_000);
    }
  });

  test('is the event’s, and its only one', () => {
    const [row] = read(csv({}, `When,EntityKey\nSat Jan 10 2026 09:03:27 GMT+0000,x\n`), ASKED).rows as [Row];

    expect(events(row)).toEqual([{ time: parseInstant('2026-01-10T09:03:27Z') }]);
    expect(events({ value: { When: 'soon' }, text: '' })).toEqual([{}]);
    expect(events({ value: {}, text: '' })).toEqual([{}]);
    expect(events({ value: null, text: '' })).toEqual([{}]);
  });
});

describe('with the states switched off', () => {
  const columns = {
    MessageKey: 'Network:ModifyUser',
    EntityKey: 'Network:User',
    EntityId: GUID,
    When: '2026-01-10T09:10:00.000Z',
    Principal: '{"Id":"p-1","Name":"Ana Duarte"}',
    Message: `{"UserId":"${GUID}","LogOnSuccessful":false,"Email":"bo@example.com","Phone":123,"Tags":[true,"x"],"none":null}`,
    PreviousState: '{"Email":"bo@example.com","Active":true,"Size":5,"Roles":[{"Name":"Admin"}],"none":null}',
    CurrentState: `{"Id":"${GUID}"}`,
  };
  const quoted = Object.values(columns).map((cell) => `"${cell.replaceAll('"', '""')}"`);
  const text = `${HEADER}\r\n${quoted.join()}\r\n`;

  test('a row is known by all that it says, and says only its keys', () => {
    const [open] = read(csv({}, text), ASKED).rows as [Row];
    const [closed] = read(csv({}, text), KEYS_ONLY).rows as [Row];

    expect(closed.value).toEqual(open.value);
    expect(recordHash(closed)).toBe(recordHash(open));
    expect(JSON.parse(closed.text)).toEqual({
      ...columns,
      Message: `{"UserId":"${GUID}","LogOnSuccessful":false,"Email":"[withheld]","Phone":"[withheld]","Tags":[true,"[withheld]"],"none":null}`,
      PreviousState:
        '{"Email":"[withheld]","Active":"[withheld]","Size":"[withheld]","Roles":[{"Name":"[withheld]"}],"none":null}',
      CurrentState: '{"Id":"[withheld]"}',
    });
  });

  test('the fragment of the question says so, which HTTP does not send, on every page', () => {
    const { next } = read(csv({ nextcontinuationtoken: 't' }), KEYS_ONLY);
    const { next: after } = read(csv({ nextcontinuationtoken: 'u' }), next ?? ASKED);

    for (const { url } of [KEYS_ONLY, next ?? ASKED, after ?? ASKED]) {
      expect(url).toMatch(/#keys-only$/);
      expect(url.indexOf('#')).toBe(url.lastIndexOf('#'));
      const { pathname, search } = resolve('https://acme.example.com', url);
      expect(`${pathname}${search}`).toBe(url.replace('#keys-only', ''));
    }
    expect(ASKED.url).not.toContain('#');
    expect(new URL(KEYS_ONLY.url, 'https://x.example').search).toBe(new URL(ASKED.url, 'https://x.example').search);
    expect(read(csv({}, text), { url: `${ASKED.url}&x=%23keys-only` }).rows[0]?.text).toContain('bo@example.com');
  });

  test('a row that is wider or narrower may have anything in any place', () => {
    const wide = keysOnly({ ...columns, column9: '{"Email":"x@example.com"}' });
    const { CurrentState: _, ...narrow } = columns;

    expect(wide).toMatchObject({
      Principal: '{"Id":"[withheld]","Name":"[withheld]"}',
      column9: '{"Email":"[withheld]"}',
    });
    expect(keysOnly(narrow).Principal).toBe('{"Id":"[withheld]","Name":"[withheld]"}');
    expect(keysOnly({ ...columns, Principal: `{"Id":"${GUID}"}`, Message2: 'x' })).toMatchObject({
      Principal: `{"Id":"${GUID}"}`,
      Message2: '[withheld]',
    });
    expect(
      keysOnly({ ...columns, EntityId: '{"Email":"x@example.com"}', When: 'y'.repeat(300), EntityKey: 'no' }),
    ).toMatchObject({
      EntityId: '[withheld]',
      When: '[withheld]',
      EntityKey: 'no',
    });
  });

  test.each([
    ['', ''],
    ['null', 'null'],
    ['{not JSON bo@example.com', '[withheld]'],
    ['"bo@example.com"', '"[withheld]"'],
    ['5', '"[withheld]"'],
    ['[]', '[]'],
    ['{"bo@example.com":{"a":1}}', '{"[withheld]":{"a":"[withheld]"}}'],
    ['{"__proto__":{"Email":"bo@example.com"}}', '{"__proto__":{"Email":"[withheld]"}}'],
    [`{"a":${'['.repeat(20)}"bo"${']'.repeat(20)}}`, `{"a":${'['.repeat(11)}"[withheld]"${']'.repeat(11)}}`],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, `${'['.repeat(12)}"[withheld]"${']'.repeat(12)}`],
  ])('a state of %.60s', (state, kept) => {
    expect(keysOnly({ ...columns, PreviousState: state }).PreviousState).toBe(kept);
  });

  test.each([
    ['Network:ModifyUser,Network:User,"bo@example.com', 'Network:ModifyUser,Network:User,[withheld]'],
    [`Network.ModifyUser,Network.User,${GUID},bo@example.com`, `Network.ModifyUser,Network.User,${GUID},[withheld]`],
    ['Bo,Berg,bo@example.com', '[withheld]'],
    ['  "Email": "bo@example.com"', '[withheld]'],
    ['', '[withheld]'],
  ])('a line that is no row, %s', (line, kept) => {
    expect(beginningOnly(line)).toBe(kept);
    const answer = csv({}, `${HEADER}\n${line || 'x'}\na,b,c,2026-01-10T09:10:00Z,"{}"\n`);
    const [open] = read(answer, ASKED).rows as [Row];
    const [closed] = read(answer, KEYS_ONLY).rows as [Row];
    expect(recordHash(closed)).toBe(recordHash(open));
    expect(closed.text).not.toContain('bo@example.com');
  });

  test('no row of any content gets another identity', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('1234567890123456', '{"a":12345678901234567890}', '1e400', '"', '\\'),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 6, maxLength: 10 }), (cells) => {
        const line = cells.map((one) => `"${one.toWellFormed().replaceAll('"', '""')}"`).join();
        const body = `${HEADER}\n${line}\n`;
        const [open, closed] = [ASKED, KEYS_ONLY].map((asked) => read(csv({}, body), asked).rows[0] as Row);
        expect(recordHash(closed as Row)).toBe(recordHash(open as Row));
        expect(open?.text).not.toMatch(/[\r\n]/);
        expect(closed?.text).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 500 },
    );
  });

  test('no value of a state is left anywhere in it', () => {
    const leaf = fc.integer({ min: 10_000, max: 99_999 }).map((number) => `secret-${number}`);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'Email', 'x@y'), tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, tree, tree, (message, before, after) => {
        const states = { Message: message, PreviousState: before, CurrentState: after, column9: before };
        const texts = Object.entries(states).map(([name, value]) => [name, JSON.stringify(value)]);
        const kept = JSON.stringify(keysOnly({ ...columns, ...Object.fromEntries(texts) }));
        expect(kept).not.toContain('secret-');
        expect(kept).not.toContain('x@y');
      }),
    );
  });
});
