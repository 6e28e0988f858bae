import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-file.ts';

/** One delivery stream: whose events it carries and where they go. */
export interface DeliveryStream {
  readonly deliveryStream: string;
  readonly destination: string;
  readonly source: string;
}

/** Refuses a stream whose names would lead out of the output folder. */
export function checkNames(stream: DeliveryStream): void {
  for (const [what, name] of Object.entries(stream)) {
    if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name)) continue;
    throw new TidemarkError({
      code: 'config',
      stage: 'sending',
      message: `The ${what} ${JSON.stringify(name)} cannot be the name of a folder.`,
      remedy: 'Use letters, digits, hyphens, underscores and dots, and do not begin with a dot.',
    });
  }
}

/** The folder of a stream's objects of one UTC day (`yyyy-MM-dd`). */
export function folderOf(out: string, stream: DeliveryStream, day: string): string {
  return join(sourceFolder(out, stream), `dt=${day}`);
}

/**
 * Writes an object completely or not at all: first under a hidden name, which is replaced once the data is durable.
 * The name is like Firehose's: `<deliveryStream>-1-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid>`.
 */
export async function writeObject(out: string, stream: DeliveryStream, at: Date, records: readonly Buffer[]) {
  const stamp = at.toISOString();
  const folder = folderOf(out, stream, stamp.slice(0, 10));
  const name = `${stream.deliveryStream}-1-${stamp.slice(0, 19).replace(/[T:]/g, '-')}-${randomUUID()}`;
  const hidden = join(folder, `.${name}`);
  // Events are confidential: other users of the machine must see neither their content nor their number.
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  try {
    const file = await open(hidden, 'wx', PRIVATE_FILE);
    try {
      // Like Firehose: one record after the other, with nothing in between.
      await file.writeFile(Buffer.concat(records));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(hidden, join(folder, name));
    await syncFolder(folder);
  } catch (thrown) {
    await rm(hidden, { force: true });
    throw thrown;
  }
}

/** Removes unfinished files of a killed process. Their records were never reported as accepted. */
export async function removeUnfinished(out: string, streams: readonly DeliveryStream[]): Promise<void> {
  for (const stream of streams) {
    const source = sourceFolder(out, stream);
    for (const day of await namesIn(source)) {
      const names = day.startsWith('dt=') ? await namesIn(join(source, day)) : [];
      const unfinished = names.filter((name) => name.startsWith(`.${stream.deliveryStream}-1-`));
      for (const name of unfinished) await rm(join(source, day, name));
    }
  }
}

function sourceFolder(out: string, stream: DeliveryStream): string {
  return join(out, stream.destination, `source=${stream.source}`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw thrown;
  }
}

/** Makes the new name durable too: otherwise a power cut could remove an object whose events are already checkpointed. */
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
