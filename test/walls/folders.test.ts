import { expect, test } from 'vitest';
import { fullFolders, MAX_AT_CORE_ROOT, MAX_FILES } from './folders.ts';
import { filesBelow } from './tree.ts';

const IS_DATA = /\/(fixtures|golden)\//;

test('a reader sees from the folders what the program does: no folder of code is crowded', () => {
  const code = filesBelow('functions', 'lib', 'cli', 'local', 'simulators', 'tools', 'bench', 'test').filter(
    (path) => !IS_DATA.test(path),
  );

  expect(fullFolders(code)).toEqual([]);
});

test('a planted violation is found', () => {
  const filesIn = (folder: string, count: number) => Array.from({ length: count }, (_, at) => `${folder}/${at}.ts`);

  expect(
    fullFolders([
      ...filesIn('lib/plan', MAX_FILES),
      ...filesIn('lib/plan/parts', MAX_FILES + 1),
      ...filesIn('functions/core', MAX_AT_CORE_ROOT + 1),
    ]),
  ).toEqual([
    'lib/plan/parts has 16 files, at most 15: give it sub-folders',
    'functions/core has 10 files, at most 9: give it sub-folders',
  ]);
});
