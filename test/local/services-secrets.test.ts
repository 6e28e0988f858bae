import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/services/aws-error.ts';
import { type SecretsOptions, startSecrets } from '../../local/services/secrets.ts';
import { modeOf } from './children.ts';
import { SIGNATURES } from './signatures.ts';

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

async function secrets(content?: unknown, options: Partial<SecretsOptions> = {}) {
  if (content !== undefined) await save(typeof content === 'string' ? content : JSON.stringify(content));
  const service = await startSecrets({ signatures: SIGNATURES, file, ...options });
  const client = new SecretsManagerClient({ ...CLIENT, endpoint: service.url });
  running.push(service, { close: () => client.destroy() });
  return {
    service,
    get: (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId })),
    put: (SecretId: string, SecretString: string, more: Partial<PutSecretValueCommandInput> = {}) =>
      client.send(new PutSecretValueCommand({ SecretId, SecretString, ...more })),
    version: (SecretId: string, VersionId: string) => client.send(new GetSecretValueCommand({ SecretId, VersionId })),
    stages: async (SecretId: string) =>
      (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages ?? {},
    move: (SecretId: string, VersionStage: string, RemoveFromVersionId?: string, MoveToVersionId?: string) =>
      client.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }),
      ),
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
  expect((await readdir(folder)).sort()).toEqual(['real.json', 'secrets.json', 'secrets.versions.json']);
  expect(await modeOf(join(folder, 'secrets.versions.json'))).toBe(0o600);
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

describe('versions', () => {
  const [ONE, TWO, THREE] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [string, string, string];
  const PENDING = { VersionStages: ['AWSPENDING'] };

  test('are put under an id once: the same again changes nothing, another value is refused', async () => {
    const { get, put, stages } = await secrets({ acme: 'first' });
    await put('acme', 'note', { ClientRequestToken: ONE, ...PENDING });

    const [outcome, again] = await Promise.allSettled([
      put('acme', 'other note', { ClientRequestToken: ONE, ...PENDING }),
      put('acme', 'note', { ClientRequestToken: ONE, VersionStages: ['AWSCURRENT'] }),
    ]);

    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'ResourceExistsException' } });
    expect(again).toMatchObject({ status: 'fulfilled', value: { VersionId: ONE, VersionStages: ['AWSPENDING'] } });
    const { SecretString, VersionId = '' } = await get('acme');
    expect(SecretString).toBe('first');
    expect(await stages('acme')).toEqual({ [VersionId]: ['AWSCURRENT'], [ONE]: ['AWSPENDING'] });
  });

  test('one write makes a value current and takes the label from what was pending; what was current is previous', async () => {
    const { get, put, stages, version } = await secrets({ acme: 'first', other: 'x' });
    const { VersionId: first = '' } = await get('acme');
    await put('acme', 'note', { ClientRequestToken: ONE, ...PENDING });

    await put('acme', '{"token":"second"}', { ClientRequestToken: TWO, VersionStages: ['AWSCURRENT', 'AWSPENDING'] });

    expect(await stages('acme')).toEqual({ [first]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT', 'AWSPENDING'] });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ acme: { token: 'second' }, other: 'x' });
    expect((await version('acme', first)).SecretString).toBe('first');
    await expect(version('acme', ONE)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('labels are taken away and moved from where they are said to be, and from nowhere else', async () => {
    const { get, put, stages, move } = await secrets({ acme: 'first' });
    const { VersionId: first = '' } = await get('acme');
    await put('acme', 'note', { ClientRequestToken: ONE, ...PENDING });
    await put('acme', 'second', { ClientRequestToken: TWO });

    const wrong = [
      move('acme', 'AWSPENDING', TWO),
      move('acme', 'AWSCURRENT', TWO),
      move('acme', 'AWSPENDING', '', TWO),
    ];
    for (const refused of wrong) await expect(refused).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await move('acme', 'AWSPENDING', ONE);
    await move('acme', 'AWSCURRENT', TWO, first);

    expect(await stages('acme')).toEqual({ [first]: ['AWSCURRENT'], [TWO]: ['AWSPREVIOUS'] });
    expect((await get('acme')).SecretString).toBe('first');
  });

  test('are dated by the clock, and outlive a restart; an edit of the file is a version of its own', async () => {
    const clock = { now: Date.parse('2026-03-01T10:00:00.250Z') };
    const before = await secrets({ acme: 'first' }, { now: () => clock.now });
    await before.put('acme', 'second', { ClientRequestToken: TWO });
    clock.now += 1_000;
    await before.put('acme', 'note', { ClientRequestToken: THREE, ...PENDING });
    await before.service.close();

    const after = await secrets();
    expect((await after.get('acme')).CreatedDate?.toISOString()).toBe('2026-03-01T10:00:00.250Z');
    expect(await after.version('acme', THREE)).toMatchObject({ SecretString: 'note' });

    await save('{"acme":"edited"}');
    const { VersionId: edited = '', CreatedDate: made } = await after.get('acme');
    expect(await after.stages('acme')).toMatchObject({ [edited]: ['AWSCURRENT'], [THREE]: ['AWSPENDING'] });
    expect((await after.stages('acme'))[TWO]).toBeUndefined();
    expect(Math.abs((made?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('an operation can be refused, or happen without an answer', async () => {
    const fates: ((() => never) | 'lost')[] = [
      () => {
        throw new AwsError('ThrottlingException', 'Slow down.');
      },
      'lost',
    ];
    const { get, put } = await secrets(
      { acme: 'first' },
      {
        disturb: async (operation) => {
          const fate = operation === 'PutSecretValue' ? fates.shift() : undefined;
          return typeof fate === 'function' ? fate() : fate;
        },
      },
    );

    await expect(put('acme', 'second')).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await get('acme')).SecretString).toBe('first');
    await expect(put('acme', 'third')).rejects.not.toMatchObject({ name: 'ThrottlingException' });
    expect((await get('acme')).SecretString).toBe('third');
  });
});
