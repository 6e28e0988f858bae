import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Auth, CredentialHeader, HeadersHmacAuth } from '../../../functions/core/auth.ts';
import type { SecretFields } from '../../../functions/shell/auth/signer.ts';
import { signerFor } from '../../../functions/shell/auth/signers.ts';

const TOOLS = {
  http: () => {
    throw new Error('nothing is sent');
  },
  origin: 'https://api.example.com',
  foreignTokenUrl: undefined,
  hide: () => undefined,
};

function sign(auth: Auth, secret: SecretFields, now = 0) {
  return signerFor(auth, TOOLS).sign(secret, now);
}

describe('a field of the secret in a header', () => {
  test.each<[string, CredentialHeader, Record<string, string>]>([
    ['a bearer token', { scheme: 'Bearer' }, { authorization: 'Bearer abc' }],
    ['a scheme of the vendor’s own', { scheme: 'SSWS' }, { authorization: 'SSWS abc' }],
    ['an API key', { scheme: 'ApiKey' }, { authorization: 'ApiKey abc' }],
    ['a header of its own, without a scheme', { header: 'X-Api-Key' }, { 'X-Api-Key': 'abc' }],
    ['no scheme', {}, { authorization: 'abc' }],
  ])('%s', (_, header, headers) => {
    const auth = { kind: 'header', field: 'key', secret: [{ key: 'any' }], ...header } as const;

    expect(sign(auth, { key: 'abc', other: 'x' })).toEqual({ headers, signatures: [] });
  });
});

describe('a keyed hash in headers', () => {
  const AUTH: HeadersHmacAuth = {
    kind: 'headers-hmac',
    secret: [{ id: 'any', key: 'any' }],
    algorithm: 'sha512',
    key: 'key',
    timestamp: 'milliseconds',
    signed: [{ field: 'id' }, 'timestamp'],
    encoding: 'base64',
    headers: { 'X-Id': { field: 'id' }, 'X-Time': 'timestamp', 'X-Sign': 'signature' },
  };
  const SECRET = { id: 'client-1', key: '00ff' };

  test('is over the parts in their order, with the key as text', () => {
    const signature = createHmac('sha512', '00ff').update('client-11767225600999').digest('base64');

    expect(sign(AUTH, SECRET, 1_767_225_600_999)).toEqual({
      headers: { 'X-Id': 'client-1', 'X-Time': '1767225600999', 'X-Sign': signature },
      signatures: [signature],
    });
  });

  test('takes whole seconds, another algorithm and another encoding where the source says so', () => {
    const auth: HeadersHmacAuth = { ...AUTH, timestamp: 'seconds', algorithm: 'sha256', encoding: 'hex' };
    const signature = createHmac('sha256', '00ff').update('client-11767225600').digest('hex');

    expect(sign(auth, SECRET, 1_767_225_600_999).headers).toMatchObject({
      'X-Time': '1767225600',
      'X-Sign': signature,
    });
  });

  test('is another one at another time', () => {
    expect(sign(AUTH, SECRET, 2).signatures).not.toEqual(sign(AUTH, SECRET, 1).signatures);
  });
});

test('requests before a sign-in, or before the first access token, carry nothing', () => {
  const session = {
    kind: 'session',
    secret: [{ key: 'any' }],
    signIn: [{ url: '/in', body: 'json' }],
    answer: { token: 'token', expires: 'expires' },
    extend: '/extend',
  } as const;
  const oauth2 = {
    kind: 'oauth2-client-credentials',
    secret: [{ id: 'any', key: 'any' }],
    tokenUrl: '/token',
    body: 'form',
    client: { id: 'id', secret: 'key', in: 'body' },
  } as const;

  expect(sign(session, { key: 'abc' }).headers).toEqual({});
  expect(sign(oauth2, { id: 'abc', key: 'def' }).headers).toEqual({});
});
