import type { SeenChunk, SeenRange, StoredChunk } from '../../core/stored/seen-chunk.ts';
import { formatInstant, type Instant, parseInstant } from '../../core/time.ts';
import { type Item, itemAt, placeOf, sortKeyOf } from './items.ts';
import type { TableClient } from './table-client.ts';

const ATTRIBUTES = ['sk', 'schema', 'keys', 'destinations', 'at'];

/** @param place the feed's name, or `<feed>#resent#<id>` */
export async function* loadSeen(
  table: TableClient,
  place: string,
  { from, to, stableHashes = false, newest = false }: SeenRange,
): AsyncGenerator<StoredChunk> {
  const { pk, sk } = placeOf(place, 'seen');
  // `~` sorts after every character of a bucket and of a chunk's id.
  const range = { pk, from: `${sk}#${from}`, to: `${sk}#${to}#~` };
  const attributes = [...ATTRIBUTES, ...(stableHashes ? ['stableHashes'] : []), ...(newest ? ['newest'] : [])];
  for await (const item of table.query({ ...range, order: 'descending', attributes })) yield chunkOf(sk, item);
}

/** @param place the feed's name, or `<feed>#resent#<id>` */
export async function remember(
  table: TableClient,
  place: string,
  chunks: readonly SeenChunk[],
  now: Instant,
): Promise<void> {
  const { pk, sk } = placeOf(place, 'seen');
  await table.write(
    chunks.map((chunk) =>
      itemAt(
        { pk, sk: `${sk}#${chunk.bucket}#${chunk.id}` },
        {
          keys: { B: chunk.keys },
          ...(chunk.stableHashes && { stableHashes: { B: chunk.stableHashes } }),
          destinations: { L: chunk.destinations.map((id) => ({ S: id })) },
          count: { N: String(chunk.count) },
          digest: { N: String(chunk.digest) },
          ...(chunk.at !== undefined && { at: { S: formatInstant(chunk.at) } }),
          ...(chunk.newest !== undefined && { newest: { S: formatInstant(chunk.newest, 's') } }),
          ttl: { N: table.expiry(Math.max(now, chunk.newest ?? now)) },
        },
      ),
    ),
  );
}

function chunkOf(prefix: string, item: Item): StoredChunk {
  const stableHashes = item.stableHashes?.B;
  const [bucket = '', ...id] = sortKeyOf(item)
    .slice(prefix.length + 1)
    .split('#');
  const at = parseInstant(item.at?.S);
  const newest = parseInstant(item.newest?.S);
  return {
    bucket,
    id: id.join('#'),
    destinations: (item.destinations?.L ?? []).map(({ S }) => S ?? ''),
    keys: item.keys?.B ?? new Uint8Array(),
    ...(stableHashes && { stableHashes }),
    ...(newest !== undefined && { newest }),
    at,
  };
}
