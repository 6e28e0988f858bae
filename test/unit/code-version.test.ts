import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERSION } from '../../functions/shell/version.ts';
import { codeHash, codeVersion } from '../../lib/plan/code-version.ts';
import { findSources } from '../../lib/plan/find-sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const sources = await findSources();

test.each(sources.map(({ id }) => id))(
  'the hash of %s can be made anew from the files that the documents name',
  (id) => {
    const files = globSync('functions/**/*.ts', { cwd: ROOT })
      .filter((name) => !name.includes('/fixtures/'))
      .filter((name) => !name.startsWith('functions/sources/') || name.startsWith(`functions/sources/${id}/`))
      .sort();
    const hash = createHash('sha256');
    for (const name of [...files, 'package-lock.json']) {
      const text = readFileSync(join(ROOT, name));
      hash.update(`${name} ${text.length}\n`).update(text);
    }

    expect(files.length).toBeGreaterThan(100);
    expect(codeHash(id)).toBe(hash.digest('hex').slice(0, 12));
    expect(codeVersion(id)).toBe(`${VERSION}+${codeHash(id)}`);
  },
);

test('each source has a hash of its own', () => {
  expect(new Set(sources.map(({ id }) => codeHash(id))).size).toBe(sources.length);
});
