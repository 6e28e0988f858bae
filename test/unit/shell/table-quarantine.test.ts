import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { QuarantineEntry } from '../../../functions/core/stored/quarantine-entry.ts';
import { DAY, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { dropQuarantine, loadQuarantine, quarantine } from '../../../functions/shell/table/quarantine-entries.ts';
import { TableClient } from '../../../functions/shell/table/table-client.ts';
import { startTable } from '../../../local/services/dynamodb.ts';
import type { Service } from '../../../local/services/service.ts';
import { SIGNATURES } from '../../local/signatures.ts';

// Against the embedded DynamoDB, which holds items and batches to AWS's limits.

const AT = parseInstant('2026-03-02T12:00:00Z') as number;

let folder: string;
let service: Service;
let client: DynamoDBClient;
let table: TableClient;
let feed = 'memory/trails/acme-0';
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
  feed = `memory/trails/acme-${++feeds}`;
});

afterAll(async () => {
  client.destroy();
  await service.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

function entry(id: string, text: string, more: Partial<QuarantineEntry> = {}): QuarantineEntry {
  return { id, reason: 'oversized', at: AT, text, destinations: ['siem'], ...more };
}

/** Text that no packing makes smaller than a part and a half. */
function incompressible(): string {
  return randomBytes(500_000).toString('base64');
}

async function loadAll(now = AT): Promise<QuarantineEntry[]> {
  const all: QuarantineEntry[] = [];
  for await (const one of loadQuarantine(table, feed, now)) all.push(one);
  return all;
}

describe('the quarantine in the table', () => {
  test('keeps an entry for its lifetime and no longer, also where the table has not deleted it yet', async () => {
    await quarantine(table, feed, entry('a', incompressible()), 90 * DAY);
    await quarantine(table, feed, entry('b', 'later', { at: AT + DAY }), 90 * DAY);
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: 'tidemark',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: feed } },
      }),
    );

    // Where the table deletes by itself: seconds since 1970, on every part.
    expect(Items.map(({ ttl }) => ttl)).toEqual(
      [90, 90, 91].map((days) => ({ N: String(AT / SECOND + days * 86_400) })),
    );
    expect((await loadAll(AT + 90 * DAY - 1)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await loadAll(AT + 90 * DAY)).map(({ id }) => id)).toEqual(['b']);
    expect(await loadAll(AT + 91 * DAY)).toEqual([]);
  });

  test('gives back what was put in, of every kind and size', async () => {
    const entries = [
      entry('a', incompressible()),
      entry('b', '{"note":"\\ud800\\u0000漢"}', { reason: 'inexpressible', destinations: ['siem', 'raw'] }),
      entry('c', '<html>', { reason: 'unreadable', range: { from: AT, to: AT + 1_000_000 } }),
      entry('d', ''),
    ];

    for (const one of entries) await quarantine(table, feed, one, 90 * DAY);

    expect(await loadAll()).toEqual(entries);
  });

  test('keeps apart the ids that a vendor may give', async () => {
    const ids = ['a', 'a#b', 'a#', '#', '~', '~a', 'a~', '%23', 'a%', '/', '0'];
    for (const id of ids) await quarantine(table, feed, entry(id, id), 90 * DAY);
    expect((await loadAll()).map(({ id }) => id).sort()).toEqual([...ids].sort());

    for (const [at, id] of ids.entries()) {
      await dropQuarantine(table, feed, id);
      expect((await loadAll()).map(({ text }) => text).sort()).toEqual(ids.slice(at + 1).sort());
    }
  });

  test('does not mix two writings of one entry', async () => {
    await quarantine(table, feed, entry('a', incompressible()), 90 * DAY);
    const again = entry('a', 'short', { at: AT + 1_000_000 });

    await quarantine(table, feed, again, 90 * DAY);

    expect(await loadAll()).toEqual([again]);
    await dropQuarantine(table, feed, 'a');
    expect(await loadAll()).toEqual([]);
  });

  test('shows no entry of which a part is missing, and those after it', async () => {
    await quarantine(table, feed, entry('a', incompressible()), 90 * DAY);
    await quarantine(table, feed, entry('b', 'whole'), 90 * DAY);
    const key = { pk: { S: feed }, sk: { S: 'quarantine#a#0000' } };
    await client.send(new DeleteItemCommand({ TableName: 'tidemark', Key: key }));

    expect((await loadAll()).map(({ id }) => id)).toEqual(['b']);
  });
});
