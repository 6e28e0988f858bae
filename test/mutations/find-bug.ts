import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Copy } from './copy.ts';
import { type Mutation, ROOT } from './mutation.ts';

const root = fileURLToPath(ROOT);

/** No hunt takes longer: a bug that makes the engine go round in circles has been found, too, but nobody would see it. */
const LONGEST = 120_000;

/** What came of a hunt for a planted bug. */
export interface Hunt {
  readonly name: string;
  /** What found it: the simulator or a test; none when it survives. */
  readonly caughtBy?: string;
  readonly seed?: number;
  readonly failure?: string;
  readonly seconds: number;
}

/**
 * Plays seeds, or runs the test that knows it, in a process of its own that has the bug.
 *
 * @param copy where the bug is planted for a test
 */
export async function findBug(mutation: Mutation, seeds: number, copy = new Copy()): Promise<Hunt> {
  const started = performance.now();
  const { name, test } = mutation;
  const { code, text } = await (test === undefined
    ? run(['test/mutations/hunt.ts', name, String(seeds)], root)
    : copy.withBug(mutation, (folder) =>
        run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--bail=1', test], folder),
      ));
  const seconds = (performance.now() - started) / 1_000;
  if (test !== undefined) {
    // A run that tells of no failed test has not run: that is no proof.
    const failed = code !== 0 && /Tests +\d+ failed/.exec(text);
    return { name, seconds, ...(failed && { caughtBy: test, failure: failed[0] }) };
  }
  if (code !== 0) throw new Error(`${name}: the hunt ended with ${code}: ${text}`);
  const found = JSON.parse(text.trim().split('\n').at(-1) as string) as { seed?: number; failure?: string };
  return { name, seconds, ...found, ...(found.seed !== undefined && { caughtBy: 'simulator' }) };
}

async function run(args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { code, text };
}
