import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { expect, onTestFinished, test } from 'vitest';
import { bundleFunction } from '../lib/code/bundle-function.ts';
import { BUNDLE_FILE, bundleNames, entryOf } from '../lib/code/bundle-names.ts';
import { NEVER_LOADED } from '../lib/functions/never-loaded.ts';
import { findSources } from '../lib/plan/find-sources.ts';
import { refusedPackages } from '../tools/licences/licence-list.ts';
import { bundlePart } from '../tools/licences/parts.ts';

/** A cold start loads all of it: what makes a handler larger than this wants a reason. */
const MOST_BYTES = 815_000;

/** What each says is missing, without an environment. */
const handlers = bundleNames(await findSources()).map(
  (name) => [name, entryOf(name).endsWith('rotate-handler.ts') ? '$.connection' : 'TIDEMARK_TABLE'] as const,
);

test.each(handlers)(
  'the bundle %s is one small file that the Lambda’s Node can load, and says what is missing',
  async (name, missing) => {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-bundle-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const outfile = join(folder, 'index.mjs');
    const bundle = bundleFunction(name);
    const { code, zip, metafile } = bundle;
    await writeFile(outfile, code);

    const script = `const { handler } = await import(${JSON.stringify(outfile)});
    try { await handler({}, { getRemainingTimeInMillis: () => 1000 }); } catch (thrown) { console.log(thrown.message); }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: {} });

    expect(stdout).toContain(missing);
    expect(code.length).toBeLessThan(MOST_BYTES);
    expect(refusedPackages(bundlePart(bundle))).toEqual([]);
    expect(Object.entries(unzipSync(zip)).map(([file, { length }]) => [file, length])).toEqual([
      [BUNDLE_FILE, code.length],
    ]);
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
