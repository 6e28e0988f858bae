import { expect, test } from 'vitest';
import { BLOCK_BYTES, Blocks, type LineBytes, WaitingLines } from '../../../functions/core/delivery/line-bytes.ts';

function textOf({ block, from, to }: LineBytes): string {
  return block.toString('utf8', from, to);
}

test('lines of all lengths and characters are whole, each ended by a newline', () => {
  const lines = new WaitingLines(new Blocks());
  const texts = ['', 'a', 'ä€😀', 'half \ud800 a pair', 'x'.repeat(BLOCK_BYTES), '€'.repeat(BLOCK_BYTES), 'after'];
  const many = Array.from({ length: 30 }, (_, at) => texts.map((text) => `${at} ${text}`)).flat();

  const written = many.map((text) => lines.add(text));

  expect(written.map(textOf)).toEqual(many.map((text) => `${text.toWellFormed()}\n`));
});

test('a line that fits exactly is written to the end of its block, and the next one into another', () => {
  const lines = new WaitingLines(new Blocks());

  const [full, next] = [lines.add('x'.repeat(BLOCK_BYTES - 1)), lines.add('y')];

  expect([full.from, full.to]).toEqual([0, BLOCK_BYTES]);
  expect(next.block).not.toBe(full.block);
  expect([textOf(full).length, textOf(next)]).toEqual([BLOCK_BYTES, 'y\n']);
});

test('blocks are used again only after their lines were released', () => {
  const blocks = new Blocks();
  const [first, second, third] = [1, 2, 3].map(() => new WaitingLines(blocks)) as [
    WaitingLines,
    WaitingLines,
    WaitingLines,
  ];
  const waiting = first.add('first');

  const beside = second.add('second');
  first.release();
  const after = third.add('third');

  expect(beside.block).not.toBe(waiting.block);
  expect(after.block).toBe(waiting.block);
  expect([textOf(beside), textOf(after)]).toEqual(['second\n', 'third\n']);
  // What was released is not written to by those who had it.
  expect(first.add('more').block).not.toBe(after.block);
});
