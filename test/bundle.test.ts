import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { NEVER_LOADED } from '../lib/functions/never-loaded.ts';
import { findSources, handlerOf, rotateHandlerOf } from '../lib/plan/find-sources.ts';

/** A cold start loads all of it: what makes a handler larger than this wants a reason. */
const MOST_BYTES = 815_000;

const sources = await findSources();
const handlers = [
  ...sources.map(({ id }) => [`handler of ${id}`, handlerOf(id), 'TIDEMARK_TABLE'] as const),
  ...sources
    .filter(({ rotation }) => rotation)
    .map(({ id }) => [`rotate-handler of ${id}`, rotateHandlerOf(id), '$.connection'] as const),
];

test.each(handlers)(
  'the %s is one small file that the Lambda’s Node can load, and says what is missing',
  async (_, handler, missing) => {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-bundle-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const outfile = join(folder, 'index.mjs');
    const { metafile } = await build({
      entryPoints: [handler.pathname],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      external: [...NEVER_LOADED],
      metafile: true,
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });

    const script = `const { handler } = await import(${JSON.stringify(outfile)});
    try { await handler({}, { getRemainingTimeInMillis: () => 1000 }); } catch (thrown) { console.log(thrown.message); }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: {} });

    expect(stdout).toContain(missing);
    expect((await stat(outfile)).size).toBeLessThan(MOST_BYTES);
    // What has moved would not be left out any more; what is imported at once would fail.
    const inputs = Object.values(metafile.inputs);
    const outside = inputs.flatMap(({ imports }) => imports).filter(({ external }) => external);
    const left = outside.filter(({ path }) => !isBuiltin(path));
    expect(left.filter(({ kind }) => kind === 'import-statement')).toEqual([]);
    // An import of this module loads Node's own fetch.
    const atOnce = outside.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
    expect(atOnce).toContain('node:https');
    expect(atOnce).not.toContain('node:http');
    expect(new Set(left.map(({ path }) => path.replace(/^(\.\.\/)+/, '*/')))).toEqual(new Set(NEVER_LOADED));
  },
);
