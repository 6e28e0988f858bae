import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

const ROOT = new URL('../../', import.meta.url);

/** A module of this project, as a quoted specifier for the code of a child process. */
export function module(path: string): string {
  return JSON.stringify(new URL(path, ROOT).href);
}

/** Who may do what with a file. */
export async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

/** A process that a test can kill in the middle of its work; it speaks in lines. */
export interface Child {
  /** Waits until there are so many lines in all, and returns them. */
  lines(count: number): Promise<string[]>;
  kill(): Promise<void>;
}

/** Runs code as an ES module in a process of its own, under a limit of the shell (`ulimit ...`) where one is given. */
export function runChild(code: string, argument: string, limit = ':'): Child {
  const command = [process.execPath, '--input-type=module', '-e', code, argument];
  const child = spawn('sh', ['-c', `${limit}; exec "$@"`, 'sh', ...command], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const errors: string[] = [];
  const ended = once(child, 'close');
  child.stderr.on('data', (data) => errors.push(String(data)));
  const reader = createInterface(child.stdout).on('line', (line) => said.push(line));
  return {
    async lines(count) {
      while (said.length < count) {
        await Promise.race([once(reader, 'line'), ended.then(() => Promise.reject(new Error(errors.join(''))))]);
      }
      return [...said];
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
