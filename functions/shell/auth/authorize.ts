import { createHmac } from 'node:crypto';
import type { Auth } from '../../core/model.ts';

/**
 * The headers that prove who asks.
 *
 * @param token the session's, where there is one
 * @param now milliseconds since 1970
 */
export function authorize(
  auth: Auth,
  secret: Readonly<Record<string, string>>,
  token: string | undefined,
  now: number,
): Record<string, string> {
  switch (auth.kind) {
    case 'bearer':
      return { authorization: `Bearer ${secret.token}` };
    case 'frame-signature':
      return frameSignature(secret.client_id ?? '', secret.client_secret ?? '', String(Math.floor(now / 1_000)));
    case 'vbrick-session':
      return token === undefined ? {} : { authorization: `VBrick ${token}` };
  }
}

/** The time in whole seconds and the client's id are what is signed; the key is the secret as text, though it looks like hex. */
function frameSignature(clientId: string, clientSecret: string, timestamp: string): Record<string, string> {
  return {
    'X-Frame-ClientId': clientId,
    'X-Frame-Timestamp': timestamp,
    'X-Frame-Signature': createHmac('sha256', clientSecret).update(`${timestamp}${clientId}`).digest('hex'),
  };
}
