import { gunzipSync, gzipSync } from 'node:zlib';
import { digest } from '../../core/events/identity.ts';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import type { QuarantineEntry } from '../../core/stored/quarantine-entry.ts';
import { formatInstant } from '../../core/time.ts';
import { checkSchema, decode, encode, type Item, instant } from './items.ts';
import { type BatchRequest, PART_BYTES, type TableClient } from './table-client.ts';

/** Kept until somebody deals with it: quarantine has no end of its own. */
export async function quarantine(table: TableClient, feed: string, entry: QuarantineEntry): Promise<void> {
  const packed = gzipSync(entry.text);
  const writing = digest(`${entry.at} ${entry.text}`);
  const parts = Math.max(1, Math.ceil(packed.length / PART_BYTES));
  const items = Array.from({ length: parts }, (_, part) => ({
    pk: { S: feed },
    sk: { S: `${keyOfEntry(entry.id)}${String(part).padStart(4, '0')}` },
    schema: { N: String(SCHEMA) },
    // An entry that is written again, and not to its end, leaves parts of two writings side by side.
    writing: { S: writing },
    reason: { S: entry.reason },
    at: { S: formatInstant(entry.at) },
    about: { S: encode({ destinations: entry.destinations, range: entry.range }) },
    parts: { N: String(parts) },
    text: { B: packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
  }));
  await table.append(items);
}

/** What is there in full; an entry that is just being written is not. */
export async function* loadQuarantine(table: TableClient, feed: string): AsyncGenerator<QuarantineEntry> {
  let parts: Item[] = [];
  for await (const item of table.query(feed, 'quarantine#', 'quarantine#~')) {
    checkSchema(feed, item.sk?.S ?? '', item);
    if (!belongs(item, parts)) parts = [];
    parts.push(item);
    if (parts.length === Number(item.parts?.N)) yield quarantineEntry(feed, parts);
  }
}

export async function dropQuarantine(table: TableClient, feed: string, id: string): Promise<void> {
  const requests: BatchRequest[] = [];
  const [from, to] = [keyOfEntry(id), `${keyOfEntry(id)}~`];
  for await (const { pk, sk } of table.query(feed, from, to, 'ascending', 'pk, sk')) {
    if (pk && sk) requests.push({ DeleteRequest: { Key: { pk, sk } } });
  }
  await table.batch(requests);
}

/** Where the parts of an entry of the quarantine begin. An id may hold any visible character; `#` and `~` have a meaning in keys. */
function keyOfEntry(id: string): string {
  return `quarantine#${encodeURIComponent(id).replaceAll('~', '%7E')}#`;
}

/** Whose part an item of the quarantine is. */
function idOfEntry(item: Item): string {
  return decodeURIComponent((item.sk?.S ?? '').split('#')[1] ?? '');
}

/** Whether an item is the next part of what these are the first parts of. */
function belongs(item: Item, parts: readonly Item[]): boolean {
  const [first] = parts;
  if (!first) return Number(item.sk?.S?.split('#')[2]) === 0;
  return (
    idOfEntry(item) === idOfEntry(first) &&
    item.writing?.S === first.writing?.S &&
    Number(item.sk?.S?.split('#')[2]) === parts.length
  );
}

/** Something in quarantine, put together from its parts. */
function quarantineEntry(feed: string, parts: readonly Item[]): QuarantineEntry {
  const [first = {}] = parts;
  const packed = Buffer.concat(parts.map(({ text }) => text?.B ?? new Uint8Array()));
  return {
    ...(decode(first.about?.S ?? '{}') as Partial<QuarantineEntry>),
    id: idOfEntry(first),
    reason: first.reason?.S as QuarantineEntry['reason'],
    at: instant(feed, first.at),
    text: gunzipSync(packed).toString('utf8'),
  };
}
