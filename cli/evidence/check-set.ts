import { verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import { readManifest, sha256 } from './manifest.ts';
import { beginningOf, namesFrom, type SetNames } from './set-names.ts';
import { fingerprintOf, readPublicKey } from './signer.ts';

/** One thing that was checked. `problem` says what is wrong with it. */
export interface CheckedPart {
  readonly name: string;
  readonly problem?: string;
}

/** The result of a check. */
export interface CheckedSet {
  readonly ok: boolean;
  readonly folder: string;
  readonly parts: readonly CheckedPart[];
  /** Whether the key came from whoever checks. With the key beside the files, anybody could have made all of them anew. */
  readonly keyIsGiven: boolean;
  readonly fingerprint?: string;
}

/**
 * Checks a whole evidence, named by any of its files or by its folder.
 *
 * @param keyFile the public key that was kept. Without it, the key beside the files is used
 */
export async function checkSet(file: string, keyFile: string | undefined): Promise<CheckedSet> {
  const { folder, names } = await findSet(file);
  const given = keyFile === undefined ? undefined : await readGivenKey(keyFile);
  const [manifest, signature, pem] = await Promise.all(
    [names.manifest, names.signature, names.key].map((name) => readPart(folder, name)),
  );
  const key = given ?? (pem && readPublicKey(pem.toString('utf8')));
  const keyProblem = pem ? 'it is not a public key with the curve P-256' : MISSING;
  const isSigned = manifest && signature && key && verify('sha256', manifest, key, signature);
  const hashes = manifest && readManifest(manifest.toString('utf8'), names);
  const files = await Promise.all([names.json, names.html].map((name) => checkFile(folder, name, hashes?.get(name))));
  const parts: CheckedPart[] = [
    ...files,
    part(names.manifest, manifest ? (hashes ? undefined : 'it is not the manifest of these two files') : MISSING),
    part(names.signature, signature ? (isSigned || !key || !manifest ? undefined : WRONG_SIGNATURE) : MISSING),
    ...(given ? [] : [part(names.key, key ? undefined : keyProblem)]),
  ];
  return {
    ok: Boolean(isSigned) && parts.every(({ problem }) => problem === undefined),
    folder,
    parts,
    keyIsGiven: given !== undefined,
    ...(key && { fingerprint: fingerprintOf(key) }),
  };
}

const MISSING = 'it is not there';
const WRONG_SIGNATURE = 'it is not the signature of this manifest with this key';

function part(name: string, problem: string | undefined): CheckedPart {
  return { name, ...(problem !== undefined && { problem }) };
}

/** A file whose hash is not known is not trusted. */
async function checkFile(folder: string, name: string, hash: string | undefined): Promise<CheckedPart> {
  const bytes = await readPart(folder, name);
  if (!bytes) return part(name, MISSING);
  if (hash === undefined) return part(name, 'no manifest says what its hash should be');
  return part(name, sha256(bytes) === hash ? undefined : 'it was changed: its hash is not that of the manifest');
}

async function readPart(folder: string, name: string): Promise<Buffer | undefined> {
  const path = join(folder, name);
  try {
    return await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw wrong(`${path} cannot be read: ${(thrown as Error).message}`, 'Name a file that can be read.', thrown);
  }
}

/** Any file of a set names it, also one that is no longer there, as long as others are. */
async function findSet(file: string): Promise<{ readonly folder: string; readonly names: SetNames }> {
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return { folder: file, names: await onlySetIn(file) };
  const beginning = beginningOf(basename(file));
  const folder = dirname(file);
  const names = beginning === undefined ? undefined : namesFrom(beginning);
  const isThere = names && Object.values(names).some((name) => existsSync(join(folder, name)));
  if (isThere) return { folder, names };
  throw wrong(
    `${file} is not a file of an evidence`,
    'Name one of its files, such as tidemark-evidence-2026-10.json, or its directory.',
  );
}

async function onlySetIn(folder: string): Promise<SetNames> {
  const manifests = (await readdir(folder)).filter((name) => name.endsWith('.manifest'));
  const [only] = manifests;
  const beginning = only === undefined ? undefined : beginningOf(only);
  if (manifests.length === 1 && beginning !== undefined) return namesFrom(beginning);
  throw wrong(
    manifests.length === 0 ? `${folder} has no manifest of an evidence` : `${folder} has several evidences`,
    'Name a file of the one that is meant.',
  );
}

async function readGivenKey(file: string) {
  const pem = await readFile(file, 'utf8').catch((thrown: Error) => {
    throw wrong(`--key ${file} cannot be read: ${thrown.message}`, 'Name the file with the public key.', thrown);
  });
  const key = readPublicKey(pem);
  if (key) return key;
  throw wrong(
    `--key ${file} is not a public key with the curve P-256 in PEM`,
    'Name the public key that was printed when the first evidence was made. It begins with -----BEGIN PUBLIC KEY-----.',
  );
}

function wrong(what: string, remedy: string, cause?: unknown): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message: `${what}.`, remedy, cause });
}
