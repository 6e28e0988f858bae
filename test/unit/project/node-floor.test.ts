import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rsort, satisfies } from 'semver';
import { expect, test } from 'vitest';
import nodePackages from '../../../tools/node/package.json' with { type: 'json' };

// The oldest Node on which an installation prints no warning and everything runs: package.json says it as `engines`.

const ROOT = join(import.meta.dirname, '../../..');
const read = <T>(path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;

/** Node 22.18 is the first that runs TypeScript without a flag and without a warning, as a clone needs it. */
const OUR_OWN = '22.18.0';
const A_VERSION_22 = /\b22\.\d+\.\d+/g;

const { engines } = read<{ engines: { node: string } }>('package.json');
const { packages } = read<{ packages: Record<string, { engines?: { node?: string } | string[] }> }>(
  'package-lock.json',
);
const asked = Object.entries(packages).flatMap(([place, { engines }]) => {
  const range = Array.isArray(engines) ? undefined : engines?.node;
  return range === undefined || place === '' ? [] : [{ place, range }];
});

test('`engines` is the lowest Node 22 that all packages and the project itself ask for', () => {
  const named = asked.flatMap(({ range }) => range.match(A_VERSION_22) ?? []);
  const [floor] = rsort([OUR_OWN, ...named]);

  expect(asked.length).toBeGreaterThan(200);
  expect(
    engines.node,
    'Change `engines` in package.json, or keep the version of the package before. What users have to install is said in CHANGELOG.md.',
  ).toBe(`>=${floor}`);
});

test('no package refuses it', () => {
  const floor = engines.node.slice('>='.length);

  expect(asked.filter(({ range }) => !satisfies(floor, range))).toEqual([]);
});

test('the Node of a clone is not older, and that of Linux is the one of Lambda', () => {
  const brought = Object.entries(nodePackages.optionalDependencies);

  expect(brought.filter(([, version]) => !satisfies(version, engines.node))).toEqual([]);
  for (const [name, version] of brought.filter(([name]) => name.startsWith('node-linux'))) {
    expect(satisfies(version, '24'), name).toBe(true);
  }
});
