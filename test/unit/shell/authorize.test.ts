import { describe, expect, test } from 'vitest';
import { authorize } from '../../../functions/shell/auth/authorize.ts';

const FRAME = {
  kind: 'frame-signature',
  secret: [{ client_id: 'any', client_secret: 'any' }],
} as const;
const SESSION = { kind: 'vbrick-session', secret: [{ apiKey: 'any' }], signIn: ['/in'], extend: '/extend' } as const;

describe('how a request proves who asks', () => {
  test('a bearer token', () => {
    const auth = { kind: 'bearer', secret: [{ token: 'any' }] } as const;

    expect(authorize(auth, { token: 'abc' }, undefined, 0)).toEqual({ authorization: 'Bearer abc' });
  });

  test('Frame’s signature is that of its documentation: the time before the client’s id, the key as text', () => {
    const secret = {
      client_id: '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com',
      client_secret: '0123456789abcdef0123456789abcdef01234567',
    };

    expect(authorize(FRAME, secret, undefined, 1_767_225_600_999)).toEqual({
      'X-Frame-ClientId': '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com',
      'X-Frame-Timestamp': '1767225600',
      'X-Frame-Signature': '9361db2a88b8ee42ec14f6a78c5ec505c4091ab86a09a1be1b05d63a83f1f363',
    });
  });

  test('Frame’s signature is another one a second later', () => {
    const secret = { client_id: 'id', client_secret: 'secret' };

    expect(authorize(FRAME, secret, undefined, 2_000)).not.toEqual(authorize(FRAME, secret, undefined, 1_000));
  });

  test('a session by its token, and by nothing before there is one', () => {
    expect(authorize(SESSION, { apiKey: 'key' }, 'tok', 0)).toEqual({ authorization: 'VBrick tok' });
    expect(authorize(SESSION, { apiKey: 'key' }, undefined, 0)).toEqual({});
  });
});
