import { gunzipSync, gzipSync } from 'node:zlib';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import { checkSchema } from './items.ts';
import { type BatchRequest, PART_BYTES, type TableClient } from './table-client.ts';

export async function saveSnapshot(table: TableClient, feed: string, id: string, text: string): Promise<void> {
  const packed = gzipSync(text);
  const parts = Math.max(1, Math.ceil(packed.length / PART_BYTES));
  const items = Array.from({ length: parts }, (_, part) => ({
    pk: { S: feed },
    sk: { S: `snapshot#${id}#${String(part).padStart(4, '0')}` },
    schema: { N: String(SCHEMA) },
    parts: { N: String(parts) },
    text: { B: packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
  }));
  await table.append(items);
}

/** The whole text of a snapshot; none when any part of it is missing. */
export async function loadSnapshot(table: TableClient, feed: string, id: string): Promise<string | undefined> {
  const found: Uint8Array[] = [];
  let parts = 1;
  for await (const item of table.query(feed, `snapshot#${id}#`, `snapshot#${id}#~`)) {
    checkSchema(feed, item.sk?.S ?? '', item);
    parts = Number(item.parts?.N);
    found.push(item.text?.B ?? new Uint8Array());
  }
  return found.length === parts ? gunzipSync(Buffer.concat(found)).toString('utf8') : undefined;
}

/** Removes the snapshots whose ids sort before this one. A worker that comes to it late finds nothing of its successors there. */
export async function dropSnapshots(table: TableClient, feed: string, before: string): Promise<void> {
  const requests: BatchRequest[] = [];
  for await (const { pk, sk } of table.query(feed, 'snapshot#', `snapshot#${before}#`, 'ascending', 'pk, sk')) {
    if (pk && sk) requests.push({ DeleteRequest: { Key: { pk, sk } } });
  }
  await table.batch(requests);
}
