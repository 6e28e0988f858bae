import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { UnreadableError } from '../../../../functions/core/errors.ts';
import { jsonRows } from '../../../../functions/core/events/json/json-rows.ts';
import {
  bareJsonRows,
  largeJsonRows,
  memberTexts,
  textRow,
} from '../../../../functions/core/events/json/large-json-rows.ts';
import type { Row } from '../../../../functions/core/model.ts';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** What a reader makes of a body: its rows and the rest, or the refusal, word for word. */
function outcome(read: () => { rows: readonly Row[]; document?: Readonly<Record<string, unknown>> }) {
  try {
    const { rows, document } = read();
    return { rows: rows.map(({ value, text }) => ({ value, text })), document };
  } catch (thrown) {
    if (!(thrown instanceof UnreadableError)) throw thrown;
    return { message: thrown.message, claimsFormat: thrown.claimsFormat };
  }
}

function large(text: string, key = 'data', headers: Record<string, string> = JSON_HEADERS) {
  return outcome(() => largeJsonRows({ headers, text }, key));
}

function bare(text: string, headers: Record<string, string> = JSON_HEADERS) {
  return outcome(() => ({ rows: bareJsonRows({ headers, text }) }));
}

/** The expected result: that of the reader of whole documents. */
function whole(text: string, key = 'data', headers: Record<string, string> = JSON_HEADERS) {
  const expected = outcome(() => jsonRows({ headers, text }, key));
  return 'message' in expected ? expected : { ...expected, document: { ...expected.document, [key]: [] } };
}

const RECORDS = [
  ['numbers that a double cannot hold', '{"id":90071992547409931,"x":1e400,"y":-0.0,"z":1E+2}'],
  ['a key given twice', '{"a":1,"a":2}'],
  ['escapes', '{"a":"\\u0041\\/\\"\\\\","\\u0062":"\\ud800 \\n"}'],
  ['brackets, commas and colons in strings', '{"a":"]},[{:","b":["[",{"]":"}"}]}'],
  ['a string that ends in a backslash', '"\\\\"'],
  ['space between tokens', '{ "a" :\t1 , "b" : [ ] }'],
  ['the same key inside', '{"data":[1,2],"total":[{"data":[]}]}'],
  ['a bare number', '12.50'],
  ['null', 'null'],
  ['a list of lists', '[[],[[]]]'],
  ['__proto__', '{"__proto__":{"a":1}}'],
] as const;

describe('the text of each record is the vendor’s own', () => {
  test.each(RECORDS)('%s', (_name, record) => {
    const texts = [record, record, 'true'];

    const { rows } = largeJsonRows(
      { headers: {}, text: `{"n":{"data":[0]},"data": [ ${record} ,${record},true ] ,"after":[9]}` },
      'data',
    );

    expect(rows.map(({ text }) => text)).toEqual(texts);
    expect(rows.map(({ value }) => value)).toEqual(texts.map((text) => JSON.parse(text) as unknown));
    expect(bareJsonRows({ headers: {}, text: ` [${record},\t${record} ,true] ` }).map(({ text }) => text)).toEqual(
      texts,
    );
  });

  test('line breaks between tokens become a space', () => {
    const list = '[{\r\n  "a": 1,\n\n"b":2\n}\n]';

    expect(largeJsonRows({ headers: {}, text: `{"data":${list}}` }, 'data').rows[0]?.text).toBe('{   "a": 1, "b":2 }');
    expect(bareJsonRows({ headers: {}, text: list })[0]?.text).toBe('{   "a": 1, "b":2 }');
  });

  test('a list is read the same whether it is small or large, and so is what is no list', () => {
    const records = RECORDS.map(([, record]) => record).join(' ,\n');
    const long = `"${'x'.repeat(2_000_000)}"`;
    const outcomes = (ending: string) => [long, '"x"'].map((last) => bare(`[${records},${last}${ending}`));
    for (const ending of [']', ' ] ']) {
      const [large, small] = outcomes(ending).map(({ rows }) => rows?.slice(0, -1));
      expect(large).toHaveLength(RECORDS.length);
      expect(large).toEqual(small);
    }
    for (const ending of [']x', '', ',]', ',,1]']) {
      for (const { message } of outcomes(ending)) expect(message).toContain('the answer is not JSON, or only a part');
    }
  });

  test('a byte order mark is skipped', () => {
    expect(large('\uFEFF{"data":[1]}')).toEqual(whole('{"data":[1]}'));
    expect(bare('\uFEFF[1]')).toEqual({ rows: [{ value: 1, text: '1' }] });
  });

  test('a record nested 100,000 deep is read', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

    expect(largeJsonRows({ headers: {}, text: `{"data":[${deep},1]}` }, 'data').rows.map(({ text }) => text)).toEqual([
      deep,
      '1',
    ]);
  });
});

describe('a record’s value', () => {
  test('is parsed when it is looked at, afresh each time, and not kept', () => {
    const row = textRow('{"a":{"b":1}}');
    const parse = vi.spyOn(JSON, 'parse');
    try {
      const first = row.value;
      const second = row.value;

      expect(parse).toHaveBeenCalledTimes(2);
      expect(second).toEqual({ a: { b: 1 } });
      expect(second).not.toBe(first);
    } finally {
      parse.mockRestore();
    }
  });

  test('does not hold the document: of the list, the document has nothing', () => {
    expect(largeJsonRows({ headers: {}, text: '{"data":[{"a":1}],"total":1}' }, 'data').document).toEqual({
      data: [],
      total: 1,
    });
  });
});

const REFUSED = [
  ['nothing', ''],
  ['white space', ' \r\n '],
  ['a proxy’s HTML', '<html>\n<body>\u0007Sign in</body>'],
  ['half a document', '{"data":[{"a":1},{"a'],
  ['a document cut inside its list', '{"data":[1,2'],
  ['a document cut after a comma', '{"data":[1,'],
  ['a document cut after its list', '{"data":[1,2]'],
  ['a document cut in a string', '{"data":["a\\'],
  ['a document cut in a key', '{"da'],
  ['a document cut before its list', '{"data":'],
  ['two documents', '{"data":[]}{"data":[]}'],
  ['garbage after the end', '{"data":[1]}x'],
  ['garbage between members', '{"data":[1] x}'],
  ['a second value for a key', '{"data":[1][2]}'],
  ['a comma too many in the list', '{"data":[1,]}'],
  ['a comma too many in the document', '{"data":[1],}'],
  ['a comma too few', '{"data":[1 2]}'],
  ['a comma only', '{"data":[,]}'],
  ['no comma between members', '{"data":[1]"total":1}'],
  ['no colon', '{"data"[1]}'],
  ['another sign for the colon', '{"data"=[1]}'],
  ['a broken element', '{"data":[{"a":tru}]}'],
  ['a broken list before the one that counts', '{"data":[x],"data":[1]}'],
  ['a broken member elsewhere', '{"data":[1],"total":01}'],
  ['brackets that do not fit', '{"data":[{"a":1]}]}'],
  ['a broken key', '{"\\x":1,"data":[1]}'],
  ['a key that is no string', '{data:[1]}'],
  ['no list', '{"other":[]}'],
  ['a list that is an object', '{"data":{"0":1}}'],
  ['a list that is null', '{"data":null}'],
  ['a list that a later key replaces', '{"data":[1],"data":2}'],
  ['a list inherited from nowhere', '{"__proto__":{"data":[1]}}'],
  ['a list inside', '{"in":{"data":[1]}}'],
  ['a bare list', '[{"data":[]}]'],
  ['a string', '"data"'],
] as const;

describe('what is not one document with the list is refused, in the same words as by the reader of whole documents', () => {
  test.each(REFUSED)('%s', (_name, text) => {
    for (const headers of [JSON_HEADERS, {}, { 'content-type': 'text/html' }]) {
      const refusal = large(text, 'data', headers);

      expect(refusal).toHaveProperty('message');
      expect(refusal).toEqual(whole(text, 'data', headers));
    }
  });

  test('the message shows the beginning of the body only, on one line', () => {
    const { message = '' } = large(`{"data":\n"${'x'.repeat(5_000)}"}`) as { message?: string };

    expect(message).toMatch(/^the JSON has no list "data": \{"data": "x+$/);
    expect(message.length).toBeLessThan(400);
  });
});

test('the last of two equal keys counts, however it is escaped', () => {
  const text = '{"data":[1],"d\\u0061ta":[2,3],"other":[4]}';

  expect(large(text)).toEqual(whole(text));
  expect(large(text)).toMatchObject({ rows: [{ value: 2 }, { value: 3 }] });
});

describe('a list without a document around it', () => {
  test('may be empty', () => {
    expect(bare('[]')).toEqual({ rows: [] });
    expect(bare(' [ ] ')).toEqual({ rows: [] });
  });

  test.each([
    ['an object', '{"data":[]}'],
    ['a string', '"[]"'],
    ['null', 'null'],
  ])('is not %s', (_name, text) => {
    expect(bare(text)).toEqual({ message: `the JSON is no list: ${text}`, claimsFormat: text.startsWith('{') });
  });

  test.each([
    ['nothing', '', 'the answer is empty'],
    ['a proxy’s HTML', '<html>', 'the answer is not JSON, or only a part of it'],
    ['half a list', '[1,', 'the answer is not JSON, or only a part of it'],
    ['a list without its end', '[1', 'the answer is not JSON, or only a part of it'],
    ['two lists', '[1][2]', 'the answer is not JSON, or only a part of it'],
    ['a list and more', '[1]x', 'the answer is not JSON, or only a part of it'],
    ['a list and members', '[1],"b":[2]', 'the answer is not JSON, or only a part of it'],
    ['a list of nothings', '[,]', 'the answer is not JSON, or only a part of it'],
  ])('is not %s', (_name, text, what) => {
    expect(bare(text)).toEqual({
      message: expect.stringContaining(
        `${what} (content type application/json; charset=utf-8, ${text.length} characters)`,
      ),
      claimsFormat: text.startsWith('['),
    });
  });
});

const json = fc.jsonValue({ noUnicodeString: false });
const indent = fc.constantFrom(undefined, 1, 4, '\t');

test('agrees with the reader of whole documents on every document', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(json), json),
      fc.dictionary(fc.string(), json),
      indent,
      fc.string({ unit: 'binary' }),
      (values, others, indent, key) => {
        const text = JSON.stringify({ ...others, [key]: values, after: others }, null, indent);

        expect(large(text, key)).toEqual(whole(text, key));
      },
    ),
    { numRuns: 500 },
  );
});

test('agrees with it on every text that was a document before somebody touched it', () => {
  const document = fc
    .tuple(fc.array(json, { maxLength: 4 }), json, indent)
    .map(([data, more, indent]) => JSON.stringify({ data, more }, null, indent));
  const put = fc.constantFrom(
    '"',
    '}',
    ']',
    ',',
    '{',
    '[',
    '\\',
    ':',
    '0',
    'x',
    ' ',
    '\u0000',
    '',
    'null',
    '"data":[1]',
  );
  fc.assert(
    fc.property(document, fc.nat(), put, fc.nat(3), (text, where, put, cut) => {
      const at = where % text.length;
      const touched = text.slice(0, at) + put + text.slice(at + cut);

      expect(large(touched)).toEqual(whole(touched));
    }),
    { numRuns: 3_000 },
  );
});

test('a bare list is read as the same list in a document', () => {
  fc.assert(
    fc.property(fc.array(json), indent, fc.constantFrom(' ', '\n', ''), (values, indent, space) => {
      const text = space + JSON.stringify(values, null, indent) + space;

      expect(bare(text)).toEqual({ rows: (whole(`{"data":${text}}`) as { rows: unknown }).rows });
    }),
  );
});

test('a touched bare list is read when it is JSON, and else refused', () => {
  const put = fc.constantFrom('"', '}', ']', ',', '{', '[', '\\', ':', 'x', '', 'null', '],[');
  fc.assert(
    fc.property(fc.array(json, { maxLength: 4 }), fc.nat(), put, fc.nat(3), (values, where, put, cut) => {
      const text = JSON.stringify(values);
      const at = where % text.length;
      const touched = text.slice(0, at) + put + text.slice(at + cut);
      let expected: unknown;
      try {
        expected = JSON.parse(touched);
      } catch {}

      const read = bare(touched);

      expect('rows' in read).toBe(Array.isArray(expected));
      if ('rows' in read) expect(read.rows.map(({ value }) => value)).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

describe('the members of an object', () => {
  test('are told with their texts as they stand', () => {
    const object = '{ "id" : 90071992547409931 , "s":"a\\u0041", "o":{"id":[1, 2]},"n":null,"":1E5,"id":1.50}';

    expect([...memberTexts(object)]).toEqual([
      ['id', '1.50'],
      ['s', '"a\\u0041"'],
      ['o', '{"id":[1, 2]}'],
      ['n', 'null'],
      ['', '1E5'],
    ]);
    expect(memberTexts('{}').size).toBe(0);
    expect(memberTexts('[{"a":1}]').size).toBe(0);
  });

  test('mean what JSON.parse says', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), indent, (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const expected = JSON.parse(text) as Record<string, unknown>;

        const members = memberTexts(text);

        expect([...members.keys()].sort()).toEqual(Object.keys(expected).sort());
        for (const [key, value] of members) expect(JSON.parse(value)).toEqual(expected[key]);
      }),
    );
  });
});
