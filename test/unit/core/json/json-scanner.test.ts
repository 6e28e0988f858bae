import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanList, scanMembers, skipValue } from '../../../../functions/core/events/json/json-scanner.ts';

const json = fc.jsonValue({ noUnicodeString: false });
const indent = fc.constantFrom(undefined, 1, '\t');
const fragments = fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', 'null', '1e5', 'x', '"a"', '\\"');

test('a value ends where JSON says', () => {
  fc.assert(
    fc.property(json, indent, fc.constantFrom(',', ']', '}', ' ', ''), (value, indent, after) => {
      const text = JSON.stringify(value, null, indent);

      expect(skipValue(text + after, 0)).toBe(text.length);
    }),
  );
});

test.each([
  ['"a\\\\"', 5],
  ['"a\\""', 5],
  ['"\\\\\\""', 6],
  ['""', 2],
])('the string %s, whose backslashes escape each other or a quote, ends at %i', (text, end) => {
  expect(skipValue(`${text},"b"`, 0)).toBe(end);
});

test('a list’s elements are the exact texts between its commas', () => {
  fc.assert(
    fc.property(fc.array(json), indent, (values, indent) => {
      const text = JSON.stringify(values, null, indent);
      const elements: string[] = [];

      const end = scanList(text, 0, (element) => elements.push(element));

      expect(end).toBe(text.length);
      expect(elements.map((element) => JSON.parse(element) as unknown)).toEqual(JSON.parse(text));
      expect(elements.every((element) => text.includes(element))).toBe(true);
    }),
  );
});

test('a text that is no JSON comes to an end all the same', () => {
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 60 }), (parts) => {
      const text = parts.join('');
      for (const from of [0, 1, text.length]) {
        expect(skipValue(text, from)).toBeGreaterThanOrEqual(from);
        for (const scan of [() => scanList(text, from, () => {}), () => scanMembers(text, () => undefined)]) {
          try {
            scan();
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(SyntaxError);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('a string of a million backslashes is read in one pass', () => {
  const text = JSON.stringify('\\'.repeat(500_000));

  expect(skipValue(text, 0)).toBe(text.length);
});
