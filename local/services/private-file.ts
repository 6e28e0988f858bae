import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Only the owner reads and writes: what the program keeps holds secrets and events. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/**
 * Writes a file whole or not at all, for its owner only. The name of the unfinished file cannot be guessed: in a folder of
 * several users, another one could otherwise lay out a file there and read along.
 */
export function writePrivate(file: string, text: string): void {
  // The file may be a link to where its content really is.
  const target = existsSync(file) ? realpathSync(file) : file;
  const unfinished = `${target}.${randomUUID()}.tmp`;
  try {
    writeFileSync(unfinished, text, { mode: PRIVATE_FILE, flag: 'wx', flush: true });
    renameSync(unfinished, target);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    throw thrown;
  }
}
