import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { RotationReport } from '../../../functions/core/rotation/rotation-report.ts';
import { startSecrets } from '../../../local/services/secrets.ts';
import { findSimulators } from '../../../simulators/find-simulator.ts';
import { connect, LAKE, SOURCES } from '../../infra/support/draw.ts';
import { type FunctionProperties, runBundle } from '../../infra/support/run-bundle.ts';
import { synth, unpack } from '../../infra/support/synth.ts';
import { startTlsFront } from '../../infra/support/tls-front.ts';
import { SIGNATURES } from '../../local/signatures.ts';

const CERTIFICATE = fileURLToPath(new URL('../../fixtures/loopback-tls/certificate.pem', import.meta.url));
const DAY_MS = 24 * 3_600_000;

test('what rotates is a small bundle of its own, which runs on the environment of the template and the input of its schedule', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-rotation-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { id: source } = SOURCES.find(({ rotation }) => rotation) ?? { id: '' };
  const vendor = (await findSimulators()).find(({ id }) => id === source);
  if (!vendor) throw new Error(`${source} has no simulator`);
  const [front, running] = [await startTlsFront(), await vendor.start({})];
  front.behind = running.origin;
  onTestFinished(() => Promise.all([front.close(), running.stop()]).then(() => undefined));
  const origin = String(running.connection.origin).replace(running.origin, front.origin);
  const connections = [connect(source, 'acme', { origin, rotate: true, secret: 'team/audit' })];
  const drawn = await synth({
    connections,
    destinations: [LAKE],
    deployment: { caBundle: CERTIFICATE, alarms: 'none' },
  });
  expect(drawn.code, drawn.said).toBe(0);
  expect(drawn.said).not.toMatch(/ERROR|WARNING/);
  const file = join(folder, 'secrets.json');
  await writeFile(file, JSON.stringify({ 'team/audit': vendor.demo.secretValue }), { mode: 0o600 });
  await utimes(file, new Date(), new Date(Date.now() - 200 * DAY_MS));
  const secrets = await startSecrets({ signatures: SIGNATURES, file });
  onTestFinished(() => secrets.close());

  const { stack, id, properties } = drawn.account
    .find<FunctionProperties>('AWS::Lambda::Function')
    .find((one) => one.id.includes('rotation')) as { stack: string; id: string; properties: FunctionProperties };
  const inputs = drawn.account
    .find<{ Target: { Arn: string; Input: string } }>('AWS::Scheduler::Schedule')
    .filter(({ properties: { Target } }) => Target.Arn === drawn.account.arn(stack, id))
    .map(({ properties: { Target } }) => JSON.parse(Target.Input));
  const services = { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url };
  const run = () => runBundle<RotationReport>(drawn, properties, services, inputs);

  const first = await run();
  expect(first.answers, first.log).toMatchObject([{ connection: `${source}/acme`, state: 'announced' }]);
  // As if that had been a week ago, and looked at every day since.
  const versions = file.replace(/json$/, 'versions.json');
  const ago = (text: string) =>
    text.replace(/(\\"since\\":)(\d+)/, (_, name, since) => `${name}${Number(since) - 7 * DAY_MS * 1_000}`);
  await writeFile(versions, ago(readFileSync(versions, 'utf8')));
  const second = await run();

  expect(second.answers, second.log).toMatchObject([{ state: 'rotated', validUntil: expect.any(String) }]);
  const stored = JSON.parse(await readFile(file, 'utf8'))['team/audit'];
  expect(stored).toEqual({ token: expect.any(String), validUntil: expect.any(String) });
  expect(stored.token).not.toBe((vendor.demo.secretValue as { token: string }).token);
  expect(`${first.log}${second.log}`).not.toContain(stored.token);
  const task = join(unpack(drawn.out, properties.Code).folder, 'index.mjs');
  expect(readFileSync(task, 'utf8')).not.toMatch(/PutRecordBatch|BatchWriteItem/);
});
