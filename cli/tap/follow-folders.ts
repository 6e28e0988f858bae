import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** How often folders are looked at. */
const LOOK_EVERY_MS = 250;
/** Folders of so many days are looked at: an object that is written at midnight lies in the one of the day before. */
const DAYS = 2;

/**
 * The objects that appear below folders from now on, as text, in the order of their names, which begin with the time. An object
 * appears whole under its name.
 *
 * @param folders each with a folder for each day
 * @param onReady called when everything that was there before is known
 */
export async function* followFolders(
  folders: readonly string[],
  stop: AbortSignal,
  onReady: () => void,
): AsyncGenerator<string> {
  let known = new Set(await objectsIn(folders));
  onReady();
  while (!stop.aborted) {
    const there = await objectsIn(folders);
    const appeared = there.filter((path) => !known.has(path));
    // Those of earlier days are forgotten.
    known = new Set(there);
    for (const path of appeared.sort(byName)) yield (await readIfThere(path)) ?? '';
    await wait(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function objectsIn(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const days = (await namesIn(folder)).filter((name) => name.startsWith('dt=')).sort();
      return await Promise.all(
        days.slice(-DAYS).map(async (day) => (await filesIn(join(folder, day))).map((name) => join(folder, day, name))),
      );
    }),
  );
  return found.flat(2);
}

/** Somebody may remove objects meanwhile. */
async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined;
    throw thrown;
  });
}

/** Names that begin with a dot are unfinished objects. */
async function namesIn(folder: string): Promise<string[]> {
  return (await entriesIn(folder)).map(({ name }) => name).filter((name) => !name.startsWith('.'));
}

/** Objects are files: reading a pipe that somebody has put there would never end. */
async function filesIn(folder: string): Promise<string[]> {
  const files = (await entriesIn(folder)).filter((entry) => entry.isFile());
  return files.map(({ name }) => name).filter((name) => !name.startsWith('.'));
}

async function entriesIn(folder: string): Promise<Dirent[]> {
  return await readdir(folder, { withFileTypes: true }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return [];
    throw thrown;
  });
}

/** The time stands in the name after that of the stream. */
const TIME = /-1-(\d{4}(?:-\d\d){5})-/;

function byName(one: string, other: string): number {
  const [first = one, second = other] = [TIME.exec(one)?.[1], TIME.exec(other)?.[1]];
  return first < second ? -1 : first > second ? 1 : 0;
}
