import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FeedCheckpoint, firstCheckpoint } from '../../../../functions/core/stored/checkpoint.ts';
import { DAY, MINUTE, parseInstant } from '../../../../functions/core/time.ts';
import { TableClient } from '../../../../functions/shell/table/table-client.ts';
import { type TableEffects, tableEffects } from '../../../../functions/shell/table/table-effects.ts';
import { CheckpointMemory } from '../../../../functions/shell/warm/checkpoint-memory.ts';
import { startTable } from '../../../../local/services/dynamodb.ts';
import type { Service } from '../../../../local/services/service.ts';
import { SIGNATURES } from '../../../local/signatures.ts';

// Against the embedded DynamoDB, which evaluates the conditions.

const AT = parseInstant('2026-03-02T12:00:00.5Z') as number;
const ITEM: FeedCheckpoint = {
  kind: 'feed',
  ...firstCheckpoint(AT, ['lake', 'a destination of "siem"']),
  version: 1,
  lastSuccess: AT,
  hold: { until: AT + MINUTE, reason: 'quota', message: 'no `more` \u0000' },
};

let folder: string;
let service: Service;
let client: DynamoDBClient;
let effects: TableEffects;
let feed = '';
let feeds = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  service = await startTable({ signatures: SIGNATURES, directory: folder, tableName: 'tidemark' });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', service.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  client = new DynamoDBClient({});
});

beforeEach(() => {
  feed = `memory/events/acme-${++feeds}`;
  effects = newProcess();
});

afterAll(async () => {
  client.destroy();
  await service.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

function newProcess(): TableEffects {
  return tableEffects(new TableClient('tidemark', 8), new CheckpointMemory(), {
    connection: 'memory/@connection/acme',
    feeds: 'memory/@feeds',
    quarantineFor: DAY,
  });
}

/** Takes the lease of what is remembered. */
async function take(whole: FeedCheckpoint): Promise<'written' | 'refused'> {
  const { fence, version } = whole;
  const taken = { ...whole, owner: 'us', leaseUntil: AT + MINUTE, fence: fence + 1, version: version + 1 };
  return await effects.write(feed, taken, { fence, version, whole });
}

describe('a remembered checkpoint', () => {
  test('is the condition of a write as it was written, and as it was read', async () => {
    await effects.write(feed, ITEM, undefined);
    expect(effects.recall(feed)).toEqual(ITEM);
    effects = newProcess();
    expect(effects.recall(feed)).toBeUndefined();
    await effects.load(feed);

    expect(await take(effects.recall(feed) as FeedCheckpoint)).toBe('written');
    // Whoever holds the lease replaces it soon.
    expect(effects.recall(feed)).toBeUndefined();
  });

  test.each([
    ['the watermark', 'SET watermark = :v', { ':v': { S: '2026-03-02T11:00:00.000000Z' } }],
    ['the state', 'SET #s = :v', { ':v': { S: '{"kind":"feed","floor":"2026-03-02T11:00:00.000000Z"}' } }],
    ['a destination', 'SET destinations.lake = :v', { ':v': { S: '2026-03-02T11:00:00.000000Z' } }],
    ['a further destination', 'SET destinations.more = :v', { ':v': { S: '2026-03-02T11:00:00.000000Z' } }],
    ['the owner', 'SET #o = :v', { ':v': { S: 'another' } }],
  ])('is refused if somebody has changed %s', async (_, UpdateExpression, ExpressionAttributeValues) => {
    await effects.write(feed, ITEM, undefined);
    const names = {
      ...(UpdateExpression.includes('#s') && { '#s': 'state' }),
      ...(UpdateExpression.includes('#o') && { '#o': 'owner' }),
    };
    await client.send(
      new UpdateItemCommand({
        TableName: 'tidemark',
        Key: { pk: { S: feed }, sk: { S: 'checkpoint' } },
        UpdateExpression,
        ExpressionAttributeValues,
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      }),
    );

    expect(await take(ITEM)).toBe('refused');
    expect(effects.recall(feed)).toBeUndefined();
  });

  test('is forgotten when it is not known what a write has done', async () => {
    await effects.write(feed, ITEM, undefined);
    const lost = vi
      .spyOn(DynamoDBClient.prototype, 'send')
      .mockImplementation(() => Promise.reject(new Error('reset')));

    await expect(effects.write(feed, { ...ITEM, version: 2 }, { fence: 0, version: 1 })).rejects.toThrow('reset');

    lost.mockRestore();
    expect(effects.recall(feed)).toBeUndefined();
  });
});
