import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeJson } from '../../../functions/core/events/write-json.ts';

const DEEP = 20_000;
const OPEN = '[{"a":[],"b":{},"c":';

/** The value as JSON of ours, at the bottom of what JSON.stringify cannot write. */
function writtenDeep(value: unknown): string {
  const text = `${OPEN.repeat(DEEP)}${JSON.stringify(value)}${'}]'.repeat(DEEP)}`;
  const written = writeJson(JSON.parse(text));
  return written.slice(OPEN.length * DEEP, written.length - 2 * DEEP);
}

test('what JSON.stringify can write is written as it writes it', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void expect(writeJson(value)).toBe(JSON.stringify(value))));
});

test('what it cannot write is written to the letter, as it would', () => {
  expect(() => JSON.stringify(JSON.parse(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`))).toThrow(RangeError);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => void expect(writtenDeep(value)).toBe(JSON.stringify(value))),
    { numRuns: 10 },
  );
  expect(writtenDeep({ 'a"': [1, 'x\n', null, true], '': {} })).toBe('{"a\\"":[1,"x\\n",null,true],"":{}}');
});

test('what no JSON can hold is said as JSON.stringify says it, and what it refuses is refused', () => {
  const deep = JSON.parse(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`) as unknown;

  expect(writeJson([undefined, Number.POSITIVE_INFINITY, { a: undefined, b: 1 }, deep])).toBe(
    `[null,null,{"b":1},${'['.repeat(DEEP)}${']'.repeat(DEEP)}]`,
  );
  expect(() => writeJson([1n])).toThrow(TypeError);
});
