import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Source } from '../../../../functions/core/model.ts';
import { serve } from '../../../../functions/shell/serve.ts';
import { startTable } from '../../../../local/services/dynamodb.ts';
import { startFirehose } from '../../../../local/services/firehose.ts';
import { startSecrets } from '../../../../local/services/secrets.ts';
import type { Service } from '../../../../local/services/service.ts';
import { SIGNATURES } from '../../../local/signatures.ts';
import { madeUpSource } from '../../../made-up/source.ts';
import { LoopbackServer } from '../../../made-up/vendor.ts';

// The real handler and clients against the embedded services: what one warm function asks of AWS.

const SECRET = 'tidemark/memory/acme';
const HOUR_MS = 3_600_000;

let folder: string;
let services: Service[];
let vendor: LoopbackServer;
/** Calls to AWS since the last look. */
let calls: string[] = [];
/** Those of the first run of a function. */
let coldCalls: readonly string[] = [];
/** Milliseconds that this process's clock is ahead of the real one. */
let ahead = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  vendor = await new LoopbackServer(() => ({ body: { rows: [] } })).start();
  await setSecret('EXAMPLE-first-key');
  const table = await startTable({ signatures: SIGNATURES, directory: join(folder, 'table'), tableName: 'tidemark' });
  const secrets = await startSecrets({ signatures: SIGNATURES, file: join(folder, 'secrets.json') });
  const streams = [{ deliveryStream: 'tidemark-lake-memory', destination: 'lake', source: 'memory' }];
  const firehose = await startFirehose({ signatures: SIGNATURES, out: join(folder, 'out'), streams });
  services = [table, secrets, firehose];
  const destination = { id: 'lake', deliveryStream: 'tidemark-lake-memory', heldFor: 0, shape: { format: 'ecs' } };
  vi.stubEnv('TIDEMARK_TABLE', 'tidemark');
  vi.stubEnv('TIDEMARK_DESTINATIONS', JSON.stringify([destination]));
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', table.url);
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url);
  vi.stubEnv('AWS_ENDPOINT_URL_FIREHOSE', firehose.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  for (const client of [DynamoDBClient, SecretsManagerClient, FirehoseClient]) spyOn(client.prototype);
});

beforeEach(() => {
  calls = [];
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all([...services, vendor].map((service) => service.close()));
  await rm(folder, { recursive: true });
});

/** Notes the calls of a client, except reads of seen keys. */
function spyOn(prototype: { send: unknown }): void {
  const { send } = prototype as { send: (command: { input: object }) => unknown };
  prototype.send = function (this: unknown, command: { input: object }) {
    const { ExpressionAttributeValues = {} } = command.input as { ExpressionAttributeValues?: object };
    const name = command.constructor.name.replace('Command', '');
    if (!JSON.stringify(ExpressionAttributeValues).includes('"seen#')) calls.push(name);
    return send.call(this, command);
  };
}

async function setSecret(token: string): Promise<void> {
  await writeFile(join(folder, 'secrets.json'), JSON.stringify({ [SECRET]: { token } }), { mode: 0o600 });
}

/** A source of some feeds whose requests carry a key. */
function sourceOf(feeds: number): Source {
  const { streams, ...source } = madeUpSource();
  const [stream] = streams;
  return {
    ...source,
    auth: { kind: 'header', scheme: 'Bearer', field: 'token', secret: [{ token: 'any' }] },
    streams: Array.from({ length: feeds }, (_, at) => ({ ...stream, name: `log-${at}` })) as Source['streams'],
  };
}

/** A warm function that has caught up. It runs once, and returns the states of its feeds. */
async function warmFunction(id: string, feeds: number): Promise<() => Promise<string[]>> {
  const source = sourceOf(feeds);
  const handler = serve(source);
  const connection = { id, source: 'memory', origin: vendor.origin, secret: SECRET, settings: { tenant: 'acme' } };
  const input = { connection, streams: source.streams.map(({ name }) => name) };
  const run = async () => {
    const answer = await handler(structuredClone(input), { getRemainingTimeInMillis: () => 60_000 });
    return 'feeds' in answer ? answer.feeds.map(({ state }) => state) : [];
  };
  await run();
  coldCalls = calls;
  ahead += 60_000;
  // A client whose clock is ahead learns that from the first answer, and the stream is looked at again a minute later.
  await run();
  ahead += 60_000;
  calls = [];
  return run;
}

describe('a run without news of a cold function', () => {
  test('looks once at each delivery stream', async () => {
    await warmFunction('cold', 1);
    const run = await warmFunction('cold', 1);
    await run();

    expect(coldCalls.filter((name) => name === 'DescribeDeliveryStream')).toEqual(['DescribeDeliveryStream']);
  });
});

describe('a run without news of a warm function', () => {
  test('makes one read for the connection and two writes for the feed', async () => {
    const run = await warmFunction('one', 1);

    expect(await run()).toEqual(['caught-up']);

    expect(calls).toEqual(['GetItem', 'PutItem', 'PutItem']);
  });

  test('makes two calls for each of many feeds', async () => {
    const run = await warmFunction('many', 12);

    expect(await run()).toEqual(Array(12).fill('caught-up'));

    expect(calls).toEqual(['GetItem', ...Array(24).fill('PutItem')]);
  });

  test('reads the secret again after a quarter of an hour', async () => {
    const run = await warmFunction('later', 1);
    ahead += HOUR_MS / 4;

    await run();

    expect(calls).toEqual(['GetItem', 'GetSecretValue', 'PutItem', 'PutItem']);
  });

  test('reads the secret again when the vendor refuses it, and goes on', async () => {
    const run = await warmFunction('refused', 1);
    await setSecret('EXAMPLE-second-key');
    vendor.answer = ({ headers }) =>
      headers.authorization === 'Bearer EXAMPLE-second-key' ? { body: { rows: [] } } : { status: 401 };

    expect(await run()).toEqual(['caught-up']);

    expect(calls).toEqual(['GetItem', 'PutItem', 'GetSecretValue', 'PutItem']);
  });
});
