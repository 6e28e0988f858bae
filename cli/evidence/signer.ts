import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A key that signs evidence. */
export interface Signer {
  readonly publicKey: KeyObject;
  /** ECDSA with P-256 and SHA-256, in DER: what openssl reads. */
  sign(text: Uint8Array): Promise<Uint8Array>;
}

/** The SHA-256 of a public key in DER: short enough to be compared by eye. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

export function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'spki', format: 'pem' }));
}

/** Reads a public key. Undefined if it is not one with which evidence is signed. */
export function readPublicKey(pem: string): KeyObject | undefined {
  // A private key would be read as its public one. Whoever checks must not have it.
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}
