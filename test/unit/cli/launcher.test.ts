import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LAUNCHER = join(import.meta.dirname, '../../../bin/tidemark.js');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-launcher-'));
  mkdirSync(join(folder, 'bin'));
  cpSync(LAUNCHER, join(folder, 'bin/tidemark.js'));
  write('package.json', '{ "type": "module", "engines": { "node": ">=22.18.0" } }');
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** What the command writes, with a Node that says to be of this version. */
async function start(version = process.versions.node): Promise<{ code: unknown; said: string }> {
  const older = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(older)}`, join(folder, 'bin/tidemark.js')];
  return await new Promise((resolve) => {
    execFile(process.execPath, args, (failed, stdout, stderr) => {
      resolve({ code: failed?.code ?? 0, said: stdout + stderr });
    });
  });
}

test('what is compiled runs in the package, the sources in a clone, whether or not something is compiled there', async () => {
  write('dist/cli/cli.js', "console.log('compiled')");
  const inPackage = await start();
  write('cli/cli.ts', "console.log('sources' satisfies string)");
  const inClone = await start();

  expect(inPackage).toEqual({ code: 0, said: 'compiled\n' });
  expect(inClone).toEqual({ code: 0, said: 'sources\n' });
});

test.each(['20.19.5', '22.17.9', '9.99.99'])('Node %s is too old, and is told so', async (version) => {
  write('dist/cli/cli.js', "console.log('compiled')");

  expect(await start(version)).toEqual({
    code: 2,
    said: `tidemark: It needs Node >=22.18.0, and this is ${version}.\nInstall a newer Node.\n`,
  });
});

test.each(['22.18.0', '22.19.0', '24.0.0'])('Node %s is new enough', async (version) => {
  write('dist/cli/cli.js', "console.log('compiled')");

  expect((await start(version)).said).toBe('compiled\n');
});
