import { createHmac } from 'node:crypto';
import type { FrameSwitches } from '../faults.ts';
import { Refusal } from './replies.ts';

/** The one API key that the simulator knows. */
export interface ApiKey {
  readonly clientId: string;
  readonly clientSecret: string;
  /** How far a timestamp may lie from the vendor's clock, either way. */
  readonly signatureSkewSeconds: number;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The HMAC's key is the text of the secret, not the bytes of its hex digits. Nothing separates timestamp and id. */
export function signatureOf(clientSecret: string, timestamp: string, clientId: string): string {
  return createHmac('sha256', clientSecret).update(`${timestamp}${clientId}`).digest('hex');
}

/** Refuses a request without a valid signature. A signature may be used again: it does not cover the request. */
export function checkSignature(headers: Headers, key: ApiKey, switches: FrameSwitches, clock: () => number): void {
  const timestamp = String(headers['x-frame-timestamp'] ?? '');
  const isRefused = switches.faults.tokenExpired || switches.strikes('refuseSignatures');
  if (isRefused || headers['x-frame-clientid'] !== key.clientId)
    throw new Refusal(401, 'The API credentials are unknown');
  if (!/^\d{1,12}$/.test(timestamp)) throw new Refusal(401, 'X-Frame-Timestamp must be a UNIX time in whole seconds');
  if (Math.abs(Number(timestamp) * 1000 - clock()) > key.signatureSkewSeconds * 1000)
    throw new Refusal(401, 'X-Frame-Timestamp is too far from the time of the server');
  if (headers['x-frame-signature'] !== signatureOf(key.clientSecret, timestamp, key.clientId))
    throw new Refusal(401, 'X-Frame-Signature does not match');
}
