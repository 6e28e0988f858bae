import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SIMPLEST_TYPE } from '../../../functions/destinations/destination-types.ts';
import { DECIDED, decisionsOf } from './decisions.ts';

// A new vendor, as a contributor adds it: the scaffold, the vendor's decisions, and no other edit. It is done in a copy of the project.

const ROOT = join(import.meta.dirname, '../../..');
const IDS = DECIDED.map(({ id }) => id);
const run = promisify(execFile);
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'tidemark-new-vendor-'));
  const left = ['node_modules', '.git', '.tidemark', 'cdk.out', 'pictures'];
  const filter = (path: string) => !left.includes(path.split(/[\\/]/).at(-1) ?? '');
  await cp(ROOT, copy, { recursive: true, filter });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const { id, stream, auth, paging } of DECIDED) {
    await node('tools/new-source/cli.ts', id, '--stream', stream, '--auth', auth, '--paging', paging);
  }
});

afterAll(() => rm(copy, { recursive: true, force: true }));

/** Runs a program of the project in the copy; throws with what it has written if it fails. */
async function node(...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [...args], { cwd: copy, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (thrown) {
    const { stdout, stderr } = thrown as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}

const bin = (name: string, ...args: readonly string[]) => node(join('node_modules', name), ...args);
const vitest = (...args: readonly string[]) => bin('vitest/vitest.mjs', 'run', ...args);
/** The tests with these vendors' names: of the contract, the golden files, hostile records, and their own, end to end. */
const own = () =>
  vitest(
    'test/contract.test.ts',
    'test/golden.test.ts',
    'test/hostile/every-stream.test.ts',
    'test/walls/vendor-words.test.ts',
    ...IDS.map((id) => `test/sources/${id}/`),
    '--testNamePattern',
    `${IDS.join('|')}|names no vendor`,
  );

test('what the scaffold has written is green at once', async () => {
  await bin('typescript/bin/tsc', '--noEmit');
  await bin('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...places());

  expect(await own()).toMatch(/Test Files .*passed/);
});

test('with the vendors’ decisions they are forwarded, proven and drawn', async () => {
  for (const id of IDS) {
    for (const [path, text] of decisionsOf(id)) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await writeFile(join(copy, path), text);
    }
  }
  await bin('@biomejs/biome/bin/biome', 'check', '--write', ...places());
  await vitest('test/golden.test.ts', '--update', '--testNamePattern', IDS.join('|'));
  await node('tools/generate.ts');

  await bin('typescript/bin/tsc', '--noEmit');
  expect(await own()).toMatch(/Test Files .*passed/);
  // Masking is proven in the function; the whole program with all vendors is tested elsewhere.
  const proofs = ['test/secrets/secrets.test.ts', 'test/unit/generated.test.ts', 'test/local/control.test.ts'];
  const named = `the function tells no secret|are current|${IDS.join('|')}`;
  expect(await vitest(...proofs, '--testNamePattern', named)).toMatch(/Test Files .*passed/);

  const connections = IDS.map((source) => ({ id: 'acme', source, origin: 'https://acme.example.com' }));
  await writeFile(
    join(copy, 'tidemark.json'),
    JSON.stringify({ connections, destinations: [{ id: 'lake', type: SIMPLEST_TYPE.id }] }),
  );
  await bin('aws-cdk/bin/cdk', 'synth', '--quiet', '--output', 'out');
  const templates = (await readdir(join(copy, 'out'))).filter((name) => name.endsWith('.template.json'));
  const drawn = await Promise.all(templates.map((name) => readFile(join(copy, 'out', name), 'utf8')));
  for (const id of IDS) expect(drawn.join('')).toContain(`"tidemark-lake-${id}"`);
});

function places(): string[] {
  return IDS.flatMap((id) => [`functions/sources/${id}`, `simulators/${id}`, `test/sources/${id}`]);
}
