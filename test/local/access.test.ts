import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Key, openKey } from '../../local/services/access/key.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { modeOf, module, runChild } from './children.ts';
import { KEY, SIGNATURES } from './signatures.ts';

const MINUTE_MS = 60_000;

let folder: string;
let running: { close(): unknown }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  running = [];
});

afterEach(async () => {
  for (const { close } of running.reverse()) await close();
  await rm(folder, { recursive: true });
});

describe('the embedded services', () => {
  const PUT = JSON.stringify({ TableName: 'tidemark', Item: { pk: { S: 'forged' }, sk: { S: 'x' } } });
  const target = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };

  async function table() {
    const service = await startTable({
      directory: join(folder, 'table'),
      tableName: 'tidemark',
      signatures: SIGNATURES,
    });
    const client = new DynamoDBClient({ region: 'us-east-1', credentials: KEY, endpoint: service.url });
    running.push(service, { close: () => client.destroy() });
    return {
      url: new URL(service.url),
      items: async () => (await client.send(new ScanCommand({ TableName: 'tidemark' }))).Items,
    };
  }

  /** The headers of a request to put an item, signed rightly unless something is said. */
  function signed(url: URL, by: Partial<Key> = {}, { atMs = Date.now(), service = 'dynamodb', headers = {} } = {}) {
    const signatures = new Signatures({ ...KEY, ...by }, () => atMs);
    return signatures.sign(url, { method: 'POST', headers: { ...target, ...headers }, body: PUT, service });
  }

  async function ask(url: URL, headers: Record<string, string>, body = PUT) {
    const answer = await fetch(url, { method: 'POST', headers, body });
    const said = (await answer.json()) as { __type?: string };
    return { status: answer.status, header: answer.headers.get('x-amzn-errortype'), type: said.__type };
  }

  const REFUSED: readonly [string, string, (url: URL) => Record<string, string>, string][] = [
    ['without authorization', 'MissingAuthenticationTokenException', () => target, PUT],
    ['with any authorization', 'IncompleteSignatureException', () => ({ ...target, authorization: 'x' }), PUT],
    [
      'without a date',
      'IncompleteSignatureException',
      (url) => {
        const { 'x-amz-date': _, ...headers } = signed(url);
        return headers;
      },
      PUT,
    ],
    ['by another access key', 'UnrecognizedClientException', (url) => signed(url, { accessKeyId: 'AKIDOTHER' }), PUT],
    ['by another secret', 'InvalidSignatureException', (url) => signed(url, { secretAccessKey: 'other' }), PUT],
    [
      'that was signed 16 minutes ago',
      'InvalidSignatureException',
      (url) => signed(url, {}, { atMs: Date.now() - 16 * MINUTE_MS }),
      PUT,
    ],
    [
      'that was signed for 16 minutes from now',
      'InvalidSignatureException',
      (url) => signed(url, {}, { atMs: Date.now() + 16 * MINUTE_MS }),
      PUT,
    ],
    [
      'with an old signature under a new date',
      'InvalidSignatureException',
      (url) => {
        const { 'x-amz-date': date = '' } = signed(url);
        return { ...signed(url, {}, { atMs: Date.now() - 16 * MINUTE_MS }), 'x-amz-date': date };
      },
      PUT,
    ],
    [
      'that was signed for another service',
      'InvalidSignatureException',
      (url) => signed(url, {}, { service: 'firehose' }),
      PUT,
    ],
    [
      'for another operation than was signed',
      'InvalidSignatureException',
      (url) => ({ ...signed(url, {}, { headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' } }), ...target }),
      PUT,
    ],
    [
      'with a header of AWS that is not signed',
      'InvalidSignatureException',
      (url) => ({ ...signed(url), 'x-amz-more': '1' }),
      PUT,
    ],
    [
      'with another body than was signed',
      'InvalidSignatureException',
      (url) => signed(url),
      PUT.replace('forged', 'changed'),
    ],
  ];

  test.each(REFUSED)('refuse a request %s, and it changes nothing', async (_, type, headersFor, body) => {
    const { url, items } = await table();

    expect(await ask(url, headersFor(url), body)).toEqual({ status: 400, header: type, type });
    expect(await items()).toEqual([]);
    expect(await ask(url, signed(url))).toMatchObject({ status: 200 });
    expect(await items()).toHaveLength(1);
  });

  test('tell another process with invented credentials neither a secret nor change one', async () => {
    const file = join(folder, 'secrets.json');
    await writeFile(file, '{"acme":"s3cret"}', { mode: 0o600 });
    const service = await startSecrets({ file, signatures: SIGNATURES });
    running.push(service);
    const child = runChild(
      `import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
       const credentials = { accessKeyId: 'local', secretAccessKey: 'invented' };
       const client = new SecretsManagerClient({ region: 'us-east-1', credentials, endpoint: process.argv[1], maxAttempts: 1 });
       const said = (asked) => asked.then((answer) => JSON.stringify(answer), (thrown) => thrown.name);
       console.log(await said(client.send(new GetSecretValueCommand({ SecretId: 'acme' }))));
       console.log(await said(client.send(new PutSecretValueCommand({ SecretId: 'acme', SecretString: 'forged' }))));
       const headers = { authorization: 'x', 'x-amz-target': 'secretsmanager.GetSecretValue' };
       const answer = await fetch(process.argv[1], { method: 'POST', headers, body: '{"SecretId":"acme"}' });
       console.log((await answer.json()).__type);`,
      service.url,
    );

    expect(await child.lines(3)).toEqual([
      'InvalidSignatureException',
      'InvalidSignatureException',
      'IncompleteSignatureException',
    ]);
    expect(await readFile(file, 'utf8')).toBe('{"acme":"s3cret"}');
  });

  test('take what the SDK signs, in every region and with a session', async () => {
    const file = join(folder, 'secrets.json');
    await writeFile(file, '{"acme":"s3cret"}', { mode: 0o600 });
    const service = await startSecrets({ file, signatures: SIGNATURES });
    const client = new SecretsManagerClient({
      region: 'eu-central-1',
      credentials: { ...KEY, sessionToken: 'any' },
      endpoint: service.url,
    });
    running.push(service, { close: () => client.destroy() });

    await client.send(new PutSecretValueCommand({ SecretId: 'acme', SecretString: 'Zoë' }));

    expect((await client.send(new GetSecretValueCommand({ SecretId: 'acme' }))).SecretString).toBe('Zoë');
  });
});

describe('the key of a state directory', () => {
  const file = () => join(folder, 'key.json');

  test('is random, for its owner only whatever the umask, and stays the same', async () => {
    const child = runChild(
      `import { openKey } from ${module('local/services/access/key.ts')};
       console.log(JSON.stringify(await openKey(process.argv[1])));`,
      folder,
      'umask 0',
    );
    const made = JSON.parse((await child.lines(1))[0] ?? '') as Key;

    expect(await modeOf(file())).toBe(0o600);
    expect(await readdir(folder)).toEqual(['key.json']);
    expect(await openKey(folder)).toEqual(made);
    await rm(file());
    const other = await openKey(folder);
    expect(other.accessKeyId).not.toBe(made.accessKeyId);
    expect(other.secretAccessKey).not.toBe(made.secretAccessKey);
    expect(made.secretAccessKey).toMatch(/^[\w-]{40}$/);
  });

  test('is one, however many programs start at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => openKey(folder)));

    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['key.json']);
  });

  test.each(['640', '604', '620', '666'])('is refused when others may open it, with mode %s', async (mode) => {
    await openKey(folder);
    await chmod(file(), Number.parseInt(mode, 8));

    await expect(openKey(folder)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(`key.json is open to others (mode 0${mode})`),
      remedy: expect.stringContaining('remove the file'),
    });
  });

  test.each(['', '{"accessKeyId":"x"', '{"accessKeyId":"s3cret"}', '{"accessKeyId":"x","secretAccessKey":""}', 'null'])(
    'is refused, without quoting it, when the file holds %j',
    async (text) => {
      await writeFile(file(), text, { mode: 0o600 });

      const error: Error = await openKey(folder).then(Promise.reject, (thrown) => thrown);

      expect(error).toMatchObject({ code: 'config', message: expect.stringContaining('holds no key') });
      expect(JSON.stringify([error.message, error.cause ?? ''])).not.toContain('s3cret');
    },
  );
});
