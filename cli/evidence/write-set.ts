import { verify } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { EvidenceDocument } from './document.ts';
import { makeManifest } from './manifest.ts';
import { makePage } from './page.ts';
import type { SetNames } from './set-names.ts';
import { pemOf, type Signer } from './signer.ts';

/**
 * Writes the files of an evidence: the figures as JSON and as a page, a manifest with the hashes of both, its signature, and the public
 * key. Files of the same names are replaced.
 */
export async function writeSet(
  folder: string,
  names: SetNames,
  document: EvidenceDocument,
  signer: Signer,
): Promise<string[]> {
  const json = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
  const page = Buffer.from(makePage(document, names));
  const files = [
    { name: names.json, bytes: json },
    { name: names.html, bytes: page },
  ];
  const manifest = Buffer.from(makeManifest(files));
  const signature = await signer.sign(manifest);
  if (!verify('sha256', manifest, signer.publicKey, signature)) throw wrongSignature();
  const all = [
    ...files,
    { name: names.manifest, bytes: manifest },
    { name: names.signature, bytes: signature },
    { name: names.key, bytes: Buffer.from(pemOf(signer.publicKey)) },
  ];
  try {
    for (const { name, bytes } of all) await writeFile(join(folder, name), bytes);
  } catch (thrown) {
    throw notWritable(folder, thrown);
  }
  return all.map(({ name }) => join(folder, name));
}

/** Makes the directory, and those above it. It is made before anything is counted, which may take minutes. */
export function makeFolder(folder: string): void {
  try {
    // Node's own way to make the directories above repeats for ever where a file system refuses one as if its parent were missing.
    if (!existsSync(dirname(resolve(folder)))) makeFolder(dirname(resolve(folder)));
    if (!existsSync(folder)) mkdirSync(folder);
    accessSync(folder, constants.W_OK);
  } catch (thrown) {
    throw thrown instanceof TidemarkError ? thrown : notWritable(folder, thrown);
  }
}

function notWritable(folder: string, thrown: unknown): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The evidence cannot be written to ${folder}: ${(thrown as Error).message}`,
    remedy: 'Name a directory that can be written: --out DIR.',
    cause: thrown,
  });
}

function wrongSignature(): TidemarkError {
  return new TidemarkError({
    code: 'failing',
    stage: 'processing',
    message: 'The signature does not fit the public key. Nothing was written.',
    remedy: 'Try again. If it persists, the key was exchanged while this was made.',
  });
}
