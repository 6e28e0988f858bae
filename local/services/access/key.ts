import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { PRIVATE_FILE } from '../private-file.ts';

/** The key of a state directory, in the form of AWS credentials: who has it may use the embedded services. */
export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const KEY_FILE = 'key.json';

/** Reads the key of a state directory, and makes a random one where there is none yet. */
export async function openKey(state: string): Promise<Key> {
  const file = join(state, KEY_FILE);
  const known = await readKey(file);
  if (known) return known;
  await makeKey(file);
  return (await readKey(file)) ?? (await openKey(state));
}

/** A text that only the holder of the key can make, different for each purpose. */
export function derive({ secretAccessKey }: Key, purpose: string): string {
  return createHmac('sha256', secretAccessKey).update(purpose).digest('base64url');
}

/** Undefined if there is no file. Throws if somebody else may know the key. */
async function readKey(file: string): Promise<Key | undefined> {
  const handle = await open(file, 'r').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined;
    throw refused(file, `cannot be read (${thrown.code})`);
  });
  if (!handle) return undefined;
  try {
    // The opened file is looked at, not its name: the two could be different files by then.
    const { mode, uid } = await handle.stat();
    // Windows has neither modes nor owners: every file looks open to others.
    if (process.platform !== 'win32') {
      if (uid !== process.geteuid?.()) throw refused(file, 'belongs to another user');
      const permissions = mode & 0o777;
      if ((permissions & ~PRIVATE_FILE) !== 0) {
        throw refused(file, `is open to others (mode ${permissions.toString(8).padStart(4, '0')})`);
      }
    }
    return parseKey(file, await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

function parseKey(file: string, text: string): Key {
  let key: Partial<Key> | null = null;
  try {
    key = JSON.parse(text);
  } catch {
    // The parser's own message quotes the file.
  }
  const { accessKeyId, secretAccessKey } = key ?? {};
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string' || !accessKeyId || !secretAccessKey) {
    throw refused(file, 'holds no key');
  }
  return { accessKeyId, secretAccessKey };
}

/** Two programs may start at the same time: the file appears with its content, and never replaces another one. */
async function makeKey(file: string): Promise<void> {
  const key: Key = {
    accessKeyId: `TIDEMARK${randomBytes(6).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
  const unfinished = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(unfinished, 'wx', PRIVATE_FILE);
    try {
      await handle.writeFile(`${JSON.stringify(key, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(unfinished, file);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw refused(file, `cannot be made (${code})`);
  } finally {
    await rm(unfinished, { force: true });
  }
}

function refused(file: string, reason: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The key file ${file} ${reason}.`,
    remedy: `Stop every tidemark that uses this state directory and remove the file: the next start makes a new key. If that does not help, choose another directory with --state.`,
  });
}
