import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { EvidenceDocument } from '../../../../cli/evidence/document.ts';
import { pemOf } from '../../../../cli/evidence/signer.ts';
import { EVIDENCE_KEY, functionOutput } from '../../../../lib/account/outputs.ts';
import { feedOf, SOURCE, test } from '../../plain.ts';
import { DESTINATIONS } from '../../stage.ts';
import { startCloudAccount } from '../cloud-account.ts';
import { ending, startProgram } from '../program.ts';
import { KEY_ARN, PRINCIPAL, startSigningAccount } from './signing-account.ts';

test('evidence of a deployment is signed in KMS, and names who made it and who moved a watermark', async ({
  start,
}) => {
  const bench = await start({ vendor: { count: 60 }, minutes: 180 });
  await bench.catchUp();
  const [account, signing, folder] = await Promise.all([
    startCloudAccount(async (_, input) => await bench.invoke(input)),
    startSigningAccount(),
    mkdtemp(join(tmpdir(), 'tidemark-cloud-')),
  ]);
  onTestFinished(async () => {
    await Promise.all([account.close(), signing.close(), rm(folder, { recursive: true, force: true })]);
  });
  account.outputs['tidemark-forwarding'] = {
    [functionOutput(SOURCE)]: 'arn:aws:lambda:eu-west-1:111122223333:function:te',
  };
  await writeFile(
    join(folder, 'tidemark.json'),
    JSON.stringify({ connections: [bench.described()], destinations: DESTINATIONS }),
  );
  const environment = {
    AWS_ENDPOINT_URL: account.url,
    AWS_ENDPOINT_URL_KMS: signing.url,
    AWS_ENDPOINT_URL_STS: signing.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const command = (...args: string[]) => ending(startProgram(folder, args, { environment }));
  const [from, to] = [0, 2].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
  const range = ['--from', `${from}`, '--to', `${to}`, '--out', 'evidence', '--cloud'];

  const month = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 7);
  const older = await command('evidence', '--month', month, '--cloud');
  account.outputs['tidemark-state'] = { [EVIDENCE_KEY]: KEY_ARN };
  await command('move', '--yes', '--feed', '*', '--to', new Date(Date.now() - 3_600_000).toISOString(), '--cloud');
  const made = await command('evidence', ...range);
  await writeFile(join(folder, 'kept.pem'), pemOf(signing.publicKey));
  const checked = await command('evidence', '--check', 'evidence', '--key', 'kept.pem');

  expect(older.code).toBe(2);
  expect(older.stderr).toContain('Deploy');
  expect(made.stderr).toBe('');
  expect(made.stdout).toContain(pemOf(signing.publicKey).trimEnd());
  expect(signing.asked).toEqual(['GetCallerIdentity', 'GetPublicKey', 'GetCallerIdentity', 'Sign']);
  expect(checked.code).toBe(0);
  const [name = ''] = (await readdir(join(folder, 'evidence'))).filter((one) => one.endsWith('.json'));
  const file = join(folder, 'evidence', name);
  const document = JSON.parse(await readFile(file, 'utf8')) as EvidenceDocument;
  expect(document.madeBy).toBe(PRINCIPAL);
  expect(document.place).toContain(KEY_ARN);
  const [feed] = document.feeds;
  expect(feed?.feed).toBe(feedOf(bench.id));
  expect(feed?.moves).toMatchObject([{ by: PRINCIPAL }]);
});
