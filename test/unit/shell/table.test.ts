import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { AmbiguousWriteError } from '../../../functions/core/errors.ts';
import { remember } from '../../../functions/shell/table/seen-chunks.ts';
import { TableClient } from '../../../functions/shell/table/table-client.ts';

afterEach(() => void vi.restoreAllMocks());

const chunk = {
  bucket: '2026-01-10T09',
  id: '1#0#0',
  destinations: ['lake'],
  keys: new Uint8Array(8),
  at: 0,
  count: 1,
  digest: 0n,
};

test('a throttled table that leaves items out is said to have, at once: when to ask again is the engine’s to decide', async () => {
  const left = { tidemark: [{ PutRequest: { Item: { pk: { S: 'x' } } } }] };
  const send = vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(async () => ({ UnprocessedItems: left }));

  await expect(remember(new TableClient('tidemark', 8), 'a/b/c', [chunk], 0)).rejects.toBeInstanceOf(
    AmbiguousWriteError,
  );
  expect(send).toHaveBeenCalledTimes(1);
});

test('many chunks go in batches that DynamoDB takes, each once', async () => {
  const sizes: number[] = [];
  vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(async (command) => {
    const { RequestItems } = command.input as unknown as { RequestItems: Record<string, unknown[]> };
    sizes.push(RequestItems.tidemark?.length ?? 0);
    return {};
  });

  const chunks = Array.from({ length: 60 }, (_, at) => ({ ...chunk, id: `1#${at}#0` }));
  await remember(new TableClient('tidemark', 8), 'a/b/c', chunks, 0);

  expect(sizes).toEqual([25, 25, 10]);
});
