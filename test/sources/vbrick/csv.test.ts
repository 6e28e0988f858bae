import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import type { Answer, Row } from '../../../functions/core/model.ts';
import { COLUMNS } from '../../../functions/sources/vbrick/answers/columns.ts';
import { read } from '../../../functions/sources/vbrick/answers/read.ts';
import { events } from '../../../functions/sources/vbrick/mapping/entry.ts';
import { map } from '../../../functions/sources/vbrick/mapping/map.ts';

const ASKED = { url: '/network/audit/accounts/a/users?fromDate=2026-01-10T09%3A00%3A00.000Z' };
const HEADER = COLUMNS.join(',');
const WHEN = '2026-01-10T09:10:00.000Z';
const GOOD = line('Network:ModifyUser', '{"Status":"Active"}');
const OTHER = line('Network:AddUser', 'null');

/** A row in the documented order, whose states are these. */
function line(messageKey: string, state: string): string {
  const cells = [messageKey, 'Network:User', 'u-1', WHEN, '{"Id":"p-1"}', '{"UserId":"u-1"}', state, state];
  return cells.map(quoted).join();
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function csv(text: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'text/csv', ...headers }, text };
}

function rows(text: string, headers: Record<string, string> = {}): readonly Row[] {
  return read(csv(text, headers), ASKED).rows;
}

/** What each row has in a column; the text of a line that is no row. */
function column(name: string, text: string): unknown[] {
  return rows(text).map(({ value }) => (typeof value === 'string' ? { broken: value } : (value as never)[name]));
}

function unreadable(text: string, headers: Record<string, string> = {}): UnreadableError {
  try {
    rows(text, headers);
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return thrown;
    throw thrown;
  }
  throw new Error('it can be read');
}

describe('a CSV answer', () => {
  test('becomes rows by the names of its columns, and each row JSON with its values untouched', () => {
    const [row, ...others] = rows(`${HEADER}\r\n${GOOD}\r\n`);

    expect(others).toEqual([]);
    expect(row?.value).toEqual({
      MessageKey: 'Network:ModifyUser',
      EntityKey: 'Network:User',
      EntityId: 'u-1',
      When: WHEN,
      Principal: '{"Id":"p-1"}',
      Message: '{"UserId":"u-1"}',
      PreviousState: '{"Status":"Active"}',
      CurrentState: '{"Status":"Active"}',
    });
    expect(row?.text).toBe(JSON.stringify(row?.value));
    expect(Object.keys(row?.value as object)).toEqual([...COLUMNS]);
  });

  test.each([
    ['a byte order mark', `\ufeff${HEADER}\r\n${GOOD}\r\n`],
    ['line feeds only', `${HEADER}\n${GOOD}\n`],
    ['carriage returns only', `${HEADER}\r${GOOD}\r`],
    ['both kinds of line ends', `${HEADER}\r\n${GOOD}\n`],
    ['no end of the last line', `${HEADER}\r\n${GOOD}`],
    ['half an end of the last line', `${HEADER}\r\n${GOOD}\r`],
    ['empty lines', `\r\n${HEADER}\r\n\r\n  \r\n${GOOD}\r\n\r\n`],
    ['other letters in its header', `${HEADER.toUpperCase()}\r\n${GOOD}\r\n`],
    ['space in its header', `${HEADER.replaceAll(',', ' ,\t')} \r\n${GOOD}\r\n`],
    ['quotes in its header', `${COLUMNS.map((name) => `"${name}"`).join()}\r\n${GOOD}\r\n`],
  ])('with %s is the same', (_name, text) => {
    expect(rows(text)).toEqual(rows(`${HEADER}\r\n${GOOD}\r\n`));
  });

  test('may have its columns in any order', () => {
    const cells = [WHEN, '{}', 'Network:User'];

    expect(rows(`When,CurrentState,EntityKey\n${cells.map(quoted).join()}\n`)[0]?.value).toEqual({
      When: WHEN,
      CurrentState: '{}',
      EntityKey: 'Network:User',
    });
  });

  test('may have line breaks, commas and quotes in its cells', () => {
    const state = '{\r\n "Title": "Engineer, \\"Video\\"",\n "Next": ""\r}';

    expect(column('CurrentState', `${HEADER}\r\n${line('Network:ModifyUser', state)}\r\n${OTHER}\r\n`)).toEqual([
      state,
      'null',
    ]);
  });

  test.each([
    ['a header row', `${HEADER}\r\n`, {}],
    ['a header row without an end', HEADER, {}],
    ['a short header row without an end that HTTP has counted', 'When,MessageKey', { 'content-length': '15' }],
  ])('of %s has no rows', (_name, text, headers) => {
    expect(rows(text, headers)).toEqual([]);
  });

  test.each([
    ['HTML', '<!doctype html>\n<html><body>When, EntityKey: sign in</body></html>'],
    ['HTML that claims to be CSV', '<html>'],
    ['a sentence', 'Too Many Requests'],
    ['another table', 'id,name\n1,x\n'],
    ['a header row without When', 'MessageKey,EntityKey,EntityId\n'],
    ['a header row without keys', 'When,EntityId\n'],
    ['rows without a header row', `${GOOD}\r\n${OTHER}\r\n`],
    ['a header row with a stray quote', `"MessageKey"x,EntityKey,When\r\n${GOOD}\r\n`],
    ['a quote without an end', `"${HEADER}\r\n${OTHER}`],
    ['HTML with a quote without an end', '<p>When,\n"EntityKey'],
    ['a header row without an end to it', `${HEADER},${'x,'.repeat(1_000)}\r\n`],
  ])('is none when it is %s', (_name, text) => {
    expect(unreadable(text)).toMatchObject({
      claimsFormat: false,
      message: expect.stringMatching(/^the answer does not begin with a header row such as MessageKey,EntityKey,/),
    });
  });

  test('is quoted in the error, but for rows, which may say something about people', () => {
    expect(unreadable('<html>Sign in').message).toMatch(/: <html>Sign in$/);
    expect(unreadable(`${GOOD}\r\n`).message).toMatch(/,CurrentState$/);
  });

  test.each([
    ['nothing', '', {}],
    ['nothing, and HTTP has counted it', '', { 'content-length': '0' }],
    ['nothing, of no type', '', { 'content-type': '' }],
    ['nothing, of another type', '', { 'content-type': 'text/html' }],
    ['a line end', '\r\n', {}],
    ['a byte order mark', '\ufeff', {}],
  ])('is none when it is %s', (_name, text, headers) => {
    expect(unreadable(text, headers)).toMatchObject({
      claimsFormat: false,
      message: 'the answer is empty, without even a header row',
    });
  });

  test('may have a header row with one key only', () => {
    expect(rows(`When,MessageKey\n${WHEN},x\n`)).toHaveLength(1);
    expect(rows(`When,EntityKey\n${WHEN},x\n`)).toHaveLength(1);
  });
});

describe('the width of a row', () => {
  test('may be one short, as in the vendor’s example: the last column is missing then', () => {
    const [row] = rows(
      `${HEADER}\nstring,string,string,2018-08-30T13:20:01.764Z,"{json string}","{json string}","{j}"\n`,
    );

    expect(row?.value).toEqual({
      MessageKey: 'string',
      EntityKey: 'string',
      EntityId: 'string',
      When: '2018-08-30T13:20:01.764Z',
      Principal: '{json string}',
      Message: '{json string}',
      PreviousState: '{j}',
    });
  });

  test('may be one short though the time is none', () => {
    expect(column('PreviousState', `${HEADER}\na,b,c,soon,d,e,f\n`)).toEqual(['f']);
  });

  test('may be larger: what is too much gets a number', () => {
    expect(rows(`${HEADER}\n${GOOD},extra,more\n`)[0]?.value).toMatchObject({ column9: 'extra', column10: 'more' });
    expect(rows(`${HEADER},column9\n${GOOD},named,extra\n${GOOD},named,\n`).map(({ value }) => value)).toMatchObject([
      { column9: 'named', column10: 'extra' },
      { column9: 'named', column10: '' },
    ]);
    expect(rows(`${HEADER},column10\n${GOOD},named,extra\n`)[0]?.value).toMatchObject({
      column10: 'named',
      column102: 'extra',
    });
  });

  test('may be any when there is a time in its place', () => {
    expect(rows(`${HEADER}\na,b,c,${WHEN}\n`)[0]?.value).toEqual({
      MessageKey: 'a',
      EntityKey: 'b',
      EntityId: 'c',
      When: WHEN,
    });
  });

  test('two columns of one name are both kept', () => {
    expect(rows(`${HEADER},message,MESSAGE,,__proto__\n${GOOD},again,once more,nameless,odd\n`)[0]?.value).toEqual(
      Object.fromEntries([
        ...Object.entries(rows(`${HEADER}\n${GOOD}\n`)[0]?.value as object),
        ['Message2', 'again'],
        ['Message3', 'once more'],
        ['column11', 'nameless'],
        ['__proto__', 'odd'],
      ]),
    );
  });
});

describe('a broken line', () => {
  test.each([
    ['a sentence', 'System.NullReferenceException: Object reference not set, to an instance.'],
    ['text after a closed quote', 'Network:X,"Network:User"x,"u-1" "7",'],
    ['a quote that opens and does not close', 'Network:X,Network:User,"u-1,no end'],
    ['a quote that opens in a row', `Network:X,Network:User,u-1,${WHEN},"{broken,,,`],
    ['cells of nothing', ',,'],
    ['a row two cells short and without a time', 'a,b,c,soon,d,e'],
    ['a row two cells long and without a time', 'a,b,c,soon,d,e,f,g,h,i'],
    ['a row with too many cells and no time', ',,,,,,,,,,,,'],
  ])('that is %s spoils no other', (_name, broken) => {
    const text = [HEADER, GOOD, broken, GOOD, OTHER, ''].join('\r\n');

    expect(column('MessageKey', text)).toEqual([
      'Network:ModifyUser',
      { broken },
      'Network:ModifyUser',
      'Network:AddUser',
    ]);
  });

  test('is an event that says so, with the line inside', () => {
    const [row] = rows(`${HEADER}\nno "row" at all\n${GOOD}\n`) as [Row];

    expect(row).toEqual({ value: 'no "row" at all', text: '"no \\"row\\" at all"' });
    expect(events(row)).toEqual([{}]);
    expect(() =>
      map(row, {}, { id: 'a', source: 'vbrick', origin: 'https://a.example', secret: 's', settings: {} }),
    ).toThrow('the record cannot be read as a row: its columns do not show');
  });

  test('makes us doubt the next one, until a row with a time comes', () => {
    const text = [HEADER, 'x', 'a,b,c,soon,d,e,f,g', GOOD, 'a,b,c,soon,d,e,f,g', ''].join('\n');

    expect(column('MessageKey', text)).toEqual([
      { broken: 'x' },
      { broken: 'a,b,c,soon,d,e,f,g' },
      'Network:ModifyUser',
      'a',
    ]);
  });

  test('with stray quotes is a row when it has a time in its place', () => {
    const bent = `Network:X,Network:User,the "u",${WHEN},"{"Id":"p-1"}",,,`;

    expect(rows([HEADER, bent, GOOD, ''].join('\n')).map(({ value }) => value)).toMatchObject([
      { MessageKey: 'Network:X', EntityId: 'the "u"', Principal: '"{"Id":"p-1"}"', CurrentState: '' },
      { MessageKey: 'Network:ModifyUser' },
    ]);
  });

  test('may be two lines that quotes hold together, of which neither is a row', () => {
    expect(column('MessageKey', [HEADER, 'A,"', '",B', GOOD, ''].join('\n'))).toEqual([
      { broken: 'A,"' },
      { broken: '",B' },
      'Network:ModifyUser',
    ]);
    expect(column('MessageKey', [HEADER, `A,B,"`, `",${WHEN}`, GOOD, ''].join('\n'))).toEqual([
      'A',
      'Network:ModifyUser',
    ]);
  });

  test('keeps a byte order mark in its midst', () => {
    expect(column('MessageKey', `${HEADER}\n\ufeffx\n${GOOD}\n`)).toEqual([
      { broken: '\ufeffx' },
      'Network:ModifyUser',
    ]);
  });

  test('is one of a thousand at most', () => {
    const lines = (count: number) => `${HEADER}\n${'x\n'.repeat(count)}${GOOD}\n`;

    expect(rows(lines(1_000))).toHaveLength(1_001);
    expect(unreadable(lines(1_001))).toMatchObject({
      claimsFormat: true,
      message: 'more than 1000 lines of the CSV cannot be read',
    });
  });
});

describe('an answer that was cut off', () => {
  test.each([
    ['in a quoted cell', `${HEADER}\r\n${GOOD}\r\n${GOOD.slice(0, -5)}`, 'the CSV ends in the middle of a quoted cell'],
    ['between cells', `${HEADER}\r\n${GOOD}\r\nNetwork:ModifyUser,Network:User`, 'in the middle of a row (2 rows, '],
    ['in its first row', `${HEADER}\r\nNetwork`, 'in the middle of a row (1 rows, '],
    [
      'before its last cell',
      `${HEADER}\r\n${GOOD}\r\n${GOOD.slice(0, GOOD.lastIndexOf(',"'))}`,
      'in the middle of a row',
    ],
    [
      'before the last cell of its only row',
      `${HEADER}\n${GOOD.slice(0, GOOD.lastIndexOf(',"'))}`,
      'in the middle of a row',
    ],
    [
      'between two quotes of its last cell',
      `${HEADER}\n${GOOD.slice(0, GOOD.lastIndexOf(',') + 4)}`,
      'in the middle of a row',
    ],
    ['in a line that is no row', `${HEADER}\n${GOOD}\nSystem.NullReferenceException`, 'in the middle of a row'],
  ])('%s cannot be read, and neither when HTTP has counted it', (_name, text, message) => {
    for (const headers of [{}, { 'content-length': String(text.length) }] as Record<string, string>[]) {
      const error = unreadable(text, headers);
      expect(error.message).toContain(message);
      expect(error.claimsFormat).toBe(true);
    }
  });

  test.each([
    ['an empty cell', `${OTHER.slice(0, -4)}`],
    ['a number', `${OTHER.slice(0, -4)}12`],
    ['a word', `${OTHER.slice(0, -4)}nul`],
  ])('after %s can only be told from a whole one when HTTP has counted it', (_name, last) => {
    const text = `${HEADER}\n${GOOD}\n${last}`;

    expect(unreadable(text).message).toContain('in the middle of a row');
    expect(rows(text, { 'content-length': '9' })).toHaveLength(2);
    expect(rows(text, { 'transfer-encoding': 'gzip, Chunked' })).toHaveLength(2);
    expect(unreadable(text, { 'transfer-encoding': 'identity' }).message).toContain('in the middle of a row');
  });

  test('is whole when its last cell is JSON that is', () => {
    expect(rows(`${HEADER}\n${OTHER}`)).toHaveLength(1);
    expect(rows(`${HEADER}\n${line('x', '[]')}`)).toHaveLength(1);
  });

  test('has to be as wide as its other rows', () => {
    const short = `a,b,c,${WHEN},null,null,null`;

    expect(rows(`${HEADER}\n${short}\n${short}`)).toHaveLength(2);
    expect(unreadable(`${HEADER}\n${short}`).message).toContain('in the middle of a row');
    expect(unreadable(`${HEADER}\n${GOOD},null\n${GOOD}`).message).toContain('in the middle of a row');
  });

  test('in its header row has no rows that could be missing', () => {
    expect(unreadable(HEADER.slice(0, -1)).message).toContain('in the middle of a row');
    expect(rows(`${HEADER.slice(0, -1)}\n`)).toEqual([]);
  });
});

describe('any CSV', () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      'null',
      '{}',
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\ufeff',
      '\u0000',
      '{"Id":"a,\\"b\\"\\n"}',
      'é𝒜',
    ),
    fc.json(),
    fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '{', '}', 'a', ' ', ':') }),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  );
  const record = fc
    .tuple(...COLUMNS.map(() => cell))
    .map((cells) => ({ ...Object.fromEntries(COLUMNS.map((name, at) => [name, cells[at] as string])), When: WHEN }));
  const manner = fc.record({
    bom: fc.boolean(),
    end: fc.constantFrom('\r\n', '\n'),
    isQuoted: fc.boolean(),
    order: fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length }),
  });

  function write(
    records: readonly Record<string, string>[],
    { bom, end, isQuoted, order }: typeof manner extends fc.Arbitrary<infer T> ? T : never,
  ) {
    const cells = [order, ...records.map((one) => order.map((name) => one[name] as string))];
    const dressed = (text: string) => (isQuoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return `${bom ? '\ufeff' : ''}${cells.map((row) => `${row.map(dressed).join()}${end}`).join('')}`;
  }

  test('gives the cells that were written, whatever byte order mark, line ends and order of columns it has', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), manner, (records, how) => {
        expect(rows(write(records, how)).map(({ value }) => value)).toEqual(records);
      }),
      { numRuns: 300 },
    );
  });

  test('is cut off without ever giving a row that was not in it', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), manner, fc.nat(), (records, how, cut) => {
        const whole = write(records, { ...how, order: COLUMNS.slice() });
        let found: readonly Row[];
        try {
          found = rows(whole.slice(0, cut % whole.length));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UnreadableError);
          return;
        }
        expect(found.map(({ value }) => value)).toEqual(records.slice(0, found.length));
      }),
      { numRuns: 500 },
    );
  });

  test('with a line put in anywhere still has its other rows, and that line', () => {
    const lines = [GOOD, OTHER, GOOD, OTHER];
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ',', 'x', ' ', '{'), maxLength: 12 }),
        fc.nat(4),
        (put, at) => {
          const text = [HEADER, ...lines.slice(0, at), put, ...lines.slice(at), ''].join('\n');
          let found: unknown[];
          try {
            found = column('MessageKey', text);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(UnreadableError);
            return;
          }
          expect(found.filter((key) => key === 'Network:ModifyUser')).toHaveLength(2);
          expect(found.filter((key) => key === 'Network:AddUser')).toHaveLength(2);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is read in a time that does not grow with its mistakes', () => {
    const swallowing = `${HEADER}\n${`x,"a\n`.repeat(900)}${`${GOOD}\n`.repeat(2_000)}`;

    expect(rows(swallowing).filter(({ value }) => typeof value === 'string')).toHaveLength(900);
  });
});
