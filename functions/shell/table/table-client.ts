import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { AmbiguousWriteError, TidemarkError } from '../../core/errors.ts';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import { DAY, type Instant, SECOND } from '../../core/time.ts';
import { checkSchema, type Item } from './items.ts';

/** An item may hold 400 KB; what is larger is stored in parts. */
export const PART_BYTES = 350_000;
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
export interface BatchRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** The one DynamoDB table: checkpoints, connection states, seen keys, quarantine. pk is `<source>/<stream>/<connection>`. */
export class TableClient {
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

  /** When what is of a time may be forgotten: seconds since 1970, as DynamoDB counts them. */
  expiry(time: Instant): number {
    return Math.ceil((time + this.#seenDays * DAY) / SECOND);
  }

  /** Items of a feed whose sort keys lie in a range, strongly consistent. */
  async *query(
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

  async get(pk: string, sk: string): Promise<Item | undefined> {
    const Key = { pk: { S: pk }, sk: { S: sk } };
    const { Item: item } = await this.#reading(
      this.#client.send(new GetItemCommand({ TableName: this.#name, Key, ConsistentRead: true })),
    );
    if (item) checkSchema(pk, sk, item);
    return item;
  }

  /** Replaces an item if it is still the expected one, or creates it if nothing is expected. */
  async put(
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
    return await this.putIf({
      Item: { pk: { S: pk }, sk: { S: sk }, schema: { N: String(SCHEMA) }, version: { N: String(version) }, ...item },
      ConditionExpression: expect ? `#version = :version${fenced}` : 'attribute_not_exists(pk)',
      ...(expect && { ExpressionAttributeNames: { '#version': 'version' }, ExpressionAttributeValues: values }),
    });
  }

  /** Writes an item under a condition. */
  async putIf(input: Omit<PutItemCommandInput, 'TableName'>): Promise<'written' | 'refused'> {
    try {
      await this.#client.send(new PutItemCommand({ TableName: this.#name, ...input }));
      return 'written';
    } catch (thrown) {
      if (thrown instanceof ConditionalCheckFailedException) return 'refused';
      throw this.#writeFailed(thrown);
    }
  }

  async append(items: readonly Item[]): Promise<void> {
    await this.batch(items.map((Item) => ({ PutRequest: { Item } })));
  }

  async batch(requests: readonly BatchRequest[]): Promise<void> {
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
    return new TidemarkError(
      'state',
      'saving',
      `The table ${this.#name} cannot be used: ${describe(thrown)}`,
      'Check the table’s name, its keys (pk, sk) and the function’s rights.',
      thrown,
    );
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
