import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largeJsonRows } from '../../../../functions/core/events/json/large-json-rows.ts';
import { LARGEST_RECORD, listInPieces } from '../../../../functions/core/events/json/list-in-pieces.ts';

async function* piecesOf(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function read(text: string, length: number) {
  const list = listInPieces(piecesOf(text, length), 'data');
  const texts: string[] = [];
  const cut: unknown[] = [];
  const sizes: number[] = [];
  for (;;) {
    const step = await list.next();
    if (step.done) return { texts, cut, sizes, document: JSON.parse(step.value) as unknown };
    texts.push(...step.value.texts);
    cut.push(...step.value.cut);
    sizes.push(step.value.texts.reduce((sum, one) => sum + one.length, 0));
  }
}

const documents = fc
  .record({ before: fc.jsonValue(), data: fc.array(fc.jsonValue()), after: fc.jsonValue() })
  .chain(({ before, data, after }) =>
    fc.constantFrom(0, 1, 3).map((indent) => JSON.stringify({ 'a"]}': before, data, after }, null, indent)),
  );

describe('a list that comes in pieces', () => {
  test('is what it is in one piece, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.integer({ min: 1, max: 40 }), async (text, length) => {
        const { rows, document } = largeJsonRows({ headers: {}, text }, 'data');

        const found = await read(text, length);

        expect(found.texts.map((one) => JSON.parse(one) as unknown)).toEqual(rows.map(({ value }) => value));
        expect(found.document).toEqual(document);
      }),
      { numRuns: 300 },
    );
  });

  test('is handed over some records at a time', async () => {
    const text = JSON.stringify({ data: Array.from({ length: 3_000 }, () => ({ note: 'x'.repeat(1_000) })) });

    const { texts, sizes } = await read(text, 10_000);

    expect(texts.length).toBe(3_000);
    expect(Math.max(...sizes)).toBeLessThan(202_000);
  });

  test('keeps only the beginning of a record that is too long, and goes on after it', async () => {
    const long = JSON.stringify({ note: 'y'.repeat(LARGEST_RECORD) });
    const text = `{"data":[{"a":1},${long},{"b":2}],"total":3}`;

    const { texts, cut, document } = await read(text, 64_000);

    expect(texts).toEqual(['{"a":1}', '{"b":2}']);
    expect(cut).toEqual([
      { text: long.slice(0, 20_000), length: long.length, digest: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
    expect(document).toEqual({ data: [], total: 3 });
  });

  test.each([
    ['[1,2]'],
    ['<html>'],
    [''],
    ['{"data":[1,2'],
    ['{"data":[1 2]}'],
    ['{"data":[1,]}'],
    ['{"data":["a'],
    ['{"data":[1]'],
    ['{"data":[1]} x'],
    ['{"data":[1]}}'],
    ['{"more" "data"}'],
    [`{"more":"${'z'.repeat(LARGEST_RECORD)}","data":[]}`],
  ])('of a document that is none fails: %.20s', async (text) => {
    await expect(read(text, 7_777)).rejects.toThrow(SyntaxError);
  });
});
