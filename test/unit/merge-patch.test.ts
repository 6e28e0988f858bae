import { expect, test } from 'vitest';
import { mergePatch } from '../../tools/merge-patch.ts';

test('a merge patch has what is new, and null for what is gone', () => {
  const from = { same: { deep: [1] }, list: [1, 2], gone: 'x', inner: { a: 1, b: 2 }, text: 'old' };
  const to = { same: { deep: [1] }, list: [2], inner: { a: 1, c: 3 }, text: { now: 'an object' }, more: false };

  expect(mergePatch(from, to)).toEqual({
    list: [2],
    gone: null,
    inner: { b: null, c: 3 },
    text: { now: 'an object' },
    more: false,
  });
});
