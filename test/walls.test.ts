import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findSources } from '../lib/plan/find-sources.ts';

// What the linter cannot forbid: the clock and chance, in rooms that only decide. They come in as Effects.

const ROOT = join(import.meta.dirname, '..');
const FORBIDDEN = /\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(|\bnew Date\(\)|\brandomUUID\(|\brandomBytes\(/;

const files = globSync('functions/{core,formats,source-kit,sources}/**/*.ts', { cwd: ROOT });

test.each(files)('%s reads no clock and throws no dice', (file) => {
  expect(
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => FORBIDDEN.test(line)),
  ).toEqual([]);
});

const drawings = globSync('lib/**/*.ts', { cwd: ROOT });
const vendors = (await findSources()).flatMap(({ id, title }) => [id, ...title.split(/\W+/)]);

test.each(drawings)('%s names no vendor', (file) => {
  const words = readFileSync(join(ROOT, file), 'utf8')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

  expect(words.filter((word) => vendors.some((vendor) => vendor.toLowerCase() === word))).toEqual([]);
});
