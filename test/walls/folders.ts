import { posix } from 'node:path';

/** Maximum number of files of code in one folder, beside its sub-folders. */
export const MAX_FILES = 15;
/** Maximum number of files at the root of the engine: what stands there belongs to no room. */
export const MAX_AT_CORE_ROOT = 9;

const CORE = 'functions/core';

/** The folders with more files than a reader can take in at once, each with how many it has. */
export function fullFolders(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .map(([folder, count]) => ({ folder, count, max: folder === CORE ? MAX_AT_CORE_ROOT : MAX_FILES }))
    .filter(({ count, max }) => count > max)
    .map(({ folder, count, max }) => `${folder} has ${count} files, at most ${max}: give it sub-folders`);
}
