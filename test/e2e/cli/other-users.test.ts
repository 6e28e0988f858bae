import { chmod, lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { findSimulator } from '../../../simulators/find-simulator.ts';
import { until } from '../bench.ts';
import { SOURCE } from '../plain.ts';
import { ending, SECRET_NAME, startProgram, test } from './program.ts';

test('beside a run, other users of the machine are told nothing and change nothing, and its owner works on', async ({
  place,
}) => {
  const { folder } = await place({ count: 5 });
  await rm(join(folder, 'tidemark.json'));
  const where = ['--state', 'state', '--feed', `${SOURCE}/*`];
  const program = startProgram(folder, ['run', ...where], { umask: '000' });
  onTestFinished(() => program.kill('SIGKILL'));
  await until('the run', () => program.stderr.includes(': caught-up.'));
  const kept = (name: string) => readFile(join(folder, 'state', name), 'utf8');
  const secrets = await kept('secrets.json');

  const { urls } = JSON.parse(await kept('running.json')) as { urls: Record<string, string> };
  const asked = [
    ['secrets', 'secretsmanager.GetSecretValue', { SecretId: SECRET_NAME }],
    ['secrets', 'secretsmanager.PutSecretValue', { SecretId: SECRET_NAME, SecretString: 'forged' }],
    ['table', 'DynamoDB_20120810.Scan', { TableName: 'tidemark' }],
    ['firehose', 'Firehose_20150804.PutRecordBatch', { DeliveryStreamName: 'x', Records: [{ Data: 'Zm9yZ2Vk' }] }],
  ] as const;
  for (const [service, target, body] of asked) {
    const headers = { authorization: 'x', 'x-amz-target': target };
    const answer = await fetch(urls[service] as string, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(await answer.json()).toMatchObject({ __type: 'IncompleteSignatureException' });
  }
  expect(await kept('secrets.json')).toBe(secrets);

  const control = /curl --header @\S+ (\S+)\)/.exec(program.stderr)?.[1] as string;
  const [name = '', header = ''] = (await kept('control-header')).trim().split(': ');
  expect((await fetch(control)).status).toBe(401);
  expect((await fetch(control, { method: 'PUT', body: '{}' })).status).toBe(401);
  expect((await fetch(control, { headers: { [name]: header } })).status).toBe(200);
  const published = (await findSimulator(SOURCE))?.demo.secretValue ?? {};
  for (const value of Object.values(published)) expect(secrets).not.toContain(value);

  const status = await ending(startProgram(folder, ['status', '--json', ...where]));
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`"${SOURCE}/`) });
  program.kill('SIGTERM');
  expect(await program.ended).toBe(0);

  const state = join(folder, 'state');
  const all = await readdir(state, { recursive: true });
  const open: string[] = [];
  for (const path of ['.', ...all]) {
    if (((await lstat(join(state, path))).mode & 0o077) !== 0) open.push(path);
  }
  expect(all).toEqual(expect.arrayContaining(['key.json', 'secrets.json', 'control-header', 'demo-ports.json', 'out']));
  expect(open).toEqual([]);

  await chmod(join(state, 'key.json'), 0o644);
  const refused = await ending(startProgram(folder, ['status', ...where]));
  expect(refused).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('is open to others (mode 0644)'),
  });
});
