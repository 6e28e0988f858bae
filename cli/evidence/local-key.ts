import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import { PRIVATE_FILE } from '../../local/services/private-file.ts';
import type { Signer } from './signer.ts';

const KEY_FILE = 'evidence-key.pem';

/** The key of a state directory. It is made when it is used for the first time, and never replaced. */
export function openLocalKey(state: string): Signer {
  const file = join(state, KEY_FILE);
  if (!existsSync(file)) makeKey(file);
  const key = readKey(file);
  return { publicKey: createPublicKey(key), sign: async (text) => sign('sha256', text, key) };
}

/** Two programs may make a key at the same time: the link is made by one of them only, and both then read the same key. */
function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const unfinished = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(unfinished, privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: PRIVATE_FILE,
      flag: 'wx',
      flush: true,
    });
    linkSync(unfinished, file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, (thrown as Error).message, thrown);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function readKey(file: string): KeyObject {
  // Windows has no modes.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${file} signs evidence, and others than its owner may read it.`,
      remedy: 'If nobody can have read it: chmod 600. Else move it away; the next evidence is signed with a new key.',
    });
  }
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (thrown) {
    throw unusable(file, 'it is not a private key in PEM', thrown);
  }
  throw unusable(file, 'it is not a key with the curve P-256', undefined);
}

function unusable(file: string, why: string, cause: unknown): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The key ${file} cannot be used: ${why}.`,
    remedy:
      'Put the key back from your backup, or move the file away: the next evidence is then signed with a new key.',
    cause,
  });
}
