import type { ExpectedCheckpoint } from '../../core/effects.ts';
import type { Checkpoint } from '../../core/stored/checkpoint.ts';
import { formatInstant } from '../../core/time.ts';
import { type Item, itemAt, placeOf, readInstant, sortKeyOf } from './items.ts';
import { decodeState, encodeState } from './state-json.ts';
import type { ExpectedItem, TableClient } from './table-client.ts';

/** @param key the feed's name, or that of a job beside it: `<feed>#backfill#<id>` */
export async function loadCheckpoint(table: TableClient, key: string): Promise<Checkpoint | undefined> {
  const item = await table.get(placeOf(key, 'checkpoint'));
  return item && checkpointOf(key, item);
}

/** The checkpoints of the jobs of one kind beside a feed. */
export async function loadJobs(table: TableClient, feed: string, kind: string): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for await (const item of table.query({ pk: feed, from: `${kind}#`, to: `${kind}#~` })) {
    found.push(checkpointOf(`${feed}#${sortKeyOf(item)}`, item));
  }
  return found;
}

/** @param expect what the item to replace must have; undefined if there must be no item yet */
export async function writeCheckpoint(
  table: TableClient,
  key: string,
  checkpoint: Checkpoint,
  expect?: ExpectedCheckpoint,
): Promise<'written' | 'refused'> {
  const item = itemAt(placeOf(key, 'checkpoint'), {
    ...attributesOf(checkpoint),
    // The result of a verification is kept as long as the verification can be repeated.
    ...(checkpoint.kind === 'verify' && { ttl: { N: table.expiry(checkpoint.job.startedAt) } }),
  });
  return await table.put(item, expect && conditionFor(expect));
}

/** The attributes that the item must have; undefined stands for one that it must not have. */
function conditionFor({ fence, version, whole }: ExpectedCheckpoint): ExpectedItem {
  if (!whole) return { version: { N: String(version) }, fence: { N: String(fence) } };
  return { owner: undefined, leaseUntil: undefined, ...attributesOf(whole) };
}

/** The attributes of checkpoints that were written or read: a remembered one is the condition of the next write. */
const ATTRIBUTES = new WeakMap<Checkpoint, Item>();

function attributesOf(checkpoint: Checkpoint): Item {
  const known = ATTRIBUTES.get(checkpoint);
  if (known) return known;
  const { fence, version, owner, leaseUntil, watermark, destinations, ...rest } = checkpoint;
  const attributes = {
    version: { N: String(version) },
    fence: { N: String(fence) },
    watermark: { S: formatInstant(watermark, 'us') },
    destinations: {
      M: Object.fromEntries(Object.entries(destinations).map(([id, since]) => [id, { S: formatInstant(since, 'us') }])),
    },
    state: { S: encodeState(rest) },
    ...(owner !== undefined && { owner: { S: owner } }),
    ...(leaseUntil !== undefined && { leaseUntil: { S: formatInstant(leaseUntil, 'us') } }),
  };
  ATTRIBUTES.set(checkpoint, attributes);
  return attributes;
}

/** The length of a checkpoint's state as it is stored. */
export function storedLength(checkpoint: Checkpoint): number {
  return attributesOf(checkpoint).state?.S?.length ?? 0;
}

function checkpointOf(key: string, item: Item): Checkpoint {
  const { state, watermark, leaseUntil, owner, fence, version, destinations } = item;
  return {
    ...(decodeState(state?.S ?? '{}') as Checkpoint),
    fence: Number(fence?.N),
    version: Number(version?.N),
    watermark: readInstant(key, watermark),
    destinations: Object.fromEntries(
      Object.entries(destinations?.M ?? {}).map(([id, since]) => [id, readInstant(key, since)]),
    ),
    ...(owner?.S !== undefined && { owner: owner.S }),
    ...(leaseUntil && { leaseUntil: readInstant(key, leaseUntil) }),
  };
}
