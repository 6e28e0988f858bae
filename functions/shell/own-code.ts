import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { VERSION } from './version.ts';

let known: Promise<string> | undefined;

/** The SHA-256 of the file in which this code is: of the bundle, where it is bundled. It tells which version is at work. */
export async function ownCodeHash(): Promise<string> {
  known ??= readFile(new URL(import.meta.url)).then((bytes) => createHash('sha256').update(bytes).digest('hex'));
  return await known;
}

/** Number of hexadecimal digits of the hash that stands for a version of the code: each feed stores it for each day. */
const DIGITS = 12;

/**
 * The version of the program with the hash of its code: `0.1.0+<hash>`.
 *
 * @param told from the environment, where the code is not one file: a hash of this file would say nothing about the others
 */
export async function ownVersion(told: string | undefined): Promise<string> {
  return told ?? `${VERSION}+${(await ownCodeHash()).slice(0, DIGITS)}`;
}
