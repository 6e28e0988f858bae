import { createHmac } from 'node:crypto';
import type { HeadersHmacAuth, SignedPart } from '../../core/auth.ts';
import type { SecretFields, Signed, Signer } from './signer.ts';

/** Sends a keyed hash over the time and fields of the secret; every request gets its own. */
export function hmacSigner(auth: HeadersHmacAuth): Signer {
  return { sign: (secret, now) => sign(auth, secret, now) };
}

function sign(auth: HeadersHmacAuth, secret: SecretFields, now: number): Signed {
  const timestamp = String(auth.timestamp === 'seconds' ? Math.floor(now / 1_000) : Math.floor(now));
  const textOf = (part: SignedPart) => (part === 'timestamp' ? timestamp : (secret[part.field] ?? ''));
  // The key is the field's text as it is: a key in hex is not decoded.
  const hmac = createHmac(auth.algorithm, secret[auth.key] ?? '').update(auth.signed.map(textOf).join(''));
  const signature = hmac.digest(auth.encoding);
  const headers = Object.entries(auth.headers).map(([name, part]) => [
    name,
    part === 'signature' ? signature : textOf(part),
  ]);
  // Hex means the same in capitals, and a gateway may write it so.
  const forms = auth.encoding === 'hex' ? [signature, signature.toUpperCase()] : [signature];
  return { headers: Object.fromEntries(headers), signatures: forms };
}
