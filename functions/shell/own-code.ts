import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

let known: Promise<string> | undefined;

/** The SHA-256 of the file in which this code is: of the bundle, where it is bundled. It tells which version is at work. */
export async function ownCodeHash(): Promise<string> {
  known ??= readFile(new URL(import.meta.url)).then((bytes) => createHash('sha256').update(bytes).digest('hex'));
  return await known;
}
