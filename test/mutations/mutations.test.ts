import { describe, expect, it } from 'vitest';
import { findBug } from './find-bug.ts';
import { plant, sourceOf } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** Each is found within a second; `npm run mutants` hunts all of them. */
const QUICK = [
  'commit-before-deliver',
  'seen-before-deliver',
  'fence-ignored',
  'partial-refusal-ignored',
  'ordinal-lost',
];

describe('a planted bug', () => {
  it.each(MUTATIONS)('$name still fits the code', (mutation) => {
    expect(plant(mutation, sourceOf(mutation))).not.toBe(sourceOf(mutation));
  });

  it('is refused where what it replaces stands twice, or nowhere', () => {
    const bug = { name: 'bug', story: '', file: 'some.ts', find: 'one', put: 'two' };
    expect(() => plant(bug, 'one one')).toThrow('stands 2 times');
    expect(() => plant(bug, 'none')).not.toThrow();
    expect(() => plant(bug, 'two')).toThrow('stands 0 times');
  });

  it.each(MUTATIONS.filter(({ name }) => QUICK.includes(name)))('$name is found', async (mutation) => {
    expect(await findBug(mutation, { seeds: 500 })).toMatchObject({ caughtBy: 'simulator' });
  });
});
