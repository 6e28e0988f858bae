import type { CredentialHeader, HeaderAuth } from '../../core/auth.ts';
import type { Signer } from './signer.ts';

/** A credential in the header that belongs to it, such as `Authorization: Bearer <credential>`. */
export function credentialHeader(
  { header = 'authorization', scheme }: CredentialHeader,
  credential: string,
): Record<string, string> {
  return { [header]: scheme === undefined ? credential : `${scheme} ${credential}` };
}

/** Sends a field of the secret unchanged. */
export function headerSigner(auth: HeaderAuth): Signer {
  return { sign: (secret) => ({ headers: credentialHeader(auth, secret[auth.field] ?? ''), signatures: [] }) };
}
