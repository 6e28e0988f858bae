import { SCHEMA } from '../../core/stored/checkpoint.ts';
import type { SeenChunk } from '../../core/stored/seen-chunk.ts';
import type { Instant } from '../../core/time.ts';
import { checkSchema, type Item, placeOf } from './items.ts';
import type { TableClient } from './table-client.ts';

/** @param place the feed's name, or `<feed>#resent#<id>` */
export async function* loadSeen(
  table: TableClient,
  place: string,
  from: string,
  to?: string,
): AsyncGenerator<SeenChunk> {
  const { pk, sk } = placeOf(place, 'seen');
  // `~` sorts after every character that a bucket or a chunk's id has.
  const last = to === undefined ? `${sk}#~` : `${sk}#${to}#~`;
  for await (const item of table.query(pk, `${sk}#${from}`, last, 'descending')) yield seenChunk(pk, sk, item);
}

export async function remember(
  table: TableClient,
  place: string,
  chunks: readonly SeenChunk[],
  now: Instant,
): Promise<void> {
  const { pk, sk } = placeOf(place, 'seen');
  const items = chunks.map((chunk) => {
    const ttl = table.expiry(Math.max(now, chunk.newest ?? now));
    return {
      pk: { S: pk },
      sk: { S: `${sk}#${chunk.bucket}#${chunk.id}` },
      schema: { N: String(SCHEMA) },
      keys: { B: chunk.keys },
      ...(chunk.stableHashes && { stableHashes: { B: chunk.stableHashes } }),
      destinations: { L: chunk.destinations.map((id) => ({ S: id })) },
      count: { N: String(chunk.count) },
      digest: { N: String(chunk.digest) },
      ttl: { N: String(ttl) },
    };
  });
  await table.append(items);
}

/** A seen chunk as it was stored. */
function seenChunk(feed: string, prefix: string, item: Item): SeenChunk {
  const sk = item.sk?.S ?? '';
  checkSchema(feed, sk, item);
  const [bucket = '', ...id] = sk.slice(prefix.length + 1).split('#');
  return {
    bucket,
    id: id.join('#'),
    destinations: (item.destinations?.L ?? []).map(({ S }) => S ?? ''),
    keys: item.keys?.B ?? new Uint8Array(),
    ...(item.stableHashes?.B && { stableHashes: item.stableHashes.B }),
    count: Number(item.count?.N),
    digest: BigInt(item.digest?.N ?? 0),
  };
}
