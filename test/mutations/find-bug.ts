import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Copy } from './copy.ts';
import { type Mutation, ROOT } from './mutation.ts';
import type { TestRunner } from './test-runner.ts';

const root = fileURLToPath(ROOT);

/** No hunt takes longer: a bug that makes the engine go round in circles has been found, too, but nobody would see it. */
const LONGEST_MS = 120_000;

/** What came of a hunt for a planted bug. */
export interface Hunt {
  readonly name: string;
  /** What found it: the simulator or a test; none when it survives. */
  readonly caughtBy?: string;
  /** The seed, or the name of the test. */
  readonly finder?: Finder;
  readonly failure?: string;
  readonly seconds: number;
}

/** What finds a bug: a seed of the simulator, or the name of a test. */
export type Finder = number | string;

export interface HuntOptions {
  /** How many seeds are played before a bug counts as not found. */
  readonly seeds: number;
  /** What found it before: it is tried first. If it does not find the bug any more, all others are tried. */
  readonly first?: Finder | undefined;
  /** Where the bug is planted for a test. */
  readonly copy?: Copy;
}

/** Plays seeds, or runs the test that knows it, in a process of its own that has the bug. */
export async function findBug(mutation: Mutation, { seeds, first, copy = new Copy() }: HuntOptions): Promise<Hunt> {
  const started = performance.now();
  const { name, test } = mutation;
  const found = await (test === undefined
    ? play(mutation, seeds, typeof first === 'number' ? first : undefined)
    : copy.withBug(mutation, (runner) => runTest(runner, test, typeof first === 'string' ? first : undefined)));
  return { name, seconds: (performance.now() - started) / 1_000, ...found };
}

type Found = Pick<Hunt, 'caughtBy' | 'finder' | 'failure'>;

async function runTest(runner: TestRunner, test: string, first: string | undefined): Promise<Found> {
  if (first !== undefined) {
    const { failed } = await runner.run(test, first);
    if (failed !== undefined) return { caughtBy: test, finder: failed };
  }
  const { failed } = await runner.run(test);
  return failed === undefined ? {} : { caughtBy: test, finder: failed };
}

/** Whether a test passes where there is no bug, also if it runs alone: otherwise it would find every bug. */
export async function passesAlone(test: string, name: string, copy: Copy): Promise<boolean> {
  const { passed, failed } = await copy.withoutBug((runner) => runner.run(test, name));
  return passed === 1 && failed === undefined;
}

async function play({ name }: Mutation, seeds: number, first: number | undefined): Promise<Found> {
  const { code, text } = await run(['test/mutations/hunt.ts', name, String(seeds), String(first ?? 1)]);
  if (code !== 0) throw new Error(`${name}: the hunt ended with ${code}: ${text}`);
  const { seed, failure } = JSON.parse(text.trim().split('\n').at(-1) as string) as { seed?: number; failure?: string };
  if (seed === undefined) return {};
  return { caughtBy: 'simulator', finder: seed, ...(failure !== undefined && { failure }) };
}

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { code, text };
}
