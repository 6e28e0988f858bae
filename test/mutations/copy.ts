import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutation, plant, ROOT, sourceOf } from './mutation.ts';
import { TestRunner } from './test-runner.ts';

/** What a test may need of the project. */
const COPIED = [
  ...['functions', 'lib', 'cli', 'local', 'simulators', 'tools', 'test', 'docs'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts', 'cdk.json', 'tidemark.example.json'],
];

const root = fileURLToPath(ROOT);

/** A copy of what the tests need, with one bug at a time. It is made when the first bug is planted: that takes as long as a test. */
export class Copy {
  #made: Promise<{ readonly folder: string; readonly runner: TestRunner }> | undefined;

  /** Does something in a copy that has the bug. */
  async withBug<T>(mutation: Mutation, work: (runner: TestRunner) => Promise<T>): Promise<T> {
    this.#made ??= makeCopy();
    const { folder, runner } = await this.#made;
    const place = join(folder, mutation.file);
    await writeFile(place, plant(mutation, sourceOf(mutation)));
    try {
      return await work(runner);
    } finally {
      await writeFile(place, sourceOf(mutation));
    }
  }

  /** Does something in a copy that has no bug. */
  async withoutBug<T>(work: (runner: TestRunner) => Promise<T>): Promise<T> {
    this.#made ??= makeCopy();
    return work((await this.#made).runner);
  }

  async remove(): Promise<void> {
    if (!this.#made) return;
    const { folder, runner } = await this.#made;
    await runner.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its tests run in processes of their own, which read each file when they need it: also the one that has just got a bug. */
async function makeCopy() {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-mutant-'));
  for (const part of COPIED) await cp(join(root, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name.startsWith('.vite')) continue;
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return { folder, runner: new TestRunner(folder) };
}
