import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bundleFunction } from '../../lib/code/bundle-function.ts';
import { bundleNames, entryOf } from '../../lib/code/bundle-names.ts';
import { findSources } from '../../lib/plan/find-sources.ts';

// Writes dist/, which is what the npm package runs: Node strips no types below node_modules. Every file lies as deep in dist/ as in the
// repository, so that each finds what is beside it (docs/decisions/0047-npm-package.md).

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');
/** What is read as it is. */
const ASSETS = ['tidemark.schema.json', 'tidemark.example.json', 'cli/ui/page'];
/** The only file whose types are for others. */
const PUBLIC_TYPES = 'lib/api/cdk.d.ts';

rmSync(DIST, { recursive: true, force: true });
compile();
for (const path of ASSETS) {
  const isAsset = (from: string) => basename(from) !== 'tsconfig.json';
  cpSync(join(ROOT, path), join(DIST, path), { recursive: true, filter: isAsset });
}
const sources = await findSources();
write('lib/api/sources.js', listOf(sources.map(({ id }) => id)));
for (const name of bundleNames(sources)) {
  write(entryOf(name).replace(/\.ts$/, '.js'), bundleFunction(name).code);
}

/** Compiles what the command line, the functions' threads and the construct load. */
function compile(): void {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(import.meta.dirname, 'tsconfig.json')], { stdio: 'inherit' });
  for (const path of globSync('**/*.d.ts', { cwd: DIST })) if (path !== PUBLIC_TYPES) rmSync(join(DIST, path));
}

/** The list of all sources, without looking for them at run time: a module that waits cannot be loaded with `require`. */
function listOf(ids: readonly string[]): string {
  const imports = ids.map(
    (id, at) => `import { source as source${at} } from '../../functions/sources/${id}/source.js';\n`,
  );
  return `${imports.join('')}export const SOURCES = [${ids.map((_, at) => `source${at}`).join(', ')}];\n`;
}

function write(path: string, content: string | Uint8Array): void {
  const file = join(DIST, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
