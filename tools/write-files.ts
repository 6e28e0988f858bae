import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TidemarkError } from '../functions/core/errors.ts';

/**
 * Writes files below a folder, by their paths in it, and says what to do if that is not possible.
 *
 * @param usage the command, as it is typed
 */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>, usage: string): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    attempt(folder, usage, () => {
      makeFolder(dirname(file));
      writeFileSync(file, content);
    });
  }
}

/** Node's own recursive form never ends where a folder cannot be made although the one above it is there, as below /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  mkdirSync(folder);
}

function attempt(folder: string, usage: string, write: () => void): void {
  try {
    write();
  } catch (thrown) {
    const { code = '', path = folder } = thrown as NodeJS.ErrnoException;
    const [what, remedy] = PROBLEMS[code] ?? [
      `cannot be written: ${(thrown as Error).message}`,
      'Name another folder.',
    ];
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${path} ${what}.`,
      remedy: `${remedy} ${usage}`,
      cause: thrown,
    });
  }
}

const PROBLEMS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  EEXIST: ['is a file, and a folder is wanted', 'Name another folder, or move the file away.'],
  EISDIR: ['is a folder, and a file is to be written there', 'Name another folder, or move that one away.'],
  EACCES: ['cannot be written: there is no permission', 'Name a folder that you may write to.'],
  EROFS: ['cannot be written: its file system is read-only', 'Name a folder that you may write to.'],
  ENOSPC: ['cannot be written: the disk is full', 'Name a folder on a disk with space.'],
};
