import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { TidemarkError } from '../../functions/core/errors.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { madeContent, PACKAGES } from '../../tools/content/packages.ts';
import { readRules } from '../../tools/content/sigma/read-rules.ts';
import { packedFiles, writeContent } from '../../tools/content/write-content.ts';

const ROOT = join(import.meta.dirname, '../..');
const inputs = { sources: await findSources(), rules: readRules(), version: '1.2.3' };
const folder = mkdtempSync(join(tmpdir(), 'content-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('writes the packages and says which files', () => {
  const told = writeContent(['--out', join(folder, 'new/out')], inputs);
  const written = told.trim().split('\n');
  expect(written).toContain(join(folder, 'new/out/TA-tidemark-1.2.3.tar.gz'));
  expect(written).toContain(join(folder, 'new/out/elastic/detection-rules.ndjson'));
  expect(written.every((path) => existsSync(path))).toBe(true);
  expect(writeContent(['--out', join(folder, 'new/out')], inputs)).toBe(told);
});

test('makes the same bytes again', () => {
  expect(packedFiles(inputs)).toEqual(packedFiles(inputs));
});

describe('says what is wrong with', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');

  test.each([
    ['no folder', [], 'It is not said where to write', 'npm run content -- --out DIR'],
    ['an empty folder', ['--out', ''], 'It is not said where to write', 'Name a folder'],
    ['a file in place of the folder', ['--out', file], `${file} is a file`, 'Name another folder'],
    ['a folder below a file', ['--out', join(file, 'x')], 'is a file, and a folder is wanted', 'Name another folder'],
    ['a folder that the system does not make', ['--out', '/proc/x'], 'cannot be written', 'Name'],
  ])('%s', (_, args, message, remedy) => {
    const thrown = thrownBy(() => writeContent(args, inputs));
    expect(thrown?.message).toContain(message);
    expect(thrown?.remedy).toContain(remedy);
  });

  test('an option that does not exist', () => {
    expect(() => writeContent(['--output', folder], inputs)).toThrow('--output');
    expect(() => writeContent([folder], inputs)).toThrow(folder);
  });
});

describe('the folders of the packages', () => {
  const made = madeContent(inputs);

  test('hold nothing that was made once and is made no longer', () => {
    const inRepository = PACKAGES.flatMap((each) => globSync(`content/${each.folder}/**/*.*`, { cwd: ROOT }));
    const orphans = inRepository.filter((path) => !Object.hasOwn(made, path) && isMade(path));
    expect(orphans).toEqual([]);
  });

  test('hold no file whose name begins with a dot', () => {
    expect(PACKAGES.flatMap(({ folder: one }) => globSync(`content/${one}/**/.*`, { cwd: ROOT }))).toEqual([]);
  });
});

/** Whether a file says that it is made, or is of a kind that nobody writes by hand. */
function isMade(path: string): boolean {
  if (/\.(ppl|ndjson|csv|sql)$/.test(path)) return true;
  return readFileSync(join(ROOT, path), 'utf8').startsWith('# Made by');
}

function thrownBy(act: () => void): TidemarkError | undefined {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return thrown;
    throw thrown;
  }
  return undefined;
}
