import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The last event of the newest object below a folder, if there is one. */
export async function latestEvent(out: string): Promise<string | undefined> {
  const newest = await newestBelow(out, 3);
  if (!newest) return undefined;
  const file = await open(newest);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 64 * 1024);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').at(-1);
  } finally {
    await file.close();
  }
}

/** The newest file below a folder. Names sort by time; among destinations and sources, any that has files will do. */
async function newestBelow(folder: string, depth: number): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
  if (depth === 0) return names.length > 0 ? join(folder, names.at(-1) as string) : undefined;
  for (const name of names.reverse()) {
    const found = await newestBelow(join(folder, name), depth - 1);
    if (found) return found;
  }
  return undefined;
}
