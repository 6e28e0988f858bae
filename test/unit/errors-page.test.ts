import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../tools/errors/error-codes.ts';
import { errorsPage } from '../../tools/errors/errors-page.ts';
import { findErrors } from '../../tools/errors/find-errors.ts';
import { filesBelow, textOf } from '../walls/tree.ts';

const page = errorsPage();
const found = findErrors();

test('each code has a heading, a meaning and a remedy', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  expect(headings).toEqual(Object.keys(ERROR_CODES));
  for (const { happened, remedy } of Object.values(ERROR_CODES)) expect(page).toContain(`${happened} | ${remedy}`);
});

test('each error that the code makes is found, wherever it is made', () => {
  const files = filesBelow('functions', 'lib', 'local', 'cli').filter((path) => path.endsWith('.ts'));
  const making = files.filter((path) => /new TidemarkError\(\{\s*code: '/.test(textOf(path)));
  const places = new Set(found.map(({ file }) => file));

  expect(making.length).toBeGreaterThan(40);
  expect(making.filter((path) => !places.has(path))).toEqual([]);
  expect(found.filter(({ code }) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
});

test('every error says what to do, with a full stop', () => {
  const open = found.filter(({ remedy }) => !remedy.includes('…') && !/[.]$/.test(remedy));

  expect(open).toEqual([]);
});

test('what a caller says of an error stands in its place', () => {
  expect(found).toContainEqual({
    file: 'cli/feeds/range.ts',
    code: 'config',
    message: '--to is there, --from is not.',
    remedy: 'Give both.',
  });
});
