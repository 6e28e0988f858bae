import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { AmbiguousWriteError, TidemarkError } from '../../core/errors.ts';
import { digest } from '../../core/events/identity.ts';
import { type Checkpoint, SCHEMA } from '../../core/stored/checkpoint.ts';
import { kindOf, type StoredParts } from '../../core/stored/checkpoint-kind.ts';
import type { ConnectionState } from '../../core/stored/connection-state.ts';
import type { LedgerRow } from '../../core/stored/ledger-row.ts';
import type { Ongoing } from '../../core/stored/ongoing.ts';
import type { QuarantineEntry } from '../../core/stored/quarantine-entry.ts';
import type { SeenChunk } from '../../core/stored/seen-chunk.ts';
import { DAY, formatInstant, type Instant, SECOND } from '../../core/time.ts';
import {
  belongs,
  checkSchema,
  decode,
  encode,
  type Item,
  instant,
  keyOfEntry,
  placeOf,
  quarantineEntry,
  seenChunk,
} from './items.ts';

/** An item may hold 400 KB; what is larger is stored in parts. */
const PART_BYTES = 350_000;
/** DynamoDB takes so many items in one batch. */
const BATCH_ITEMS = 25;
/** What no retry can mend. */
const HOPELESS = new Set([
  'ResourceNotFoundException',
  'AccessDeniedException',
  'ValidationException',
  'UnrecognizedClientException',
]);

/** One write of a batch. */
interface BatchRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** The one DynamoDB table: checkpoints, connection states, seen keys, quarantine. pk is `<source>/<stream>/<connection>`. */
export class Table {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #seenDays: number;

  constructor(name: string, seenDays: number) {
    this.#client = new DynamoDBClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
    });
    this.#name = name;
    this.#seenDays = seenDays;
  }

  /** @param key the feed's name, or that of a job beside it: `<feed>#backfill#<id>` */
  async loadCheckpoint(key: string): Promise<Checkpoint | undefined> {
    const { pk, sk } = placeOf(key, 'checkpoint');
    const item = await this.#get(pk, sk);
    return item && this.#checkpoint(key, item);
  }

  async loadJobs(feed: string, kind: string): Promise<Checkpoint[]> {
    const found: Checkpoint[] = [];
    for await (const item of this.#query(feed, `${kind}#`, `${kind}#~`)) {
      checkSchema(feed, item.sk?.S ?? '', item);
      found.push(this.#checkpoint(`${feed}#${item.sk?.S}`, item));
    }
    return found;
  }

  #checkpoint(feed: string, item: Item): Checkpoint {
    const { state, watermark, leaseUntil, owner, fence, version, destinations } = item;
    const stored = decode(state?.S ?? '{}') as StoredParts;
    return {
      ...({ ...stored, kind: kindOf(stored) } as Checkpoint),
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

  async writeCheckpoint(key: string, checkpoint: Checkpoint, expect?: { fence: number; version: number }) {
    const { fence, version, owner, leaseUntil, watermark, destinations, ...rest } = checkpoint;
    const item: Item = {
      fence: { N: String(fence) },
      watermark: { S: formatInstant(watermark, 'us') },
      destinations: {
        M: Object.fromEntries(
          Object.entries(destinations).map(([id, since]) => [id, { S: formatInstant(since, 'us') }]),
        ),
      },
      state: { S: encode(rest) },
      ...(owner !== undefined && { owner: { S: owner } }),
      ...(leaseUntil !== undefined && { leaseUntil: { S: formatInstant(leaseUntil, 'us') } }),
      // What a verification has found is of use for as long as it can be repeated.
      ...(rest.kind === 'verify' && { ttl: { N: String(this.#expiry(rest.job.startedAt)) } }),
    };
    const { pk, sk } = placeOf(key, 'checkpoint');
    return await this.#put(pk, sk, item, version, expect);
  }

  async loadConnection(key: string): Promise<ConnectionState | undefined> {
    const item = await this.#get(key, 'state');
    return item && { ...(decode(item.state?.S ?? '{}') as { refusals: number }), version: Number(item.version?.N) };
  }

  async writeConnection(key: string, { version, ...rest }: ConnectionState, expectVersion?: number) {
    const expect = expectVersion === undefined ? undefined : { version: expectVersion };
    return await this.#put(key, 'state', { state: { S: encode(rest) } }, version, expect);
  }

  /** @param place the feed's name, or `<feed>#resent#<id>` */
  async *loadSeen(place: string, from: string, to?: string): AsyncGenerator<SeenChunk> {
    const { pk, sk } = placeOf(place, 'seen');
    // `~` sorts after every character that a bucket or a chunk's id has.
    const last = to === undefined ? `${sk}#~` : `${sk}#${to}#~`;
    for await (const item of this.#query(pk, `${sk}#${from}`, last, 'descending')) yield seenChunk(pk, sk, item);
  }

  async remember(place: string, chunks: readonly SeenChunk[], now: Instant): Promise<void> {
    const { pk, sk } = placeOf(place, 'seen');
    const items = chunks.map((chunk) => {
      const ttl = this.#expiry(Math.max(now, chunk.newest ?? now));
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
    await this.#append(items);
  }

  /** Kept until somebody deals with it: quarantine has no end of its own. */
  async quarantine(feed: string, entry: QuarantineEntry): Promise<void> {
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
    await this.#append(items);
  }

  /** What is there in full; an entry that is just being written is not. */
  async *loadQuarantine(feed: string): AsyncGenerator<QuarantineEntry> {
    let parts: Item[] = [];
    for await (const item of this.#query(feed, 'quarantine#', 'quarantine#~')) {
      checkSchema(feed, item.sk?.S ?? '', item);
      if (!belongs(item, parts)) parts = [];
      parts.push(item);
      if (parts.length === Number(item.parts?.N)) yield quarantineEntry(feed, parts);
    }
  }

  async dropQuarantine(feed: string, id: string): Promise<void> {
    const requests: BatchRequest[] = [];
    const [from, to] = [keyOfEntry(id), `${keyOfEntry(id)}~`];
    for await (const { pk, sk } of this.#query(feed, from, to, 'ascending', 'pk, sk')) {
      if (pk && sk) requests.push({ DeleteRequest: { Key: { pk, sk } } });
    }
    await this.#batch(requests);
  }

  /** @param expect when the row was made that must be there; none when there must be none */
  async saveLedger(feed: string, row: LedgerRow, expect: Instant | undefined): Promise<'written' | 'refused'> {
    const { day, madeAt, ...rest } = row;
    const made = formatInstant(madeAt, 'us');
    const command = new PutItemCommand({
      TableName: this.#name,
      Item: {
        pk: { S: feed },
        sk: { S: `ledger#${day}` },
        schema: { N: String(SCHEMA) },
        madeAt: { S: made },
        state: { S: encode(rest) },
      },
      ...(expect === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'madeAt = :expect',
            ExpressionAttributeValues: { ':expect': { S: formatInstant(expect, 'us') } },
          }),
    });
    try {
      await this.#client.send(command);
      return 'written';
    } catch (thrown) {
      if (thrown instanceof ConditionalCheckFailedException) return 'refused';
      throw this.#writeFailed(thrown);
    }
  }

  async loadLedger(feed: string, from: string, to: string): Promise<LedgerRow[]> {
    const rows: LedgerRow[] = [];
    for await (const item of this.#query(feed, `ledger#${from}`, `ledger#${to}`)) {
      const sk = item.sk?.S ?? '';
      checkSchema(feed, sk, item);
      const rest = decode(item.state?.S ?? '{}') as Pick<LedgerRow, 'hours'>;
      rows.push({ ...rest, day: sk.slice('ledger#'.length), madeAt: instant(feed, item.madeAt) });
    }
    return rows;
  }

  async loadOngoing(feed: string): Promise<Ongoing[]> {
    const found: Ongoing[] = [];
    for await (const item of this.#query(feed, 'ongoing#', 'ongoing#~')) {
      checkSchema(feed, item.sk?.S ?? '', item);
      const [since, until] = [instant(feed, item.since), instant(feed, item.until)];
      found.push({ key: item.key?.S ?? '', since, until });
    }
    return found;
  }

  /** What has ended is named by the same key under which it was noted. */
  async noteOngoing(feed: string, begun: readonly Ongoing[], ended: readonly Ongoing[]): Promise<void> {
    const key = (one: Ongoing) => ({ pk: { S: feed }, sk: { S: `ongoing#${digest(one.key)}` } });
    const items = begun.map((one) => ({
      ...key(one),
      schema: { N: String(SCHEMA) },
      key: { S: one.key },
      since: { S: formatInstant(one.since, 'us') },
      until: { S: formatInstant(one.until, 'us') },
      ttl: { N: String(Math.ceil(one.until / SECOND)) },
    }));
    await this.#batch([
      ...items.map((Item) => ({ PutRequest: { Item } })),
      ...ended.map((one) => ({ DeleteRequest: { Key: key(one) } })),
    ]);
  }

  async saveSnapshot(feed: string, id: string, text: string): Promise<void> {
    const packed = gzipSync(text);
    const parts = Math.max(1, Math.ceil(packed.length / PART_BYTES));
    const items = Array.from({ length: parts }, (_, part) => ({
      pk: { S: feed },
      sk: { S: `snapshot#${id}#${String(part).padStart(4, '0')}` },
      schema: { N: String(SCHEMA) },
      parts: { N: String(parts) },
      text: { B: packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
    }));
    await this.#append(items);
  }

  /** The whole text of a snapshot; none when any part of it is missing. */
  async loadSnapshot(feed: string, id: string): Promise<string | undefined> {
    const found: Uint8Array[] = [];
    let parts = 1;
    for await (const item of this.#query(feed, `snapshot#${id}#`, `snapshot#${id}#~`)) {
      checkSchema(feed, item.sk?.S ?? '', item);
      parts = Number(item.parts?.N);
      found.push(item.text?.B ?? new Uint8Array());
    }
    return found.length === parts ? gunzipSync(Buffer.concat(found)).toString('utf8') : undefined;
  }

  /** Removes the snapshots whose ids sort before this one. A worker that comes to it late finds nothing of its successors there. */
  async dropSnapshots(feed: string, before: string): Promise<void> {
    const requests: BatchRequest[] = [];
    for await (const { pk, sk } of this.#query(feed, 'snapshot#', `snapshot#${before}#`, 'ascending', 'pk, sk')) {
      if (pk && sk) requests.push({ DeleteRequest: { Key: { pk, sk } } });
    }
    await this.#batch(requests);
  }

  /** The random key under which this deployment seals event ids; made by whoever needs it first. */
  async sealKey(source: string): Promise<Uint8Array> {
    const key = `${source}/@deployment`;
    for (;;) {
      const found = (await this.#get(key, 'seal-key'))?.key?.B;
      if (found) return found;
      await this.#put(key, 'seal-key', { key: { B: randomBytes(32) } }, 1, undefined);
    }
  }

  /** When what is of a time may be forgotten: seconds since 1970, as DynamoDB counts them. */
  #expiry(time: Instant): number {
    return Math.ceil((time + this.#seenDays * DAY) / SECOND);
  }

  /** Items of a feed whose sort keys lie in a range, strongly consistent. */
  async *#query(
    feed: string,
    from: string,
    to: string,
    order: 'ascending' | 'descending' = 'ascending',
    attributes?: string,
  ): AsyncGenerator<Item> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#name,
        ConsistentRead: true,
        ScanIndexForward: order === 'ascending',
        KeyConditionExpression: 'pk = :feed AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':feed': { S: feed }, ':from': { S: from }, ':to': { S: to } },
        ...(attributes !== undefined && { ProjectionExpression: attributes }),
        ...(start && { ExclusiveStartKey: start }),
      });
      const answer = await this.#reading(this.#client.send(command));
      yield* answer.Items ?? [];
      start = answer.LastEvaluatedKey;
    } while (start);
  }

  async #get(pk: string, sk: string): Promise<Item | undefined> {
    const Key = { pk: { S: pk }, sk: { S: sk } };
    const { Item: item } = await this.#reading(
      this.#client.send(new GetItemCommand({ TableName: this.#name, Key, ConsistentRead: true })),
    );
    if (item) checkSchema(pk, sk, item);
    return item;
  }

  /** Replaces an item if it is still the expected one, or creates it if nothing is expected. */
  async #put(
    pk: string,
    sk: string,
    item: Item,
    version: number,
    expect: { fence?: number; version: number } | undefined,
  ): Promise<'written' | 'refused'> {
    const values: Item = {};
    if (expect) values[':version'] = { N: String(expect.version) };
    if (expect?.fence !== undefined) values[':fence'] = { N: String(expect.fence) };
    const fenced = expect?.fence === undefined ? '' : ' AND fence = :fence';
    const command = new PutItemCommand({
      TableName: this.#name,
      Item: { pk: { S: pk }, sk: { S: sk }, schema: { N: String(SCHEMA) }, version: { N: String(version) }, ...item },
      ConditionExpression: expect ? `#version = :version${fenced}` : 'attribute_not_exists(pk)',
      ...(expect && { ExpressionAttributeNames: { '#version': 'version' }, ExpressionAttributeValues: values }),
    });
    try {
      await this.#client.send(command);
      return 'written';
    } catch (thrown) {
      if (thrown instanceof ConditionalCheckFailedException) return 'refused';
      throw this.#writeFailed(thrown);
    }
  }

  async #append(items: readonly Item[]): Promise<void> {
    await this.#batch(items.map((Item) => ({ PutRequest: { Item } })));
  }

  async #batch(requests: readonly BatchRequest[]): Promise<void> {
    let waiting = requests;
    while (waiting.length > 0) {
      const batch = batchOf(waiting);
      const command = new BatchWriteItemCommand({ RequestItems: { [this.#name]: batch } });
      try {
        const { UnprocessedItems: left } = await this.#client.send(command);
        // Asking again at once would keep a throttled table throttled: when to do it is decided elsewhere.
        if (left?.[this.#name]?.length) throw new Error('it is throttled and did not take all items');
      } catch (thrown) {
        throw this.#writeFailed(thrown);
      }
      waiting = waiting.slice(batch.length);
    }
  }

  #writeFailed(thrown: unknown): Error {
    const name = thrown instanceof Error ? thrown.name : '';
    if (HOPELESS.has(name)) return this.#hopeless(thrown as Error);
    return new AmbiguousWriteError(`The table ${this.#name} did not confirm a write: ${describe(thrown)}`, thrown);
  }

  async #reading<T>(sending: Promise<T>): Promise<T> {
    try {
      return await sending;
    } catch (thrown) {
      const name = thrown instanceof Error ? thrown.name : '';
      if (HOPELESS.has(name)) throw this.#hopeless(thrown as Error);
      throw new AmbiguousWriteError(`The table ${this.#name} did not answer: ${describe(thrown)}`, thrown);
    }
  }

  #hopeless(thrown: Error): TidemarkError {
    return new TidemarkError({
      code: 'state',
      stage: 'saving',
      message: `The table ${this.#name} cannot be used: ${describe(thrown)}`,
      remedy: 'Check the table’s name, its keys (pk, sk) and the function’s rights.',
      cause: thrown,
    });
  }
}

/** As many items as one call may carry: 25, and below 16 MB with room to spare. */
function batchOf(waiting: readonly BatchRequest[]): BatchRequest[] {
  let bytes = 0;
  let count = 0;
  for (const { PutRequest } of waiting.slice(0, BATCH_ITEMS)) {
    bytes += (PutRequest?.Item.keys?.B?.length ?? 0) + (PutRequest?.Item.text?.B?.length ?? 0);
    if (count > 0 && bytes > 4_000_000) break;
    count++;
  }
  return waiting.slice(0, count);
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
