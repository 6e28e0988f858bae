import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSecrets } from '../../local/services/secrets.ts';
import { modeOf } from './children.ts';

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1 };

let folder: string;
let file: string;
let running: { close(): unknown }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  file = join(folder, 'secrets.json');
  running = [];
});

afterEach(async () => {
  for (const { close } of running.reverse()) await close();
  await rm(folder, { recursive: true });
});

async function secrets(content?: unknown) {
  if (content !== undefined) await save(typeof content === 'string' ? content : JSON.stringify(content));
  const service = await startSecrets({ file });
  const client = new SecretsManagerClient({ ...CLIENT, endpoint: service.url });
  running.push(service, { close: () => client.destroy() });
  return {
    service,
    get: (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId })),
    put: (SecretId: string, SecretString: string) => client.send(new PutSecretValueCommand({ SecretId, SecretString })),
  };
}

const save = (text: string) => writeFile(file, text, { mode: 0o600 });

test('gives out strings as they are and objects as their JSON text', async () => {
  const { get } = await secrets({ plain: 'p"1', 'acme/token': { token: 't' } });

  expect((await get('plain')).SecretString).toBe('p"1');
  expect((await get('acme/token')).SecretString).toBe('{"token":"t"}');
});

test('finds a secret by its ARN, with and without the characters that AWS adds', async () => {
  const { get } = await secrets({ 'acme-secret': 'right', acme: 'wrong' });
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme-secret';

  const answers = await Promise.all([get(arn), get(`${arn}-a1B2c3`), get((await get('acme-secret')).ARN as string)]);

  expect(answers.map(({ SecretString }) => SecretString)).toEqual(['right', 'right', 'right']);
});

test('sees an edit at once, and changes the version exactly when the value changes', async () => {
  const { get } = await secrets({ a: 'one', b: 'x' });
  const first = await get('a');
  await save('{"a":"one","b":"y"}');
  const same = await get('a');
  await save('{"a":"two","b":"y"}');
  const other = await get('a');

  expect(first.VersionId).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  expect(same.VersionId).toBe(first.VersionId);
  expect(other.SecretString).toBe('two');
  expect(other.VersionId).not.toBe(first.VersionId);
});

test.each([undefined, {}, { other: 'x' }])('knows no secret that is not in %j', async (content) => {
  const { get } = await secrets(content);

  await expect(get('acme')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: expect.stringContaining('no value named acme'),
    $metadata: { httpStatusCode: 400 },
  });
});

test.each(['{"acme": "s3cret",,}', '["s3cret"]', '"s3cret"', '{"acme": ["s3cret"]}'])(
  'names a file that holds %s, without quoting it',
  async (content) => {
    const { get } = await secrets(content);
    const error: Error = await get('acme').then(Promise.reject, (thrown) => thrown);

    expect(error).toMatchObject({ name: 'InternalServiceError', $metadata: { httpStatusCode: 500 } });
    expect(error.message).toContain(file);
    expect(error.message).not.toContain('s3c');
  },
);

test('writes a new value whole, and keeps the others, their order and a link to the file', async () => {
  await symlink(join(folder, 'real.json'), join(folder, 'secrets.json'));
  const { get, put } = await secrets({ z: { token: 'old' }, a: 'kept', m: '1' });

  const [{ VersionId }] = await Promise.all([put('z', '{"token":"new"}'), put('m', '{ "spaced": 1 }')]);

  const written = await readFile(join(folder, 'real.json'), 'utf8');
  expect(JSON.parse(written)).toEqual({ z: { token: 'new' }, a: 'kept', m: '{ "spaced": 1 }' });
  expect(Object.keys(JSON.parse(written))).toEqual(['z', 'a', 'm']);
  expect((await get('z')).VersionId).toBe(VersionId);
  expect((await readdir(folder)).sort()).toEqual(['real.json', 'secrets.json']);
  expect(await modeOf(join(folder, 'real.json'))).toBe(0o600);
  await expect(put('unknown', 'x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('tightens a file that is open to others, and says so', async () => {
  await writeFile(file, '{}');
  await chmod(file, 0o644);

  const { service } = await secrets();

  expect(service.warnings).toEqual([expect.stringContaining('mode 0644')]);
  expect(await modeOf(file)).toBe(0o600);
  expect((await secrets()).service.warnings).toEqual([]);
});
