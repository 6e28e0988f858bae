import { describe, expect, test } from 'vitest';
import { CORE, type House, PROJECT, wrongWays } from './floors.ts';
import { filesBelow, importsOf, textOf } from './tree.ts';

const code = filesBelow('functions', 'lib', 'cli', 'local', 'simulators', 'tools', 'bench', 'test').filter((path) =>
  path.endsWith('.ts'),
);
const IN_CORE = /^functions\/core\//;

test('the folders of the project import downwards only', () => {
  expect(code.flatMap((path) => wrongWays(PROJECT, path, importsOf(path, textOf(path))))).toEqual([]);
});

test('the rooms of the engine import downwards only', () => {
  const inCore = code.filter((path) => IN_CORE.test(path));

  expect(inCore.length).toBeGreaterThan(50);
  expect(inCore.flatMap((path) => wrongWaysInCore(path, textOf(path)))).toEqual([]);
});

function wrongWaysInCore(path: string, text: string): string[] {
  const imports = importsOf(path, text).filter((imported) => IN_CORE.test(imported));
  const inside = (one: string) => one.replace(IN_CORE, '');
  return wrongWays(CORE, inside(path), imports.map(inside));
}

describe('a planted violation is found', () => {
  test.each([
    [
      'upwards',
      'jobs/verify.ts',
      "import { x } from '../invocation/tasks.ts';",
      'jobs may not import invocation/tasks.ts',
    ],
    [
      'a type only',
      'stored/job.ts',
      "import type { Lease } from '../state/lease.ts';",
      'stored may not import state/lease.ts',
    ],
    ['in an expression', 'run/a.ts', "type X = import('../jobs/verify.ts').X;", 'run may not import jobs/verify.ts'],
    [
      'on the same floor',
      'delivery/deliver.ts',
      "export * from '../requests/ask.ts';",
      'delivery may not import requests/ask.ts',
    ],
    [
      'from the ground',
      'time.ts',
      "import { isObject } from './events/complete.ts';",
      'time.ts may not import events/complete.ts',
    ],
    [
      'of rotation',
      'rotation/rotate.ts',
      "import { ask } from '../requests/ask.ts';",
      'rotation may not import requests/ask.ts, only requests/judge.ts',
    ],
    [
      'to rotation',
      'invocation/tasks.ts',
      "import { rotate } from '../rotation/rotate.ts';",
      'invocation may not import rotation/rotate.ts',
    ],
    ['of a room without a floor', 'attic/a.ts', "import { x } from '../time.ts';", 'attic has no floor yet'],
  ])('in the engine: %s', (_, path, line, complaint) => {
    expect(wrongWaysInCore(`functions/core/${path}`, `// Some words.\n${line}\n`)).toEqual([
      expect.stringContaining(`${path}: ${complaint}`),
    ]);
  });

  test('with the arrows that hold', () => {
    const house: House = {
      floors: [['top'], ['left', 'right'], ['ground']],
      roomOf: (path) => path.split('/')[0] ?? '',
    };

    expect(wrongWays(house, 'left/a.ts', ['right/b.ts', 'ground/c.ts', 'left/d.ts', 'top/e.ts'])).toEqual([
      'left/a.ts: left may not import right/b.ts: arrows go top -> left, right -> ground',
      'left/a.ts: left may not import top/e.ts: arrows go top -> left, right -> ground',
    ]);
  });

  test.each([
    ['functions/shell/serve.ts', '../sources/acme/source.ts', 'functions/shell may not import functions/sources/acme'],
    ['functions/formats/ecs.ts', '../../lib/plan/find-sources.ts', 'functions/formats may not import lib/plan'],
    ['lib/app.ts', '../local/world.ts', 'lib may not import local/world.ts'],
    ['local/world.ts', '../cli/cli.ts', 'local may not import cli/cli.ts'],
    ['tools/generate.ts', '../test/setup.ts', 'tools may not import test/setup.ts'],
    ['simulators/acme/service.ts', '../../functions/core/time.ts', 'simulators may not import functions/core/time.ts'],
  ])('in the project: %s', (path, imported, complaint) => {
    expect(wrongWays(PROJECT, path, importsOf(path, `import { x } from '${imported}';\n`))).toEqual([
      expect.stringContaining(complaint),
    ]);
  });
});
