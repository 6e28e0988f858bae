import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { licenceList, refusedPackages } from '../../../tools/licences/licence-list.ts';
import { packagesIn, packagesInstalledWith, ROOT } from '../../../tools/licences/packages.ts';
import { installedPart, pagePart } from '../../../tools/licences/parts.ts';
import { isPermissive } from '../../../tools/licences/permissive.ts';

describe('a licence', () => {
  test.each([
    'MIT',
    '(MIT OR GPL-3.0-or-later)',
    'GPL-3.0-only OR (MIT AND Apache-2.0)',
    'MIT AND (ISC OR BSD-2-Clause)',
  ])('%s is permissive', (licence) => {
    expect(isPermissive(licence)).toBe(true);
  });

  test.each([
    'GPL-3.0-only',
    'AGPL-3.0-or-later',
    'MPL-2.0',
    'MIT AND GPL-2.0-only',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.md',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    '(MIT',
    'MIT)',
    'MIT ISC',
    'OR MIT',
    '',
  ])('%j is not', (licence) => {
    expect(isPermissive(licence)).toBe(false);
  });
});

describe('packages in a bundle', () => {
  const { root, metafile } = planted({
    'node_modules/free/package.json': { name: 'free', version: '1.0.0', license: 'MIT' },
    'node_modules/free/LICENSE': 'As you like,\r\n  but keep this.  \n',
    'node_modules/free/dist/package.json': { type: 'module' },
    'node_modules/free/node_modules/@acme/copyleft/package.json': {
      name: '@acme/copyleft',
      version: '2.0.0',
      license: 'GPL-3.0-only',
    },
    'node_modules/old/package.json': { name: 'old', version: '0.1.0', license: { type: 'MIT' } },
    'node_modules/silent/package.json': { name: 'silent', version: '3.0.0' },
    'node_modules/unused/package.json': { name: 'unused', version: '4.0.0', license: 'GPL-3.0-only' },
  });
  const part = { title: 'The function acme', packages: packagesIn(metafile, root) };

  test('are those whose code is in it, also nested ones', () => {
    expect(part.packages.map(({ name, version, licence }) => [name, version, licence])).toEqual([
      ['@acme/copyleft', '2.0.0', 'GPL-3.0-only'],
      ['free', '1.0.0', 'MIT'],
      ['old', '0.1.0', 'MIT'],
      ['silent', '3.0.0', undefined],
    ]);
  });

  test('are refused with copyleft or without a licence, with what to do', () => {
    const remedy =
      'Use another package or version, or keep it out of there. A permissive licence that is missing in tools/licences/permissive.ts is added there.';

    expect(refusedPackages(part)).toEqual([
      `The function acme: @acme/copyleft 2.0.0 has the licence GPL-3.0-only, which is not known as permissive. ${remedy}`,
      `The function acme: silent 3.0.0 names no licence. ${remedy}`,
    ]);
  });

  test('are listed with their licences, each text once', () => {
    const free = part.packages.filter(({ name }) => name === 'free');
    const twin = free.map((each) => ({ ...each, name: 'twin', texts: ['As you like,\n  but keep this.'] }));

    expect(
      licenceList([{ title: 'The function acme', packages: [...free, ...twin] }], '1.2.3'),
    ).toBe(`Licences of what others wrote, in Tidemark 1.2.3

Tidemark itself is licensed under the Apache License 2.0 (LICENSE, NOTICE).

The function acme
-----------------
free 1.0.0, MIT
twin 1.0.0, MIT

free 1.0.0
twin 1.0.0
----------
As you like,
  but keep this.

`);
  });
});

test('nothing that is served to a browser or installed with the package may not be', () => {
  const parts = [pagePart(), installedPart()];

  expect(parts.flatMap(refusedPackages)).toEqual([]);
  expect(packagesInstalledWith().map(({ name }) => name)).toEqual(expect.arrayContaining(['undici', 'mnemonist']));
});

test('the libraries of the page are those that are served', () => {
  const served = readFileSync(join(ROOT, 'cli/ui/server/assets.ts'), 'utf8').matchAll(/resolve\('([^/']+)/g);

  expect(pagePart().packages.map(({ name }) => name)).toEqual([...new Set([...served].map(([, name]) => name))].sort());
});

/** Writes files below a folder of their own; the bundle has code of every package but `unused`. */
function planted(files: Readonly<Record<string, string | object>>) {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-licences-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  afterAll(() => rmSync(root, { recursive: true }));
  const inputs = {
    'functions/acme/handler.ts': { bytesInOutput: 10 },
    'node_modules/free/dist/index.js': { bytesInOutput: 10 },
    'node_modules/free/node_modules/@acme/copyleft/index.js': { bytesInOutput: 10 },
    'node_modules/old/index.js': { bytesInOutput: 10 },
    'node_modules/silent/index.js': { bytesInOutput: 10 },
    'node_modules/unused/index.js': { bytesInOutput: 0 },
  };
  return { root, metafile: { outputs: { 'index.mjs': { bytes: 50, inputs, imports: [], exports: [] } } } };
}
