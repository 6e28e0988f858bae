import { expect, it } from 'vitest';
import { tryOnce } from './fuzz.ts';
import { findTargets, type Target } from './targets.ts';

const CASES = 12;

it.each(await findTargets())('$name keeps its promises, whatever it gets', (target) => {
  const tried = { target: target.name, cases: 0, slowestMs: 0 };

  const broken = Array.from({ length: CASES }, (_, seed) => tryOnce(target, seed, tried)).find((one) => one);

  expect(broken, JSON.stringify(broken)).toBeUndefined();
  expect(tried.cases).toBe(CASES);
});

it('finds a promise that is broken, and makes what breaks it small', () => {
  const target: Target = {
    name: 'no bars',
    make: () => `${'x'.repeat(300)}|${'y'.repeat(300)}`,
    check: (text) => {
      if (text.includes('|')) throw new Error('a bar');
    },
  };

  const broken = tryOnce(target, 1, { target: 'no bars', cases: 0, slowestMs: 0 });

  expect(broken).toMatchObject({ target: 'no bars', seed: 1, text: '|', why: expect.stringContaining('a bar') });
});
