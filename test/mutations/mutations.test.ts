import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { plant, ROOT, sourceOf } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** Of each kind one that is found within a second; `npm run mutants` plants all of them. */
const QUICK = ['commit-before-deliver', 'seen-before-deliver', 'fence-ignored', 'no-overlap', 'ordinal-lost'];

it('has ten and more planted bugs, each told, each fitting its file exactly once', () => {
  expect(MUTATIONS.length).toBeGreaterThan(10);
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  for (const mutation of MUTATIONS) {
    expect(mutation.story.length).toBeGreaterThan(20);
    expect(plant(mutation, sourceOf(mutation))).not.toBe(sourceOf(mutation));
  }
});

it.each(QUICK)('%s is found by a seed', (name) => {
  const args = ['test/mutations/hunt.ts', name, '60'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: fileURLToPath(ROOT), encoding: 'utf8', timeout: 60_000 });
  expect(JSON.parse(stdout)).toMatchObject({ seed: expect.any(Number), failure: expect.any(String) });
});
