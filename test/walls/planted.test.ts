import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The linter's walls: files that break one wall each are put into an empty copy of the project, and the linter must complain about each.

interface Plant {
  readonly wall: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the linter must say about the first of the files: its message for an import, else the rule and the name. */
  readonly complaint: RegExp;
}

const ENGINE = /The engine knows no vendor, no format and no world/;
const DECIDE = /core, formats and sources decide; only shell acts/;
const PAGE = /The browser gets the files of this folder and four libraries/;
const DRAWN = /Constructs are drawn from what they are given/;

/** An import of one thing, in a file that is otherwise fine. */
function importing(path: string, imported: string): Readonly<Record<string, string>> {
  return { [path]: `import { thing } from '${imported}';\n\nexport const it = thing;\n` };
}

/** A line that uses a global, in a file that is otherwise fine. */
function using(path: string, expression: string): Readonly<Record<string, string>> {
  return { [path]: `export const it = () => ${expression};\n` };
}

/** A function with this number of parameters, in a file that is otherwise fine. */
function withParameters(count: number): string {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, count);
  const typed = names.map((name) => `${name}: string`).join(', ');
  return `export const it = (${typed}) => [${names.join(', ')}];\n`;
}

const PLANTS: readonly Plant[] = [
  {
    wall: 'no circle of imports, even of types alone',
    files: {
      'functions/core/run/circle-a.ts': "import type { B } from './circle-b.ts';\n\nexport type A = B | 'a';\n",
      'functions/core/run/circle-b.ts': "import type { A } from './circle-a.ts';\n\nexport type B = A[];\n",
    },
    complaint: /noImportCycles/,
  },
  {
    wall: 'the page imports nothing of the program',
    files: importing('cli/ui/page/views/p1.js', '../../data/page-data.ts'),
    complaint: PAGE,
  },
  {
    wall: 'the page imports no other library',
    files: importing('cli/ui/page/p2.js', 'undici'),
    complaint: PAGE,
  },
  {
    wall: 'core imports no shell',
    files: importing('functions/core/run/p1.ts', '../../shell/serve.ts'),
    complaint: ENGINE,
  },
  {
    wall: 'core imports no format',
    files: importing('functions/core/run/p2.ts', '../../formats/ecs.ts'),
    complaint: ENGINE,
  },
  {
    wall: 'core imports no source',
    files: importing('functions/core/run/p3.ts', '../../sources/acme/source.ts'),
    complaint: ENGINE,
  },
  { wall: 'core imports no file system', files: importing('functions/core/run/p4.ts', 'node:fs'), complaint: ENGINE },
  {
    wall: 'core imports no AWS client',
    files: importing('functions/core/run/p5.ts', '@aws-sdk/client-s3'),
    complaint: ENGINE,
  },
  {
    wall: 'formats import no shell',
    files: importing('functions/formats/p6.ts', '../shell/serve.ts'),
    complaint: DECIDE,
  },
  {
    wall: 'sources import no shell',
    files: importing('functions/sources/acme/p7.ts', '../../shell/network/http.ts'),
    complaint: DECIDE,
  },
  {
    wall: 'sources ask no network',
    files: using('functions/sources/acme/p8.ts', "fetch('/')"),
    complaint: /noRestrictedGlobals.* fetch/,
  },
  {
    wall: 'core reads no environment',
    files: using('functions/core/run/p9.ts', 'process.env'),
    complaint: /noRestrictedGlobals.* process/,
  },
  {
    wall: 'core does not wait by itself',
    files: using('functions/core/run/p10.ts', 'setTimeout(() => 1, 2)'),
    complaint: /noRestrictedGlobals.* setTimeout/,
  },
  {
    wall: 'core writes no log by itself',
    files: using('functions/core/run/p11.ts', 'console.log(1)'),
    complaint: /noRestrictedGlobals.* console/,
  },
  { wall: 'lib imports nothing local', files: importing('lib/plan/p12.ts', '../../local/world.ts'), complaint: DRAWN },
  { wall: 'lib reads no file', files: importing('lib/stacks/p13.ts', 'node:fs'), complaint: DRAWN },
  {
    wall: 'lib reads no environment',
    files: using('lib/stacks/p14.ts', 'process.env'),
    complaint: /noRestrictedGlobals.* process/,
  },
  {
    wall: 'no `any`',
    files: { 'cli/p15.ts': 'export const it = (given: any) => given;\n' },
    complaint: /noExplicitAny/,
  },
  {
    wall: 'no test is left out',
    files: { 'test/p16.test.ts': "import { test } from 'vitest';\n\ntest.skip('nothing', () => undefined);\n" },
    complaint: /noSkippedTests/,
  },
  {
    wall: 'no function has five parameters',
    files: { 'lib/plan/p17.ts': withParameters(5) },
    complaint: /useMaxParams/,
  },
  {
    wall: 'no test has six',
    files: { 'test/p18.ts': withParameters(6) },
    complaint: /useMaxParams/,
  },
];

/** What a file may do in its room; the linter has nothing to say. */
const FINE: Readonly<Record<string, string>> = {
  ...importing('functions/core/run/fine.ts', '../time.ts'),
  ...importing('functions/sources/acme/handler.ts', '../../shell/serve.ts'),
  ...importing('lib/plan/fine.ts', '../../functions/core/model.ts'),
  'functions/core/run/four.ts': withParameters(4),
  'test/five.ts': withParameters(5),
};

const complaints = new Map<string, string[]>();
const copy = mkdtempSync(join(tmpdir(), 'tidemark-walls-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

beforeAll(() => {
  copyFileSync(join(import.meta.dirname, '../../biome.json'), join(copy, 'biome.json'));
  for (const [path, text] of Object.entries({ ...FINE, ...Object.assign({}, ...PLANTS.map(({ files }) => files)) })) {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    writeFileSync(join(copy, path), text as string);
  }
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const { diagnostics } = JSON.parse(stdout) as Report;
  for (const { location, message, category } of diagnostics.filter(({ severity }) => severity === 'error')) {
    const path = location?.path ?? '';
    complaints.set(path, [...(complaints.get(path) ?? []), `${category}: ${message}`]);
  }
});

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly severity: string;
    readonly message: string;
    readonly location?: { readonly path?: string };
  }[];
}

test.each(PLANTS)('$wall', ({ files, complaint }) => {
  expect(complaints.get(Object.keys(files)[0] ?? '')).toEqual([expect.stringMatching(complaint)]);
});

test.each(Object.keys(FINE))('%s may do what it does', (path) => {
  expect(complaints.get(path)).toBeUndefined();
});
