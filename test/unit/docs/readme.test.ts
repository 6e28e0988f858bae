import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// A stranger gives a README three minutes. What does not fit has a page in docs/.

const MAX_WORDS = 800;
const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test('the README is read in three minutes', () => {
  // As `wc -w` counts.
  expect(README.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(MAX_WORDS);
});

test('the two commands come before all other commands', () => {
  const [first = ''] = README.match(/```sh\n[\s\S]*?```/) ?? [];

  expect(first.match(/^npm [^#]*[^# ]/gm)).toEqual(['npm ci && npm start', 'npm cit']);
});
