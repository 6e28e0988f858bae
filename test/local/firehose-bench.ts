import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { afterEach, beforeEach } from 'vitest';
import { type FirehoseOptions, startFirehose } from '../../local/services/firehose.ts';
import { SIGNATURES } from './signatures.ts';

export const CLIENT = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};
export const S3 = 'tidemark-s3-memory';
export const SPLUNK = 'tidemark-splunk-memory';
export const STREAMS = [
  { deliveryStream: S3, destination: 's3', source: 'memory' },
  { deliveryStream: SPLUNK, destination: 'splunk', source: 'memory' },
];

/** Sends one batch with the real client. */
export function put(client: FirehoseClient, data: readonly (string | Uint8Array)[], DeliveryStreamName = S3) {
  const Records = data.map((record) => ({ Data: typeof record === 'string' ? Buffer.from(record) : record }));
  return client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }));
}

/** Gives each test of a file an output folder of its own, and stops at its end what it started. */
export function useFirehose() {
  let out: string;
  let running: { close(): unknown }[];

  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'tidemark-'));
    running = [];
  });

  afterEach(async () => {
    for (const { close } of running.reverse()) await close();
    await rm(out, { recursive: true });
  });

  function connect(endpoint: string, maxAttempts = 1): FirehoseClient {
    const client = new FirehoseClient({ ...CLIENT, maxAttempts, endpoint });
    running.push({ close: () => client.destroy() });
    return client;
  }

  /** The paths of all files below the output folder, hidden ones too. */
  async function objects(): Promise<string[]> {
    const entries = await readdir(out, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  }

  return {
    out: () => out,
    stopLater: (thing: { close(): unknown }) => running.push(thing),
    connect,
    objects,
    /** What all objects hold, sorted. */
    async contents(): Promise<string[]> {
      return (await Promise.all((await objects()).map((path) => readFile(path, 'utf8')))).sort();
    },
    async start(options: Partial<FirehoseOptions> = {}) {
      const service = await startFirehose({ signatures: SIGNATURES, out, streams: STREAMS, ...options });
      running.push(service);
      const client = connect(service.url);
      return {
        service,
        client,
        put: (data: readonly (string | Uint8Array)[], stream = S3) => put(client, data, stream),
      };
    },
  };
}
