import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SecretShape } from '../../../functions/core/model.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { startSecrets } from '../../../local/services/secrets.ts';
import { SIGNATURES } from '../../local/signatures.ts';
import { SOURCE } from '../plain.ts';
import { ending, startProgram } from './program.ts';

// A connection whose secret has several fields, and one whose secret has only one and a name of its own.
const { id: OTHER, shape } = await severalFields();
const LAST = Object.keys(shape).at(-1) ?? '';
const ACME = `${OTHER}/acme`;
const CONFIG = {
  connections: [
    { id: 'acme', source: OTHER },
    { id: 'prod', source: SOURCE, secret: 'team/prod' },
  ],
  destinations: [{ id: 'soc', type: 'splunk', format: 'ecs' }],
};
const VALUE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(shape).map((field) => [field, `canary-7d1f-${field}`]),
);

/** A source with its own origin that takes a secret of several fields. */
async function severalFields(): Promise<{ id: string; shape: SecretShape }> {
  const found = (await findSources()).flatMap(({ id, origin, auth: { secret } }) => {
    const shape: SecretShape = secret[0] ?? {};
    return origin !== undefined && Object.keys(shape).length > 1 ? [{ id, shape }] : [];
  });
  if (found[0] === undefined) throw new Error('No source takes a secret of several fields.');
  return found[0];
}

interface Here {
  readonly folder: string;
  set(value: unknown, args: readonly string[], environment?: Record<string, string>): ReturnType<typeof ending>;
  secrets(): Promise<Record<string, unknown>>;
}

async function makeFolder(config: object = CONFIG): Promise<Here> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-secret-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'tidemark.json'), JSON.stringify(config));
  return {
    folder,
    set: (value, args, environment = {}) =>
      ending(
        startProgram(folder, ['secret', ...args], {
          stdin: typeof value === 'string' ? value : JSON.stringify(value),
          environment,
        }),
      ),
    secrets: async () => JSON.parse(await readFile(join(folder, '.tidemark', 'secrets.json'), 'utf8')),
  };
}

test('a secret is put where the run finds it, and shown nowhere', async () => {
  const here = await makeFolder();

  const made = await here.set(VALUE, ['set', ACME]);
  const byName = await here.set({ token: 'canary-4f2e-token' }, ['set', 'team/prod']);
  const token = await here.set({ hec_token: 'canary-99aa-hec' }, ['set', 'soc']);
  const changed = await here.set(`${JSON.stringify({ ...VALUE, [LAST]: 'canary-1b7c-another' }, null, 2)}\n`, [
    'set',
    ACME,
  ]);

  expect([made.code, byName.code, token.code, changed.code]).toEqual([0, 0, 0, 0]);
  expect(made.stdout).toBe(`tidemark/${ACME} is made, the credentials of ${ACME}. It is used from the next run on.\n`);
  expect(changed.stdout).toContain('is changed');
  expect(await here.secrets()).toEqual({
    [`tidemark/${ACME}`]: { ...VALUE, [LAST]: 'canary-1b7c-another' },
    'team/prod': { token: 'canary-4f2e-token' },
    'tidemark/splunk/soc': { hec_token: 'canary-99aa-hec' },
  });
  expect((await stat(join(here.folder, '.tidemark', 'secrets.json'))).mode & 0o077).toBe(0);
  for (const { stdout, stderr } of [made, byName, token, changed]) expect(stdout + stderr).not.toContain('canary');
});

test('what is no such secret is refused before anything is stored, without a word of it', async () => {
  const here = await makeFolder();

  const wrong = [
    await here.set({ ...VALUE, [LAST]: undefined }, ['set', ACME]),
    await here.set('canary-not-json', ['set', ACME]),
    await here.set({ hec_token: 'canary with spaces' }, ['set', 'soc']),
    await here.set(VALUE, ['set', `${OTHER}/nobody`]),
    await here.set(VALUE, ['set']),
    await here.set(VALUE, ['get', ACME]),
  ];

  expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(wrong[0]?.stderr).toContain(`Secret tidemark/${ACME} has no ${LAST}.`);
  expect(wrong[0]?.stderr).toContain(`npx tidemark secret set ${ACME}`);
  expect(wrong[1]?.stderr).toContain(`Secret tidemark/${ACME} is not JSON.`);
  expect(wrong[2]?.stderr).toContain('Secret tidemark/splunk/soc has no hec_token');
  expect(wrong[3]?.stderr).toContain(`There are: ${ACME}, ${SOURCE}/prod, soc.`);
  expect(wrong.map(({ stderr }) => stderr).join()).not.toContain('canary');
  await expect(here.secrets()).rejects.toThrow('ENOENT');
});

test('with --cloud it goes into Secrets Manager, made with the account’s own key and tags', async () => {
  const here = await makeFolder({
    ...CONFIG,
    deployment: {
      tags: { team: 'detection' },
      kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
    },
  });
  const made: Record<string, unknown>[] = [];
  const service = await startSecrets({
    signatures: SIGNATURES,
    file: join(here.folder, 'cloud.json'),
    disturb: async (operation, input) => {
      if (operation === 'CreateSecret') made.push(input);
      return undefined;
    },
  });
  onTestFinished(() => service.close());
  const environment = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: service.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };

  const first = await here.set(VALUE, ['set', ACME, '--cloud'], environment);
  const again = await here.set(VALUE, ['set', ACME, '--cloud'], environment);

  expect([first.code, again.code]).toEqual([0, 0]);
  expect([first.stdout.includes('is made'), again.stdout.includes('is changed')]).toEqual([true, true]);
  expect(made).toEqual([
    expect.objectContaining({
      Name: `tidemark/${ACME}`,
      KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
      Tags: [{ Key: 'team', Value: 'detection' }],
    }),
  ]);
  expect(JSON.parse(await readFile(join(here.folder, 'cloud.json'), 'utf8'))).toEqual({ [`tidemark/${ACME}`]: VALUE });
});
