import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnreadableError } from '../../../../functions/core/errors.ts';
import { jsonRows } from '../../../../functions/core/events/json/json-rows.ts';

const JSON_HEADERS = { 'content-type': 'application/hal+json;charset=UTF-8' };

function textsOf(text: string, key = 'rows'): string[] {
  return jsonRows({ headers: JSON_HEADERS, text }, key).rows.map((row) => row.text);
}

function refusal(text: string, headers: Record<string, string> = JSON_HEADERS): UnreadableError {
  try {
    jsonRows({ headers, text }, 'rows');
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return thrown;
    throw thrown;
  }
  throw new Error('the text was read');
}

describe('the text of each record is the vendor’s own', () => {
  test.each([
    ['numbers that a double cannot hold', '{"id":90071992547409931,"x":1e400,"y":-0.0,"z":1E+2}'],
    ['a key given twice', '{"a":1,"a":2}'],
    ['the order of keys', '{"b":1,"2":1,"1":1,"a":1}'],
    ['escapes', '{"a":"\\u0041\\/\\"\\\\","\\u0062":"\\ud800 \\n"}'],
    ['brackets, commas and colons in strings', '{"a":"]},[{:","b":["[",{"]":"}"}]}'],
    ['space between tokens', '{ "a" :\t1 , "b" : [ ] }'],
    ['a line separator inside a string', '{"a":"\u2028"}'],
    ['a string, a number, a literal, an empty list', '"x"'],
    ['a bare number', '12.50'],
    ['null', 'null'],
    ['__proto__', '{"__proto__":{"a":1}}'],
  ])('%s', (_name, record) => {
    expect(textsOf(`{"rows":[${record}]}`)).toEqual([record]);
    expect(textsOf(`{"n":{"rows":[0]},"rows": [ ${record} ,${record}, true ] ,"after":[9]}`)).toEqual([
      record,
      record,
      'true',
    ]);
  });

  test('line breaks between tokens become a space', () => {
    expect(textsOf('{"rows":[{\r\n  "a": 1,\n\n"b":2\n}\n]}')).toEqual(['{   "a": 1, "b":2 }']);
  });

  test('a byte order mark is skipped', () => {
    expect(textsOf('\uFEFF{"rows":[1]}')).toEqual(['1']);
  });

  test('the last of two equal top-level keys counts, however it is escaped', () => {
    const { rows } = jsonRows({ headers: {}, text: '{"rows":[1],"ro\\u0077s":[2,3],"other":[4]}' }, 'rows');

    expect(rows).toEqual([
      { value: 2, text: '2' },
      { value: 3, text: '3' },
    ]);
  });

  test('a record nested 100,000 deep is read', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

    expect(textsOf(`{"rows":[${deep},1]}`)).toEqual([deep, '1']);
  });

  test('the rest of the document is there too', () => {
    expect(jsonRows({ headers: {}, text: '{"rows":[],"_links":{"next":null}}' }, 'rows')).toEqual({
      rows: [],
      document: { rows: [], _links: { next: null } },
    });
  });
});

test('for any JSON, compact or pretty-printed, the texts mean what JSON.parse says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ noUnicodeString: false })),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom(undefined, 1, 4, '\t'),
      fc.string({ unit: 'binary' }),
      (values, others, indent, key) => {
        const text = JSON.stringify({ ...others, [key]: values, after: others }, null, indent);
        const expected: unknown = (JSON.parse(text) as Record<string, unknown>)[key];
        fc.pre(Array.isArray(expected));

        const { rows } = jsonRows({ headers: JSON_HEADERS, text }, key);

        expect(rows.map((row) => row.value)).toEqual(expected);
        expect(rows.map((row) => JSON.parse(row.text))).toEqual(expected);
        expect(rows.every((row) => !/[\r\n]/.test(row.text))).toBe(true);
      },
    ),
  );
});

describe('what is not the list is refused', () => {
  test('a proxy’s HTML', () => {
    const error = refusal('<html>\n<body>\u0007Sign in</body>', { 'content-type': 'text/html' });

    expect(error.claimsFormat).toBe(false);
    expect(error.message).toBe(
      'the answer is not JSON, or only a part of it (content type text/html, 28 characters): <html> <body> Sign in</body>',
    );
  });

  test.each([
    ['HTML that claims to be JSON', '<html>', JSON_HEADERS, false],
    ['plain text', 'upstream timed out', { 'content-type': 'text/plain' }, false],
    ['an empty body', '', JSON_HEADERS, false],
    ['half a document', '{"rows":[{"a":1},{"a', JSON_HEADERS, true],
    ['half a document without a content type', '{"rows":[', {}, true],
    ['two documents', '{"rows":[]}{"rows":[]}', JSON_HEADERS, true],
    ['no list', '{"other":[]}', JSON_HEADERS, true],
    ['a list that is an object', '{"rows":{"0":1}}', JSON_HEADERS, true],
    ['a list that is null', '{"rows":null}', JSON_HEADERS, true],
    ['a list that a later key replaces', '{"rows":[1],"rows":2}', JSON_HEADERS, true],
    ['a list inherited from nowhere', '{"__proto__":{"rows":[1]}}', JSON_HEADERS, true],
    ['a bare list', '[{"rows":[]}]', JSON_HEADERS, true],
    ['a string', '"rows"', JSON_HEADERS, false],
  ])('%s', (_name, text, headers, claimsFormat) => {
    expect(refusal(text, headers).claimsFormat).toBe(claimsFormat);
  });

  test('the message shows the beginning of the body only', () => {
    expect(refusal(`{"rows":"${'x'.repeat(5_000)}"}`).message.length).toBeLessThan(400);
  });
});
