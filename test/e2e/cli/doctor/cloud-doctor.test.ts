import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { deployedConfig } from '../../../../cli/cloud/open-cloud.ts';
import { type Check, inOrder } from '../../../../cli/doctor/check.ts';
import { Aws } from '../../../../cli/doctor/cloud/aws.ts';
import type { Drawn } from '../../../../cli/doctor/cloud/drawn.ts';
import { examineCloud } from '../../../../cli/doctor/cloud/examine-cloud.ts';
import type { Config } from '../../../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../../../functions/core/model.ts';
import { functionOutput, MADE_BY_RELEASE } from '../../../../lib/account/outputs.ts';
import { findSources } from '../../../../lib/plan/find-sources.ts';
import { planSchedules } from '../../../../lib/plan/plan-schedules.ts';
import { SOURCE, test } from '../../plain.ts';
import { startCloudAccount } from '../cloud-account.ts';
import { startWatchedAccount, type WatchedAccount } from './watched-account.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:te';
const STACKS = ['tidemark-state', 'tidemark-forwarding', 'tidemark-schedules-1'];
const SECRET = 'tidemark/splunk/soc';
const CODE = '0'.repeat(64);
const FILES = { code: 'ab'.repeat(32), layers: ['cd'.repeat(32)] };
const inBase64 = (hex = '') => Buffer.from(hex, 'hex').toString('base64');

/** What a checkout would deploy: a resource of each kind that is compared, and the schedules of one connection. */
function drawnFor(config: Config, sources: readonly Source[]): Drawn {
  const planned = planSchedules(config, sources).flat();
  const schedules = planned.map(({ description }, at) => [
    `Schedule${at}`,
    { Type: 'AWS::Scheduler::Schedule', Properties: { Description: description } },
  ]);
  const templates = [
    { Table: { Type: 'AWS::DynamoDB::GlobalTable' } },
    { Function: { Type: 'AWS::Lambda::Function', Properties: { Timeout: 300 }, Metadata: { path: 'here' } } },
    Object.fromEntries(schedules) as Template['Resources'],
  ].map((Resources, at) => [STACKS[at] ?? '', { Resources }] as const);
  return {
    templates: new Map(templates),
    codeOf: async () => CODE,
    filesOf: async () => FILES,
    close: async () => undefined,
  };
}

/** All is deployed as it is drawn, and well. What tools note about themselves may differ. */
function fill(account: WatchedAccount, drawn: Drawn): void {
  for (const name of STACKS) {
    const { Resources } = drawn.templates.get(name) as Template;
    const schedules = Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) =>
      Type === 'AWS::Scheduler::Schedule'
        ? [{ name: id, about: String(Properties.Description), state: 'ENABLED' }]
        : [],
    );
    const deployed = Object.entries(Resources).map(([id, one]) => [id, { ...one, Metadata: { path: 'there' } }]);
    const template = { Resources: Object.fromEntries(deployed) };
    const outputs = { [functionOutput(SOURCE)]: FUNCTION };
    account.stacks.set(name, { status: 'UPDATE_COMPLETE', template, outputs, drifted: [], schedules });
  }
  account.alarms.push({
    name: 'tidemark-forwarding-refused',
    about: `${SOURCE}/refused: The credentials are refused. First: npx tidemark status --cloud. Then: docs/runbook.md, refused.`,
    state: 'OK',
  });
  account.subscriptions.push('arn:aws:sns:eu-west-1:111122223333:tidemark-forwarding-Topic:1');
  for (const id of ['lake', 'soc']) account.streams.set(`tidemark-${id}-${SOURCE}`, 'ACTIVE');
  account.buckets.add('tidemark-archive');
  account.secrets.set(SECRET, '{"hec_token":"canary-0a9d-token"}');
}

interface Template {
  readonly Resources: Record<
    string,
    { readonly Type: string; readonly Properties?: Record<string, unknown>; readonly Metadata?: object }
  >;
}

function redOf(checks: readonly Check[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ subject, check }) => `${subject} ${check}`);
}

function foundOf(checks: readonly Check[], check: string): string {
  const named = checks.filter((one) => one.check === check);
  const { found, remedy } = named.find(({ ok }) => !ok) ?? named[0] ?? {};
  return `${found} | ${remedy}`;
}

test('doctor --cloud compares what is deployed with this checkout, and names what is off', async ({ start }) => {
  const bench = await start({ vendor: { count: 5 } });
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-cloud-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'tidemark.json');
  const soc = { id: 'soc', type: 'splunk', hecUrl: 'https://127.0.0.1:9' };
  const config = {
    // A function is not on this machine: its vendor has an address of its own.
    connections: [{ ...bench.described(), origin: 'https://vendor.example.com' }],
    destinations: [{ id: 'lake', type: 's3' }, soc],
    deployment: { alarms: { emails: ['soc@tidemark.dev'] } },
  };
  await writeFile(file, JSON.stringify(config));
  const read = await deployedConfig(file);
  const drawn = drawnFor(
    read,
    (await findSources()).filter(({ id }) => id === SOURCE),
  );
  const account = await startWatchedAccount();
  onTestFinished(() => account.close());
  fill(account, drawn);
  let code = CODE;
  const functions = await startCloudAccount(async (_, input) => {
    const answered = await bench.invoke({ ...input, connection: bench.connection() });
    return { ...(answered as object), code };
  });
  onTestFinished(() => functions.close());
  const files = { code: inBase64(FILES.code), layer: inBase64(FILES.layers[0]) };
  functions.functions.set(FUNCTION, { timeout: 300, heldFor: [0], tags: {}, files });
  const services = ['CLOUDFORMATION', 'SCHEDULER', 'CLOUDWATCH', 'SNS', 'FIREHOSE', 'SECRETS_MANAGER', 'S3'];
  for (const service of services) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, account.url);
  vi.stubEnv('AWS_ENDPOINT_URL', functions.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  onTestFinished(() => void vi.unstubAllEnvs());
  const cloud = new Aws(read.deployment);
  const options = { config: file, state: folder, json: true, cloud: true };
  const tools = { cloud, draw: async () => drawn };
  const doctor = async () => inOrder(await examineCloud(options, () => undefined, tools));

  // Nothing is at Splunk's address: that alone is red.
  const well = await doctor();
  expect(redOf(well)).toEqual(['destination soc reachable']);
  expect(foundOf(well, 'files')).toContain('the zip abababababab and the list of secrets and origins, the same');
  expect(foundOf(well, 'code')).toContain('the same as this checkout’s bundle');
  expect(JSON.stringify(well)).not.toContain('canary');

  // The credentials of a person may look at little: that is no finding.
  const operations = ['DetectStackDrift', 'GetSecretValue', 'GET schedules', 'DescribeAlarms'];
  for (const operation of operations) account.denied.add(operation);
  expect(redOf(await doctor())).toEqual([]);
  account.denied.clear();

  code = 'f'.repeat(64);
  files.layer = inBase64('ef'.repeat(32));
  const forwarding = account.stacks.get('tidemark-forwarding');
  const schedules = account.stacks.get('tidemark-schedules-1');
  if (!forwarding || !schedules) throw new Error('no stacks');
  forwarding.drifted.push('Drifted1');
  forwarding.template = {
    Resources: { ...(forwarding.template as Template).Resources, Extra: { Type: 'AWS::SNS::Topic' } },
  };
  schedules.schedules.pop();
  for (const alarm of account.alarms) alarm.state = 'ALARM';
  account.subscriptions.splice(0, 1, 'PendingConfirmation');
  account.streams.set(`tidemark-lake-${SOURCE}`, 'CREATING_FAILED');
  account.secrets.clear();
  account.buckets.clear();
  const wrong = await doctor();
  expect(redOf(wrong)).toEqual([
    `function of ${SOURCE} files`,
    `function of ${SOURCE} code`,
    'stack tidemark-forwarding template',
    'stack tidemark-forwarding drift',
    'destination soc secret',
    'destination soc bucket',
    'destination lake delivery-stream',
    'stack tidemark-schedules-1 schedules',
    'alarms listener',
    'alarms alarm',
  ]);
  expect(foundOf(wrong, 'files')).toMatch(
    /^its list of secrets and origins is not the one of this configuration \| Deploy/,
  );
  expect(foundOf(wrong, 'code')).toContain('npx cdk deploy --all');
  expect(foundOf(wrong, 'template')).toContain('Extra (no longer wanted)');
  expect(foundOf(wrong, 'drift')).toContain('Drifted1 (AWS::Lambda::Function, modified)');
  expect(foundOf(wrong, 'schedules')).toMatch(/Missing: .*\./);
  expect(foundOf(wrong, 'listener')).toContain('1 must still confirm');
  expect(foundOf(wrong, 'alarm')).toMatch(/The credentials are refused\..* \| See docs\/runbook\.md, refused\./);
  expect(foundOf(wrong, 'secret')).toContain('npx tidemark secret set soc --cloud');

  // The templates of a release have parameters, so they differ anyway.
  forwarding.template = { ...(forwarding.template as Template), Metadata: { [MADE_BY_RELEASE]: '9.9.9' } };
  const released = (await doctor()).find(({ subject, check }) => /forwarding/.test(subject) && check === 'template');
  expect(released).toMatchObject({ ok: true, found: expect.stringContaining('made by the release 9.9.9') });

  // What is stopped on purpose is not invoked, and what is not deployed is the only finding.
  functions.functions.set(FUNCTION, {
    timeout: 300,
    heldFor: [0],
    reserved: 0,
    tags: { 'tidemark:stopped-at': '2026-01-10T00:00:00Z' },
  });
  functions.asked.length = 0;
  const stopped = await doctor();
  expect(redOf(stopped)[0]).toBe(`function of ${SOURCE} function`);
  expect(foundOf(stopped, 'function')).toContain('tidemark drain --cloud --resume');
  expect(functions.asked).not.toContain('Invoke');
  account.stacks.delete('tidemark-forwarding');
  const absent = await doctor();
  expect(redOf(absent)).toEqual(['stack tidemark-forwarding stack']);
  expect(foundOf(absent, 'stack')).toContain('not checked because of that: everything else');
});
