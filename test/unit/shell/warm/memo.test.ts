import { expect, test } from 'vitest';
import { Memo } from '../../../../functions/shell/warm/memo.ts';

test('what was made of a text is made once', () => {
  const memo = new Memo<object>();
  const first = memo.get('a', () => ({ made: 1 }));

  expect(memo.get('a', () => ({ made: 2 }))).toBe(first);
  expect(memo.get('b', () => ({ made: 2 }))).toEqual({ made: 2 });
});

test('an error is not remembered', () => {
  const memo = new Memo<number>();
  const fail = () => {
    throw new Error('not now');
  };

  expect(() => memo.get('a', fail)).toThrow('not now');
  expect(memo.get('a', () => 1)).toBe(1);
});

test('it is bounded, in number and in size', () => {
  const memo = new Memo<number>();
  const large = 'x'.repeat(100_001);
  memo.get(large, () => 1);
  for (let at = 0; at < 150; at++) memo.get(`t${at}`, () => at);

  expect(memo.get(large, () => 2)).toBe(2);
  expect(memo.get('t49', () => -1)).toBe(-1);
  expect(memo.get('t149', () => -1)).toBe(149);
});
