import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDeliveryStreamCommand, DeleteDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { formatInstant, HOUR, type Instant, MILLISECOND, MINUTE, SECOND } from '../../functions/core/time.ts';
import { serve } from '../../functions/shell/serve.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { type FirehoseService, startFirehose } from '../../local/services/firehose.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { readDelivered } from '../e2e/delivered.ts';
import { SIGNATURES } from '../local/signatures.ts';
import { memorySource, memoryStream } from '../memory/source.ts';

// The sequence of `cdk destroy` and `cdk deploy`: Firehose streams are deleted with what they hold, and created again under their
// names; the table stays.

const STREAM = 'tidemark-lake-memory';

let folder: string;
let firehose: FirehoseService;
let client: FirehoseClient;
let vendor: Server;
/** The times of the vendor's rows. */
let rows: Instant[];
/** Each test has a connection of its own. */
let number = 0;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  rows = [];
  number++;
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-destroyed-'));
  await writeFile(join(folder, 'secrets.json'), JSON.stringify({ 'tidemark/memory/acme': { token: 'EXAMPLE-key' } }), {
    mode: 0o600,
  });
  vendor = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))];
    const found = rows.filter((time) => time >= from && time <= to);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ rows: found.map((time) => ({ date: formatInstant(time, 's'), name: nameOf(time) })) }),
    );
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const table = await startTable({ signatures: SIGNATURES, directory: join(folder, 'table'), tableName: 'tidemark' });
  const secrets = await startSecrets({ signatures: SIGNATURES, file: join(folder, 'secrets.json') });
  const streams = [{ deliveryStream: STREAM, destination: 'lake', source: 'memory' }];
  firehose = await startFirehose({ signatures: SIGNATURES, out: join(folder, 'out'), streams, holds: true });
  const destinations = [{ id: 'lake', deliveryStream: STREAM, heldFor: 5 * MINUTE, shape: { format: 'ecs' } }];
  for (const [name, value] of Object.entries({
    TIDEMARK_TABLE: 'tidemark',
    TIDEMARK_LOG_LEVEL: 'error',
    TIDEMARK_DESTINATIONS: JSON.stringify(destinations),
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
  })) {
    vi.stubEnv(name, value);
  }
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  client = new FirehoseClient({});
  closers.push(
    () => rm(folder, { recursive: true, force: true }),
    () => table.close(),
    () => secrets.close(),
    () => firehose.close(),
    () => vendor.close(),
    () => client.destroy(),
  );
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const close of closers.reverse()) await close();
});

function nameOf(time: Instant): string {
  return formatInstant(time, 's');
}

/** Adds rows, one a minute, the last one so many minutes ago. */
function addRows(count: number, minutesAgo: number): void {
  const now = Math.floor(Date.now() / 1_000) * SECOND;
  for (let row = count; row > 0; row--) rows.push(now - (minutesAgo + row) * MINUTE);
}

type Handler = ReturnType<typeof serve>;

async function run(handler: Handler): Promise<FeedReport> {
  const { port } = vendor.address() as AddressInfo;
  const startFrom = formatInstant(Date.now() * MILLISECOND - 3 * HOUR, 's');
  const connection = {
    id: `acme-${number}`,
    source: 'memory',
    origin: `http://127.0.0.1:${port}`,
    secret: 'tidemark/memory/acme',
    streams: { events: { startFrom } },
  };
  const answered = await handler({ connection, streams: ['events'] }, { getRemainingTimeInMillis: () => 60_000 });
  const [report] = 'feeds' in answered ? answered.feeds : [];
  if (!report) throw new Error('no feed has run');
  return report;
}

/** A new process, as after a deploy or a cold start. */
function newFunction(): Handler {
  return serve(memorySource([memoryStream('events', SECOND, false)]));
}

async function destroy(): Promise<void> {
  await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: STREAM }));
}

async function deploy(): Promise<void> {
  await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName: STREAM }));
}

/** The names that have arrived at the destination, and the acts that it was told of. */
async function arrived(): Promise<{ names: string[]; acts: string[] }> {
  const { events } = await readDelivered(join(folder, 'out'), 'lake');
  const here = events.filter((event) => JSON.stringify(event).includes(`/acme-${number}"`));
  const own = here.filter(({ event }) => event.module === 'tidemark');
  const others = here.filter(({ event }) => event.module !== 'tidemark');
  return {
    names: others.map(({ message = '' }) => message).sort(),
    acts: own.map(({ event }) => event.action as string).sort(),
  };
}

describe('a destroy followed by a deploy', () => {
  test('sends again what Firehose had accepted and not passed on, and nothing else', async () => {
    addRows(20, 60);
    expect(await run(newFunction())).toMatchObject({ state: 'caught-up', delivered: 20 });
    await firehose.passOn();
    addRows(11, 5);
    expect(await run(newFunction())).toMatchObject({ state: 'caught-up', delivered: 11 });

    await destroy();
    await deploy();
    addRows(2, 3);
    const report = await run(newFunction());
    await firehose.passOn();

    expect(report).toMatchObject({ state: 'caught-up' });
    const { names, acts } = await arrived();
    expect([...new Set(names)]).toEqual(rows.map(nameOf).sort());
    expect(acts).toEqual(['owed-delivered', 'stream-replaced']);
    const before = names.length;
    expect(await run(newFunction())).toMatchObject({ delivered: 0 });
    await firehose.passOn();
    expect((await arrived()).names.length).toBe(before);
  });

  test('is waited for while the stream is gone: the watermark stays', async () => {
    addRows(5, 20);
    const warm = newFunction();
    await run(warm);
    await destroy();
    addRows(5, 5);
    const failed = await run(warm);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'delivery' } });

    await deploy();
    // The same process: it has forgotten the stream that was not there.
    expect(await run(warm)).toMatchObject({ state: 'caught-up' });
    await firehose.passOn();

    const { names, acts } = await arrived();
    expect([...new Set(names)]).toEqual(rows.map(nameOf).sort());
    expect(acts).toEqual(['owed-delivered', 'stream-replaced']);
  });
});
