import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Auth } from '../../../functions/core/auth.ts';
import { readSecret } from '../../../functions/shell/auth/secret.ts';
import { type SecretsService, startSecrets } from '../../../local/services/secrets.ts';
import { SIGNATURES } from '../../local/signatures.ts';

const TOKEN: Auth = { kind: 'header', scheme: 'Bearer', field: 'token', secret: [{ token: 'an API token' }] };
const SESSION: Auth = {
  kind: 'session',
  secret: [
    { key: 'an API key', secret: 'its secret' },
    { username: 'a user name', password: 'its password' },
  ],
  freeText: ['username', 'password'],
  notHidden: ['username'],
  signIn: [
    { url: '/sign-in/key', body: 'json' },
    { url: '/sign-in/person', body: 'json' },
  ],
  answer: { token: 'token', expires: 'expires' },
  extend: '/extend',
};

let folder: string;
let file: string;
let secrets: SecretsService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-secret-'));
  file = join(folder, 'secrets.json');
  secrets = await startSecrets({ signatures: SIGNATURES, file });
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'us-east-1');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await secrets.close();
  await rm(folder, { recursive: true, force: true });
});

async function read(value: unknown, auth: Auth = TOKEN) {
  await writeFile(file, JSON.stringify({ acme: value }), { mode: 0o600 });
  return await readSecret('acme', auth);
}

test('a credential of eight characters is the shortest', async () => {
  expect((await read({ token: 'qzw7-123' })).fields).toEqual({ token: 'qzw7-123' });

  const thrown = await read({ token: ' qzw7-12 ' }).catch((refused: unknown) => refused);
  expect(thrown).toMatchObject({
    code: 'secret',
    message: expect.stringMatching(/^Secret acme: token has fewer than 8/),
  });
  expect(JSON.stringify([thrown, (thrown as Error).stack])).not.toContain('qzw7');
});

test('a password has a least length, a user name has none', async () => {
  expect((await read({ username: 'bo', password: 'qzw7 1234' }, SESSION)).fields).toMatchObject({ username: 'bo' });

  await expect(read({ username: 'bo', password: 'qzw7' }, SESSION)).rejects.toThrow('password has fewer than 8');
});

test('what else a secret holds, such as until when its token is valid, is left alone', async () => {
  const { fields } = await read({ token: 'qzw7-1234', validUntil: '2028-01-10T09:00:00Z', owner: 7 });

  expect(fields).toEqual({ token: 'qzw7-1234' });
});
