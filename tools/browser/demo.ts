import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../cli/cli.ts', import.meta.url));

/** `tidemark run --ui` at work, with the shipped simulators. */
export interface Demo {
  /** The folder in which it runs. */
  readonly folder: string;
  /** What a person opens. It works once. */
  readonly address: string;
  /** Serves one more page, from a program beside it. */
  openAnother(): Promise<string>;
  closeAnother(): Promise<void>;
  close(): Promise<void>;
}

/** A folder in which the simulators have been read up to the present. */
export async function catchUp(): Promise<string> {
  const folder = await makeFolder();
  const child = spawn(process.execPath, [CLI, 'run', '--once'], { cwd: folder, stdio: 'ignore' });
  await once(child, 'close');
  return folder;
}

async function makeFolder(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'tidemark-page-')), 'demo');
  await mkdir(folder);
  return folder;
}

/** @param given the folder in which it runs: a new one unless said. It is removed in the end */
export async function startDemo(given?: string): Promise<Demo> {
  const folder = given ?? (await makeFolder());
  const children: ReturnType<typeof start>[] = [start(folder, ['run', '--ui'])];
  const close = async () => {
    // The last one first: the others work beside the first.
    for (const child of children.reverse()) await child.end();
    await rm(dirname(folder), { recursive: true, force: true });
  };
  try {
    const address = (await children[0]?.address) ?? '';
    const openAnother = async () => {
      const other = start(folder, ['ui']);
      children.push(other);
      return await other.address;
    };
    const closeAnother = async () => await children.pop()?.end();
    return { folder, address, openAnother, closeAnother, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function start(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let said = '';
  const address = new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\/\?token=\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`It has ended: ${said}`)));
  });
  return {
    address,
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
