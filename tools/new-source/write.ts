import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { wrong } from './answers.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Writes all files or none. */
export async function writeAll(files: ReadonlyMap<string, string>, root = ROOT): Promise<void> {
  const folders = [...new Set([...files.keys()].map((path) => path.split('/').slice(0, folderDepth(path)).join('/')))];
  const there = folders.filter((folder) => existsSync(join(root, folder)));
  if (there.length > 0) {
    throw wrong(
      `There is something already: ${there.join(', ')}.`,
      'Nothing was written. Remove it, or choose another id.',
    );
  }
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { flag: 'wx' });
    }
  } catch (thrown) {
    for (const folder of folders) await rm(join(root, folder), { recursive: true, force: true });
    throw thrown;
  }
}

/** The vendor's own folder: functions/sources/acme, test/sources/acme, simulators/acme. */
function folderDepth(path: string): number {
  return path.startsWith('simulators/') ? 2 : 3;
}

/** Formats the files, which depend on the length of the id, and makes what is made of them: golden files, pages, schema. */
export async function finish(id: string, files: readonly string[]): Promise<void> {
  const code = files.filter((path) => path.endsWith('.ts'));
  await npx('biome', 'check', '--write', '--error-on-warnings', ...code);
  await npx('vitest', 'run', 'test/golden.test.ts', '--update', '--testNamePattern', `^${id} `);
  await run(process.execPath, ['tools/generate.ts'], { cwd: ROOT });
}

async function npx(command: string, ...args: readonly string[]): Promise<void> {
  try {
    await run(join(ROOT, 'node_modules/.bin', command), [...args], { cwd: ROOT });
  } catch (thrown) {
    const { stdout = '', stderr = '' } = thrown as { stdout?: string; stderr?: string };
    throw new Error(
      `${[command, ...args].join(' ')} has failed. The files are written; run it again.\n${stdout}${stderr}`,
    );
  }
}
