import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Reply } from './send-reply.ts';

/** The path that controls a running simulator. No vendor has such a path. */
export const CONTROL_PATH = '/_control';

/** Where a running simulator is controlled, and the Authorization header that this takes. */
export interface Control {
  readonly url: string;
  readonly authorization: string;
}

/** @param token what a caller has to know; a random one unless said */
export function controlAt(origin: string, token = randomBytes(24).toString('base64url')): Control {
  return { url: `${origin}${CONTROL_PATH}`, authorization: `Bearer ${token}` };
}

/**
 * The answer to who may not control: a page in a browser, also one whose host name was made to lead to this machine, and
 * another user of the machine. Undefined for the others.
 */
export function refuseControl({ authorization }: Control, headers: IncomingHttpHeaders): Reply | undefined {
  if (headers.origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) {
    return { status: 403, headers: PLAIN_TEXT, body: 'Requests from web pages are refused.' };
  }
  // Digests have the same length, and how much of them is equal says nothing about the token.
  const [given, wanted] = [headers.authorization ?? '', authorization].map((text) => hash('sha256', text, 'buffer'));
  if (given && wanted && timingSafeEqual(given, wanted)) return undefined;
  return { status: 401, headers: PLAIN_TEXT, body: 'This takes the Authorization header of this simulator.' };
}

const PLAIN_TEXT = { 'content-type': 'text/plain' };
