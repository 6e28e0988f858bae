import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readContents } from './contents.ts';
import { stagePages } from './stage.ts';

const HELP = `npm run site -- --out DIR: builds the docs site, plain files for any web server at the root of a host.

The generator is not among the project's own dependencies: it is installed on first use, from tools/site/generator/package-lock.json,
without install scripts, into node_modules/.cache/site.
`;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GENERATOR = fileURLToPath(new URL('generator/', import.meta.url));
const HOME = join(ROOT, 'node_modules/.cache/site');
const LOCK = 'package-lock.json';
/** Tells a folder that may be replaced. */
const MARK = '.tidemark-site';
/** A lock file that npm has installed from, as npm itself keeps no copy that can be compared. */
const INSTALLED = 'installed-lock.json';

const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (values.help || values.out === undefined) {
  process.stderr.write(HELP);
  process.exit(values.help ? 0 : 2);
}
const out = resolve(values.out);
if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, MARK))) {
  process.stderr.write(`site: ${out} holds something else than an earlier site. Name another folder, or empty it.\n`);
  process.exit(2);
}
installGenerator();
build();

function installGenerator(): void {
  const lock = readFileSync(join(GENERATOR, LOCK), 'utf8');
  const installed = join(HOME, INSTALLED);
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  mkdirSync(HOME, { recursive: true });
  cpSync(GENERATOR, HOME, { recursive: true });
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  writeFileSync(installed, lock);
}

function build(): void {
  // What is left of another build would have its search index named in this one.
  for (const left of ['pages', '.rspress', 'node_modules/.cache'])
    rmSync(join(HOME, left), { recursive: true, force: true });
  stagePages(ROOT, join(HOME, 'pages'));
  const config = {
    root: join(HOME, 'pages'),
    outDir: out,
    title: 'Tidemark',
    description: 'Forwards audit logs of services that have no push, and loses none.',
    search: { codeBlocks: false },
    markdown: { link: { checkDeadLinks: true, checkAnchors: true } },
    themeConfig: { sidebar: { '/': readContents(ROOT) } },
  };
  writeFileSync(join(HOME, 'rspress.config.mjs'), `export default ${JSON.stringify(config, null, 2)};\n`);
  rmSync(out, { recursive: true, force: true });
  // A build that fails leaves a folder that the next one may replace; one that succeeds has emptied it before.
  markOut();
  run(process.execPath, ['node_modules/@rspress/core/bin/rspress.js', 'build']);
  markOut();
}

function markOut(): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, MARK), 'Made by npm run site: the next one replaces this folder.\n');
}

/** Runs a program of the generator; ends with it where it fails. */
function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: HOME, stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write(`site: ${command} ${args.join(' ')} has failed${error ? `: ${error.message}` : ''}.\n`);
  process.exit(1);
}
