import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import cdk from '../../../cdk.json' with { type: 'json' };
import { bundleFunction } from '../../../lib/code/bundle-function.ts';
import { bundleName } from '../../../lib/code/bundle-names.ts';
import description from '../../../package.json' with { type: 'json' };
import { connect, LAKE, SOURCES } from '../../infra/support/draw.ts';
import { type Packed, pack, type Run, runIn } from './place.ts';
import { type Registry, startRegistry } from './registry.ts';

// The package as a stranger gets it: packed, installed into an empty folder from a registry, and used there.

const ROOT = join(import.meta.dirname, '../../..');
const { version } = description;
const MEGABYTE = 1_000_000;
/** CloudFormation's rules are checked where `cdk synth` runs: that takes twice as long as the drawing. */
const NO_RULES = 'CDK_VALIDATION=false';
/** What a strict app asks of the types that it uses. */
const STRICT = {
  strict: true,
  module: 'nodenext',
  target: 'es2024',
  noEmit: true,
  skipLibCheck: false,
  types: ['node'],
};

let folder: string;
let work: string;
let registry: Registry;
let packed: Packed;
let run: Run;
let installed: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'tidemark-packed-'));
  folder = join(work, 'here');
  const made = await pack(work);
  packed = made.packed;
  registry = await startRegistry(work, [made.file]);
  run = runIn(folder, registry.url);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const { stdout, stderr } = await run('npm', ['install', 'tidemark']);
  installed = stdout + stderr;
});

afterAll(async () => {
  await registry.close();
  rmSync(work, { recursive: true, force: true });
});

test('it is installed without a warning, and without what only an own app needs', () => {
  expect(installed).toMatch(/^added \d+ packages/m);
  expect(installed).not.toMatch(/warn|error|deprecated|vulnerabilit/i);
  expect(globSync('node_modules/{aws-cdk-lib,constructs,esbuild,typescript,node}', { cwd: folder })).toEqual([]);
});

test('it holds what runs, and nothing of the machine or of the tests', () => {
  const own = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('node_modules/'));
  const outside = own.filter((path) => !path.startsWith('dist/')).sort();
  const texts = own.map((path) => readFileSync(join(folder, 'node_modules/tidemark', path), 'utf8')).join('\n');

  expect(outside).toEqual(['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'bin/tidemark.js', 'package.json']);
  const kinds = own.filter((path) => path.startsWith('dist/')).map((path) => path.split('.').at(-1));
  expect(new Set(kinds)).toEqual(new Set(['css', 'html', 'js', 'json', 'svg', 'ts']));
  expect(own.filter((path) => path.endsWith('.ts'))).toEqual(['dist/lib/api/cdk.d.ts']);
  expect(own.filter((path) => /(^|\/)(test|fixtures|bench|tools)\//.test(path))).toEqual([]);
  expect(texts).not.toContain(ROOT);
  expect(texts).not.toMatch(/sourceMappingURL|BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b/);
  expect(packed.size).toBeLessThan(5.5 * MEGABYTE);
  expect(packed.unpackedSize).toBeLessThan(16 * MEGABYTE);
});

test('its command forwards what the simulators have', async () => {
  const help = await run('npx', ['tidemark', '--help']);
  const sources = await run('npx', ['tidemark', 'sources']);
  const { code, stderr } = await run('npx', ['tidemark', 'run', '--once']);
  const events = globSync('.tidemark/out/**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());

  expect(help.stdout).toContain('Usage: tidemark');
  expect(sources.stdout).toMatch(/audit/);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('caught-up') });
  expect(events.length).toBeGreaterThan(10);
});

test('all parts of it say the same version, and its functions the code that they run', async () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  };
  const command = async (...args: string[]) => {
    const ended = await run('npx', ['tidemark', ...args]);
    expect(ended.code, ended.stderr).toBe(0);
    return ended.stdout;
  };

  const told = await command('--version');
  await command('diag', '--out', 'diag.json');
  await command('evidence', '--month', new Date().toISOString().slice(0, 7), '--out', 'evidence');
  const mcp = JSON.parse((await run('npx', ['tidemark', 'mcp'], `${JSON.stringify(initialize)}\n`)).stdout);
  const diag = readJson('diag.json');
  const evidence = readJson(...globSync('evidence/*.json', { cwd: folder }));
  const codes = evidence.feeds.flatMap(({ days }: { days: { code: string[] }[] }) => days.flatMap(({ code }) => code));

  expect(told).toBe(`${version}\n`);
  expect(diag.versions.tidemark).toBe(version);
  expect(evidence.version).toBe(version);
  expect(mcp.result.serverInfo.version).toBe(version);
  // What the functions said of themselves when they delivered: the beginning of the hash of the bundle that Lambda would run.
  const expected = SOURCES.map(({ id }) => {
    const bundle = readFileSync(join(folder, `node_modules/tidemark/dist/functions/sources/${id}/handler.js`));
    expect(hashOf(bundle)).toBe(hashOf(bundleFunction(bundleName(id, 'reading')).code));
    return `${version}+${hashOf(bundle).slice(0, 12)}`;
  });
  expect(new Set(codes.filter((code: string) => code !== 'unknown'))).toEqual(new Set(expected));
});

function readJson(path = '') {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'));
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('an own app with its construct has the templates of a clone', async () => {
  const config = {
    connections: SOURCES.map(({ id }) => connect(id)),
    destinations: [LAKE],
    // The app of the documents tags its stacks, too.
    deployment: { shards: 2, caBundle: 'authority.pem', tags: { 'cost-center': 'security' } },
  };
  cpSync(join(ROOT, 'test/fixtures/loopback-tls/certificate.pem'), join(folder, 'authority.pem'));
  writeFileSync(join(folder, 'tidemark.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'app.ts'), appOf(readFileSync(join(ROOT, 'docs/use-as-a-package.md'), 'utf8')));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, files: ['app.ts'] }));

  const added = await run('npm', ['install', 'aws-cdk-lib', 'constructs', '@types/node']);
  const typed = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')]);
  const own = await run('env', [NO_RULES, 'CDK_OUTDIR=own', process.execPath, 'app.ts']);
  const clone = await run('env', [
    NO_RULES,
    'CDK_OUTDIR=clone',
    `CDK_CONTEXT_JSON=${JSON.stringify({ ...cdk.context, config: 'tidemark.json' })}`,
    process.execPath,
    join(ROOT, 'lib/app.ts'),
  ]);

  expect(added.stdout + added.stderr).not.toMatch(/warn|error/i);
  expect(typed.stdout).toBe('');
  expect(own.code, own.stderr).toBe(0);
  expect(clone.code, clone.stderr).toBe(0);
  const [drawn, expected] = [templatesIn('own'), templatesIn('clone')];
  expect(Object.keys(expected).length).toBe(4);
  expect(drawn).toEqual(expected);
});

test('its construct says what is wrong in a configuration, and can be loaded with require', async () => {
  const script = `const { App } = require('aws-cdk-lib'); const cdk = require('tidemark/cdk'); console.log(Object.keys(cdk).join());
    new cdk.Tidemark(new App(), 'Tidemark', { config: { ...cdk.readConfig(), deployment: { shards: 0 } } });`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=commonjs', '-e', script]);

  expect(stdout).toBe('Tidemark,readConfig\n');
  expect(stderr).toContain('$.deployment.shards: there is 0, wanted at least 1.');
});

/** The app that the documents show. */
function appOf(page: string): string {
  return /```ts\n(import [^`]*)```/.exec(page)?.[1] ?? '';
}

function templatesIn(assembly: string): Record<string, unknown> {
  const names = globSync('*.template.json', { cwd: join(folder, assembly) });
  return Object.fromEntries(names.map((name) => [name, readJson(join(assembly, name))]));
}
