import type { Checkpoint } from '../../core/stored/checkpoint.ts';
import { formatInstant } from '../../core/time.ts';
import { checkSchema, decode, encode, type Item, instant, placeOf } from './items.ts';
import type { TableClient } from './table-client.ts';

/** @param key the feed's name, or that of a job beside it: `<feed>#backfill#<id>` */
export async function loadCheckpoint(table: TableClient, key: string): Promise<Checkpoint | undefined> {
  const { pk, sk } = placeOf(key, 'checkpoint');
  const item = await table.get(pk, sk);
  return item && checkpointOf(key, item);
}

export async function loadJobs(table: TableClient, feed: string, kind: string): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for await (const item of table.query(feed, `${kind}#`, `${kind}#~`)) {
    checkSchema(feed, item.sk?.S ?? '', item);
    found.push(checkpointOf(`${feed}#${item.sk?.S}`, item));
  }
  return found;
}

function checkpointOf(feed: string, item: Item): Checkpoint {
  const { state, watermark, leaseUntil, owner, fence, version, destinations } = item;
  return {
    ...(decode(state?.S ?? '{}') as Pick<Checkpoint, 'floor' | 'scope' | 'failures'>),
    fence: Number(fence?.N),
    version: Number(version?.N),
    watermark: instant(feed, watermark),
    destinations: Object.fromEntries(
      Object.entries(destinations?.M ?? {}).map(([id, since]) => [id, instant(feed, since)]),
    ),
    ...(owner?.S !== undefined && { owner: owner.S }),
    ...(leaseUntil && { leaseUntil: instant(feed, leaseUntil) }),
  };
}

export async function writeCheckpoint(
  table: TableClient,
  key: string,
  checkpoint: Checkpoint,
  expect?: { fence: number; version: number },
) {
  const { fence, version, owner, leaseUntil, watermark, destinations, ...rest } = checkpoint;
  const { job } = rest;
  const item: Item = {
    fence: { N: String(fence) },
    watermark: { S: formatInstant(watermark, 'us') },
    destinations: {
      M: Object.fromEntries(Object.entries(destinations).map(([id, since]) => [id, { S: formatInstant(since, 'us') }])),
    },
    state: { S: encode(rest) },
    ...(owner !== undefined && { owner: { S: owner } }),
    ...(leaseUntil !== undefined && { leaseUntil: { S: formatInstant(leaseUntil, 'us') } }),
    // What a verification has found is of use for as long as it can be repeated.
    ...(job?.kind === 'verify' && { ttl: { N: String(table.expiry(job.startedAt)) } }),
  };
  const { pk, sk } = placeOf(key, 'checkpoint');
  return await table.put(pk, sk, item, version, expect);
}
