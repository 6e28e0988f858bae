import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { AmbiguousWriteError } from '../../../functions/core/errors.ts';
import { DAY, HOUR, parseInstant } from '../../../functions/core/time.ts';
import { loadCheckpoint, writeCheckpoint } from '../../../functions/shell/table/checkpoints.ts';
import { loadOngoing, noteOngoing } from '../../../functions/shell/table/ongoing.ts';
import { quarantine } from '../../../functions/shell/table/quarantine-entries.ts';
import { dropSnapshots, loadSnapshot, saveSnapshot } from '../../../functions/shell/table/snapshots.ts';
import { TableClient } from '../../../functions/shell/table/table-client.ts';
import { startTable } from '../../../local/services/dynamodb.ts';
import type { Service } from '../../../local/services/service.ts';
import { SIGNATURES } from '../../local/signatures.ts';

// Against the embedded DynamoDB, which holds items and batches to AWS's limits.

const OTHER = 'memory/keys/globex';

let folder: string;
let service: Service;
let client: DynamoDBClient;
let table: TableClient;
/** A feed of its own for each test. */
let feed = 'memory/keys/acme-0';
let feeds = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  service = await startTable({ signatures: SIGNATURES, directory: folder, tableName: 'tidemark' });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', service.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  client = new DynamoDBClient({});
  table = new TableClient('tidemark', 8);
});

afterEach(() => {
  vi.restoreAllMocks();
  feed = `memory/keys/acme-${++feeds}`;
});

afterAll(async () => {
  client.destroy();
  await service.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function items(of = feed): Promise<Record<string, AttributeValue>[]> {
  const query = {
    TableName: 'tidemark',
    KeyConditionExpression: 'pk = :feed',
    ExpressionAttributeValues: { ':feed': { S: of } },
    ConsistentRead: true,
  };
  const found: Record<string, AttributeValue>[] = [];
  for await (const { Items = [] } of paginateQuery({ client }, query)) found.push(...Items);
  return found;
}

async function sortKeys(of = feed): Promise<string[]> {
  return (await items(of)).map(({ sk }) => sk?.S ?? '');
}

/** A text of so many bytes that takes three quarters of them when it is packed, and no less. */
function dense(bytes: number): string {
  return randomBytes(bytes).toString('base64').slice(0, bytes);
}

describe('a snapshot', () => {
  test.each([
    ['an empty text', ''],
    ['a few words', '[{"key":"Ключ \\ud800","value":null}]'],
    ['a text of all planes', '[]漢字 🦊 \u0000 \u2028'],
  ])('comes back to the letter: %s', async (_, text) => {
    await saveSnapshot(table, feed, '1-1-a', text);

    expect(await loadSnapshot(table, feed, '1-1-a')).toBe(text);
    expect(await sortKeys()).toEqual(['snapshot#1-1-a#0000']);
  });

  test('of several MB is stored in parts that DynamoDB takes, and comes back whole', async () => {
    const text = dense(6_000_000);
    const send = vi.spyOn(DynamoDBClient.prototype, 'send');
    await saveSnapshot(table, feed, '1-1-a', text);

    for (const [{ input }] of send.mock.calls) {
      const { RequestItems } = input as BatchWriteItemCommandInput;
      const puts = RequestItems?.tidemark ?? [];
      const bytes = puts.reduce((sum, { PutRequest }) => sum + (PutRequest?.Item?.text?.B?.length ?? 0), 0);
      expect(bytes).toBeLessThanOrEqual(4_000_000);
    }
    const stored = await items();
    const sizes = stored.map((item) => item.text?.B?.length ?? 0);
    expect(stored.length).toBeGreaterThan(11);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(390_000);
    expect(stored.every(({ parts, schema }) => parts?.N === String(stored.length) && schema?.N === '2')).toBe(true);
    expect(await loadSnapshot(table, feed, '1-1-a')).toBe(text);
  });

  test('is packed: words that repeat take little', async () => {
    await saveSnapshot(table, feed, '1-1-a', '{"level":1},'.repeat(100_000));

    expect((await items())[0]?.text?.B?.length).toBeLessThan(20_000);
  });

  test('saved twice is there once', async () => {
    const text = dense(800_000);
    for (let time = 0; time < 2; time++) await saveSnapshot(table, feed, '1-1-a', text);

    expect(await sortKeys()).toHaveLength(2);
    expect(await loadSnapshot(table, feed, '1-1-a')).toBe(text);
  });

  test('is its feed’s and its id’s alone', async () => {
    await saveSnapshot(table, feed, '1-1-a', 'one');
    await saveSnapshot(table, feed, '1-1-ab', 'two');
    await saveSnapshot(table, feed, '1-1-a-b', 'three');
    await saveSnapshot(table, OTHER, '1-1-a', 'four');

    expect(await loadSnapshot(table, feed, '1-1-a')).toBe('one');
    expect(await loadSnapshot(table, feed, '1-1-ab')).toBe('two');
    expect(await loadSnapshot(table, feed, '1-1-a-b')).toBe('three');
    expect(await loadSnapshot(table, OTHER, '1-1-a')).toBe('four');
    expect(await loadSnapshot(table, feed, '1-1')).toBeUndefined();
  });

  test('that was never saved is none', async () => {
    expect(await loadSnapshot(table, feed, '1-1-a')).toBeUndefined();
  });

  test.each(['the first', 'one in the middle', 'the last'] as const)(
    'of which %s part is missing is none',
    async (which) => {
      await saveSnapshot(table, feed, '1-1-a', dense(1_800_000));
      const keys = await sortKeys();
      const gone = { 'the first': 0, 'one in the middle': 2, 'the last': keys.length - 1 }[which];
      expect(keys.length).toBeGreaterThan(3);
      await client.send(
        new DeleteItemCommand({ TableName: 'tidemark', Key: { pk: { S: feed }, sk: { S: keys[gone] ?? '' } } }),
      );

      expect(await loadSnapshot(table, feed, '1-1-a')).toBeUndefined();
    },
  );
});

describe('old snapshots', () => {
  test('are removed up to the one that counts, with all of their parts, and nothing else is', async () => {
    await saveSnapshot(table, feed, '100-1-a', dense(1_000_000));
    for (let owner = 0; owner < 30; owner++) await saveSnapshot(table, feed, `100-2-${owner}`, 'old');
    await saveSnapshot(table, feed, '100-2-b', 'two');
    await saveSnapshot(table, feed, '101-3-c', dense(1_000_000));
    await saveSnapshot(table, feed, '102-4-d', 'a later worker’s');
    await saveSnapshot(table, OTHER, '100-1-a', 'another feed’s');
    await noteOngoing(table, feed, [{ key: 'k', since: 0, until: HOUR }], []);
    await quarantine(table, feed, { id: 'q', reason: 'oversized', at: 0, text: 'q' }, DAY);
    expect((await items()).length).toBeGreaterThan(25);

    await dropSnapshots(table, feed, '101-3-c');

    expect(new Set((await sortKeys()).map((key) => key.split('#').slice(0, 2).join('#')))).toEqual(
      new Set([expect.stringMatching(/^ongoing#/), 'quarantine#q', 'snapshot#101-3-c', 'snapshot#102-4-d']),
    );
    expect((await loadSnapshot(table, feed, '101-3-c'))?.length).toBe(1_000_000);
    expect(await loadSnapshot(table, OTHER, '100-1-a')).toBe('another feed’s');
  });

  test('that are none are no work', async () => {
    await saveSnapshot(table, feed, '101-3-c', 'text');
    const send = vi.spyOn(DynamoDBClient.prototype, 'send');

    await dropSnapshots(table, feed, '101-3-c');

    expect(send.mock.calls.map(([command]) => command.constructor.name)).toEqual(['QueryCommand']);
    expect(send.mock.calls[0]?.[0].input).toMatchObject({ ProjectionExpression: '#pk, #sk', ConsistentRead: true });
  });

  test('may be of any schema: nobody reads them any more', async () => {
    await client.send(
      new PutItemCommand({ TableName: 'tidemark', Item: { pk: { S: feed }, sk: { S: 'snapshot#1-1-a#0000' } } }),
    );

    await dropSnapshots(table, feed, '2-1-a');

    expect(await sortKeys()).toEqual([]);
  });
});

describe('a table that is throttled', () => {
  /** It leaves the last item of every batch out. */
  function throttle() {
    return vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(async (command) => {
      if (!(command instanceof BatchWriteItemCommand)) throw new Error('not expected');
      const requests = command.input.RequestItems?.tidemark ?? [];
      return { UnprocessedItems: { tidemark: requests.slice(-1) } };
    });
  }

  test.each([
    ['a snapshot', () => saveSnapshot(table, feed, '1-1-a', dense(1_000_000))],
    ['what goes on', () => noteOngoing(table, feed, [{ key: 'k', since: 0, until: HOUR }], [])],
    ['what no longer does', () => noteOngoing(table, feed, [], [{ key: 'k', since: 0, until: HOUR }])],
  ])('and has left out %s says so, at once', async (_, write) => {
    const send = throttle();

    await expect(write()).rejects.toBeInstanceOf(AmbiguousWriteError);
    expect(send).toHaveBeenCalledTimes(1);
  });

  test('takes the rest when it is asked again', async () => {
    const text = dense(800_000);
    const send = vi.spyOn(DynamoDBClient.prototype, 'send');
    send.mockImplementationOnce(async () => ({ UnprocessedItems: { tidemark: [{}] } }) as never);
    await expect(saveSnapshot(table, feed, '1-1-a', text)).rejects.toBeInstanceOf(AmbiguousWriteError);

    await saveSnapshot(table, feed, '1-1-a', text);

    expect(await loadSnapshot(table, feed, '1-1-a')).toBe(text);
  });

  test.each([
    ['loading a snapshot', () => loadSnapshot(table, feed, '1-1-a')],
    ['loading what goes on', () => loadOngoing(table, feed)],
    ['removing snapshots', () => dropSnapshots(table, feed, '1-1-a')],
  ])('and does not answer fails %s for now', async (_, act) => {
    vi.spyOn(DynamoDBClient.prototype, 'send').mockRejectedValue(
      Object.assign(new Error('slow down'), { name: 'ThrottlingException' }),
    );

    await expect(act()).rejects.toBeInstanceOf(AmbiguousWriteError);
  });
});

describe('what goes on', () => {
  const session = (key: string, since = '2026-01-10T09:00:00.123456Z') => {
    const from = parseInstant(since) ?? 0;
    return { key, since: from, until: from + 24 * HOUR };
  };

  test('comes back as it was noted, to the microsecond, whatever its key', async () => {
    const all = ['s-1', 's 2#~', 'ключ', '__proto__', 'x'.repeat(3_000), '\u0000'].map((key) => session(key));
    await noteOngoing(table, feed, all, []);

    const found = await loadOngoing(table, feed);
    expect(found).toHaveLength(all.length);
    expect(found).toEqual(expect.arrayContaining(all));
    expect(await loadOngoing(table, OTHER)).toEqual([]);
  });

  test('expires when the vendor has forgotten it', async () => {
    const one = session('s-1');
    await noteOngoing(table, feed, [one], []);

    expect((await items())[0]?.ttl).toEqual({ N: String(Math.ceil(one.until / 1_000_000)) });
  });

  test('is removed when it has ended, by its key alone, and twice is once', async () => {
    await noteOngoing(table, feed, [session('s-1'), session('s-2')], []);
    for (let time = 0; time < 2; time++) {
      await noteOngoing(table, feed, [session('s-3')], [{ key: 's-1', since: 0, until: 0 }]);
    }

    expect((await loadOngoing(table, feed)).map(({ key }) => key).sort()).toEqual(['s-2', 's-3']);
  });

  test('may be many things at once', async () => {
    const all = Array.from({ length: 60 }, (_, at) => session(`s-${at}`));
    await noteOngoing(table, feed, all, []);
    await noteOngoing(table, feed, [], all.slice(0, 55));

    expect(await loadOngoing(table, feed)).toHaveLength(5);
  });
});

describe('a checkpoint with snapshots', () => {
  test('comes back as it was written', async () => {
    const at = parseInstant('2026-01-10T09:00:00.123456Z') ?? 0;
    const checkpoint = {
      kind: 'snapshot' as const,
      fence: 1,
      version: 1,
      watermark: at,
      floor: at,
      scope: '{}',
      destinations: { siem: at },
      failures: 0,
      snapshot: { id: '100-1-a', number: 100, at },
      pending: { id: '101-1-a', number: 101, at },
      waitsInPlace: true,
    };
    expect(await writeCheckpoint(table, feed, checkpoint)).toBe('written');

    expect(await loadCheckpoint(table, feed)).toEqual(checkpoint);
  });
});
