// Plants each bug of the list in turn, and says what finds it: npm run mutants [-- --only NAME] [--seeds N]
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutation, plant, ROOT, sourceOf } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '3000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run mutants -- [--only NAME] [--seeds N]: plants each bug of the list, and says which seed or test finds it.',
  );
  process.exit(0);
}

/** What found a bug, and how long that took. */
interface Found {
  readonly by?: string;
  readonly seconds: number;
}

const root = fileURLToPath(ROOT);
/** No bug may keep us for ever. */
const MOST_MS = 120_000;

async function hunt(mutation: Mutation): Promise<Found> {
  plant(mutation, sourceOf(mutation));
  const started = performance.now();
  const by = mutation.test === undefined ? await bySeeds(mutation) : await byTest(mutation, mutation.test);
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, ...(by !== undefined && { by }) };
}

async function bySeeds({ name }: Mutation): Promise<string | undefined> {
  const { stdout, failed } = await run(process.execPath, ['test/mutations/hunt.ts', name, values.seeds], root);
  if (failed && stdout === '') return 'it does not even start';
  const { seed, failure } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { seed?: number; failure?: string };
  return seed === undefined ? undefined : `seed ${seed}: ${failure?.split('\n')[0]?.slice(0, 90)}`;
}

/** A copy of what the tests need, with the bug in it. */
async function byTest(mutation: Mutation, test: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-mutant-'));
  try {
    for (const part of ['functions', 'local', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      await cp(join(root, part), join(folder, part), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, mutation.file), plant(mutation, sourceOf(mutation)));
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const { failed, stdout } = await run(process.execPath, [vitest, 'run', test, '--no-color'], folder);
    if (!failed) return undefined;
    return `${test}: ${/^ *× (.*?)(?: \d+ms)?$/m.exec(stdout)?.[1] ?? 'it fails'}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ stdout: string; failed: boolean }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: MOST_MS, maxBuffer: 64 * 1024 * 1024 }, (failure, stdout) =>
      resolve({ stdout, failed: failure !== null }),
    );
  });
}

const chosen = MUTATIONS.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`no mutation is named ${values.only}`);
const survivors: string[] = [];
const queue = [...chosen];
async function work(): Promise<void> {
  for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
    const { by, seconds } = await hunt(mutation);
    if (by === undefined) survivors.push(mutation.name);
    console.log(`${mutation.name.padEnd(36)} ${seconds.toFixed(1).padStart(6)} s  ${by ?? 'SURVIVES'}`);
  }
}
await Promise.all([work(), work()]);
console.log(
  survivors.length === 0
    ? `All ${chosen.length} planted bugs were found.`
    : `${survivors.length} of ${chosen.length} planted bugs survive: ${survivors.join(', ')}`,
);
process.exitCode = survivors.length > 0 ? 1 : 0;
