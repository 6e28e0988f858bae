import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { CensusReport } from '../../../functions/core/invocation/census.ts';
import type { Destination } from '../../../functions/core/model.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { startTable } from '../../../local/services/dynamodb.ts';
import { startFirehose } from '../../../local/services/firehose.ts';
import { startSecrets } from '../../../local/services/secrets.ts';
import { findSimulators } from '../../../simulators/find-simulator.ts';
import type { RunningSimulator, Simulator } from '../../../simulators/simulator.ts';
import { difference, readDelivered } from '../../e2e/delivered.ts';
import { LAKE } from '../../infra/support/draw.ts';
import { type FunctionProperties, runBundle } from '../../infra/support/run-bundle.ts';
import { type Synthesised, synth } from '../../infra/support/synth.ts';
import { startTlsFront, type TlsFront } from '../../infra/support/tls-front.ts';
import { SIGNATURES } from '../../local/signatures.ts';

const CERTIFICATE = fileURLToPath(new URL('../../fixtures/loopback-tls/certificate.pem', import.meta.url));
const ROWS = 40;
interface Answered {
  readonly feeds?: FeedReport[];
  readonly census?: CensusReport;
}

interface Tenant {
  readonly vendor: Simulator;
  readonly running: RunningSimulator;
  readonly front: TlsFront;
  readonly settings: object;
}

let tenants: Tenant[];
let drawn: Synthesised;
let folder: string;
const [to, from] = [Date.now() - 10 * 60_000, Date.now() - 40 * 60_000];

/** A tenant of each vendor, and all that is deployed for them. */
async function prepare(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  tenants = await Promise.all((await findSimulators()).map(startTenant));
  const connections = tenants.map(({ running, front, settings }) => {
    const origin = String(running.connection.origin).replace(running.origin, front.origin);
    return { ...running.connection, id: 'acme', secret: undefined, origin, settings };
  });
  const secrets = tenants.map(({ vendor }) => [`tidemark/${vendor.id}/acme`, vendor.demo.secretValue]);
  await writeFile(join(folder, 'secrets.json'), JSON.stringify(Object.fromEntries(secrets)));
  drawn = await synth({ connections, destinations: [LAKE], deployment: { caBundle: CERTIFICATE } }, false);
  expect(drawn.code, drawn.said).toBe(0);
}

async function startTenant(vendor: Simulator): Promise<Tenant> {
  const running = await vendor.start({ from, to, count: ROWS });
  onTestFinished(() => running.stop());
  const front = await frontOf(running.origin);
  // A token endpoint on an origin of its own is a setting.
  const entries = Object.entries((running.connection.settings ?? {}) as object).map(async ([name, value]) => {
    if (typeof value !== 'string' || !value.startsWith('http://')) return [name, value];
    const { origin } = new URL(value);
    return [name, value.replace(origin, (await frontOf(origin)).origin)];
  });
  return { vendor, running, front, settings: Object.fromEntries(await Promise.all(entries)) };
}

async function frontOf(origin: string): Promise<TlsFront> {
  const front = await startTlsFront();
  onTestFinished(() => front.close());
  front.behind = origin;
  return front;
}

/** The embedded services, with what the template says there is. */
async function startServices(functions: readonly FunctionProperties[]): Promise<Record<string, string>> {
  const told = functions.flatMap(
    ({ Environment }) => JSON.parse(Environment.Variables.TIDEMARK_DESTINATIONS ?? '') as Destination[],
  );
  const streams = told.map(({ id, deliveryStream }) => ({
    deliveryStream,
    destination: id,
    source: deliveryStream.split('-').at(-1) ?? '',
  }));
  const tableName = drawn.account.find('AWS::DynamoDB::GlobalTable')[0]?.id ?? '';
  const table = await startTable({ signatures: SIGNATURES, directory: join(folder, 'table'), tableName });
  const secrets = await startSecrets({ signatures: SIGNATURES, file: join(folder, 'secrets.json') });
  const firehose = await startFirehose({ signatures: SIGNATURES, out: join(folder, 'out'), streams });
  onTestFinished(async () => {
    await Promise.all([firehose.close(), secrets.close(), table.close()]);
  });
  return {
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
  };
}

/** What a function is invoked with: by its schedules, or by the state machine of a backfill of all that they read. */
function inputsOf({ stack, id }: { readonly stack: string; readonly id: string }): Input[] {
  const schedules = drawn.account.find<{ Target: { Arn: string; Input: string } }>('AWS::Scheduler::Schedule');
  const all = schedules.map(({ properties: { Target } }) => ({
    arn: Target.Arn,
    input: JSON.parse(Target.Input) as Input,
  }));
  const own = all.filter(({ arn }) => arn === drawn.account.arn(stack, id)).map(({ input }) => input);
  // What is read comes first, then what is compared with it and counted.
  if (own.length > 0) return own.sort((one, other) => (one.act ?? '').length - (other.act ?? '').length);
  const verified = all.filter(({ input }) => input.act === 'verify' && id.startsWith(input.connection?.source ?? '-'));
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return verified.map(({ input }) => ({ ...input, act: 'backfill', ...range }));
}

interface Input {
  readonly act?: string;
  readonly connection?: { readonly source: string };
  readonly streams?: readonly string[];
}

test('the bundles forward, with the environment of the template and the inputs of its schedules', {
  timeout: 180_000,
}, async () => {
  await prepare();
  const functions = drawn.account.find<FunctionProperties>('AWS::Lambda::Function');
  const services = await startServices(functions.map(({ properties }) => properties));

  const ran = [];
  for (const made of functions) {
    const inputs = inputsOf(made);
    ran.push({ inputs, ...(await runBundle<Answered>(drawn, made.properties, services, inputs)) });
  }

  // Whoever may invoke may not have a secret sent to whom it was not deployed for.
  const [made] = functions;
  const [input] = ran[0]?.inputs ?? [];
  const elsewhere = { ...input, connection: { ...input?.connection, origin: 'https://attacker.example' } };
  const refused = await runBundle(drawn, made?.properties as FunctionProperties, services, [elsewhere]);
  expect(refused.answers).toEqual([]);
  expect(refused.log).toContain('was not deployed together with origin https://attacker.example');

  for (const { inputs, answers, log } of ran) {
    const asked = inputs.flatMap(({ streams = [] }) => streams).toSorted();
    const reports = answers.flatMap(({ feeds = [] }) => feeds);
    expect(reports.map(({ feed }) => feed.split('/')[1]).toSorted(), log).toEqual(asked);
    expect(
      answers.filter(({ census }) => census?.never.length === 0),
      log,
    ).toHaveLength(inputs.filter(({ act }) => act === 'census').length);
    expect(
      reports.map(({ state }) => state),
      log,
    ).toEqual(asked.map(() => 'caught-up'));
  }
  // Each source has one that reads on, compares and counts, and one that reads the past.
  const acts = ran.map(({ inputs }) => [...new Set(inputs.map(({ act = 'run' }) => act))].toSorted().join());
  expect(acts.toSorted()).toEqual([...tenants.map(() => 'backfill'), ...tenants.map(() => 'census,run,verify')]);
  const delivered = await readDelivered(join(folder, 'out'), 'lake');
  const modules = new Set(delivered.events.map(({ event }) => event.module));
  // That somebody reads the past is an event, too.
  expect(modules).toEqual(new Set(['tidemark', ...tenants.map(({ vendor }) => vendor.id)]));
  // Of a vendor with one stream, every record that it holds must have arrived.
  const simple = (await findSources()).find(({ streams }) => streams.length === 1);
  const { running } = tenants.find(({ vendor }) => vendor.id === simple?.id) ?? {};
  const texts = delivered.events
    .filter(({ event }) => event.module === simple?.id)
    .map(({ event }) => event.original ?? '');
  expect(texts).toHaveLength(ROWS);
  expect(
    difference(
      texts,
      [...(running?.events({ from, to }) ?? [])].map((row) => row.text),
    ),
  ).toEqual({ missing: [], extra: [] });
});
