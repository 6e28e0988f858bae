import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export type Run = (command: string, args: readonly string[], input?: string) => Promise<Ended>;

/**
 * Packs the package as `npm publish` would.
 *
 * @returns what npm says of the archive, and its path
 */
export async function pack(folder: string): Promise<{ readonly file: string; readonly packed: Packed }> {
  const { code, stdout, stderr } = await start(ROOT, process.env, 'npm', [
    'pack',
    '--json',
    '--pack-destination',
    folder,
  ]);
  if (code !== 0) throw new Error(stderr);
  // What the build says comes before.
  const answer = JSON.parse(stdout.slice(stdout.search(/^[[{]$/m))) as Packed[] | Record<string, Packed>;
  const [packed] = Object.values(answer) as [Packed];
  return { file: join(folder, packed.filename), packed };
}

export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/**
 * Runs programs in a folder with a home of their own and this Node, where npm finds packages in one registry and reaches nothing else.
 *
 * @param folder is made, with an empty home beside it
 */
export function runIn(folder: string, registry: string): Run {
  const home = `${folder}-home`;
  for (const each of [folder, home]) mkdirSync(each, { recursive: true });
  const nowhere = 'http://127.0.0.1:9';
  const environment = {
    PATH: [dirname(process.execPath), process.env.PATH].join(':'),
    HOME: home,
    TMPDIR: process.env.TMPDIR,
    npm_config_registry: registry,
    npm_config_cache: join(home, 'cache'),
    npm_config_proxy: nowhere,
    npm_config_https_proxy: nowhere,
    npm_config_noproxy: '127.0.0.1',
  };
  return (command, args, input) => start(folder, environment, command, args, input);
}

async function start(
  cwd: string,
  env: NodeJS.ProcessEnv,
  command: string,
  args: readonly string[],
  input = '',
): Promise<Ended> {
  const child = spawn(command, args, { cwd, env, stdio: 'pipe' });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}
