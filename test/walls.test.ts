import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// What the linter cannot forbid: the clock and chance, in rooms that only decide. They come in as Effects.

const ROOT = join(import.meta.dirname, '..');
const FORBIDDEN = /\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(|\bnew Date\(\)|\brandomUUID\(|\brandomBytes\(/;

const files = globSync('functions/{core,formats,sources}/**/*.ts', { cwd: ROOT });

test.each(files)('%s reads no clock and throws no dice', (file) => {
  expect(
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => FORBIDDEN.test(line)),
  ).toEqual([]);
});
