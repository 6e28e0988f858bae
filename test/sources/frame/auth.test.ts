import { expect, test } from 'vitest';
import { signerFor } from '../../../functions/shell/auth/signers.ts';
import { source } from '../../../functions/sources/frame/source.ts';

const SECRET = {
  client_id: '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com',
  client_secret: '0123456789abcdef0123456789abcdef01234567',
};
const TOOLS = {
  http: () => {
    throw new Error('nothing is sent');
  },
  origin: source.origin ?? '',
  foreignTokenUrl: undefined,
  hide: () => undefined,
};

// The values are from the facts about the API.
test('the signature is over the time in whole seconds and the client’s id, with the secret as text for its key', () => {
  expect(signerFor(source.auth, TOOLS).sign(SECRET, 1_767_225_600_999)).toEqual({
    headers: {
      'X-Frame-ClientId': '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com',
      'X-Frame-Timestamp': '1767225600',
      'X-Frame-Signature': '9361db2a88b8ee42ec14f6a78c5ec505c4091ab86a09a1be1b05d63a83f1f363',
    },
    signatures: [
      '9361db2a88b8ee42ec14f6a78c5ec505c4091ab86a09a1be1b05d63a83f1f363',
      '9361DB2A88B8EE42EC14F6A78C5EC505C4091AB86A09A1BE1B05D63A83F1F363',
    ],
  });
});
