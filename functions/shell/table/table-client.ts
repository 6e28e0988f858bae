import {
  type AttributeValue,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { AmbiguousWriteError, TidemarkError } from '../../core/errors.ts';
import { DAY, type Instant, SECOND } from '../../core/time.ts';
import { LAST_STEP, notesDate } from '../network/service-clocks.ts';
import { checkSchema, type Item, type ItemKey } from './items.ts';

/** Maximum items of a batch. */
const BATCH_ITEMS = 25;
/** Maximum bytes of a batch: far below the 16 MB that DynamoDB takes. */
const BATCH_BYTES = 4_000_000;
/** Steps of the SDK that do nothing for us, and take a tenth of a call: lines for its own log, and headers that nobody reads. */
const SPARED_STEPS = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware'];
/** Errors for which a retry cannot help. */
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

/** Attributes that an item must have, with their values. Undefined stands for one that it must not have. */
export type ExpectedItem = Readonly<Record<string, AttributeValue | undefined>>;

/** Items of one partition, by their sort keys; both ends are included. */
export interface KeyRange {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
}

/** A query. */
interface TableQuery extends KeyRange {
  readonly order?: 'ascending' | 'descending';
  /** The attributes to return. Default: all. The items' `schema` is checked, so it must be among them, with `sk`. */
  readonly attributes?: readonly string[];
}

/**
 * The one DynamoDB table. Its partition key is `<source>/<stream>/<connection>`; the sort key begins with the kind of item.
 * Each kind of item has a file that writes and reads it.
 */
export class TableClient {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #seenDays: number;

  constructor(name: string, seenDays: number) {
    this.#client = new DynamoDBClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
      // The SDK's own decoder matches each character with a regular expression, which takes longer than all the rest of a read.
      base64Decoder: (text) => {
        const { buffer, byteOffset, length } = Buffer.from(text, 'base64');
        return new Uint8Array(buffer, byteOffset, length);
      },
    });
    for (const step of SPARED_STEPS) this.#client.middlewareStack.remove(step);
    this.#client.middlewareStack.add(notesDate('table'), LAST_STEP);
    this.#name = name;
    this.#seenDays = seenDays;
  }

  /** When an item about a time expires: seconds since 1970 as DynamoDB's `ttl` attribute wants them. */
  expiry(time: Instant): string {
    return String(Math.ceil((time + this.#seenDays * DAY) / SECOND));
  }

  /** Strongly consistent. */
  async get({ pk, sk }: ItemKey): Promise<Item | undefined> {
    const Key = { pk: { S: pk }, sk: { S: sk } };
    const { Item: item } = await this.#reading(
      this.#client.send(new GetItemCommand({ TableName: this.#name, Key, ConsistentRead: true })),
    );
    if (item) checkSchema(pk, item);
    return item;
  }

  /** Strongly consistent. */
  async *query(query: TableQuery): AsyncGenerator<Item> {
    for await (const item of this.#query(query)) {
      checkSchema(query.pk, item);
      yield item;
    }
  }

  /**
   * Writes an item under a condition.
   *
   * @param expect attributes of the item to replace; undefined if there must be no item yet
   */
  async put(item: Item, expect: ExpectedItem | undefined): Promise<'written' | 'refused'> {
    const command = new PutItemCommand({ TableName: this.#name, Item: item, ...conditionOf(expect) });
    try {
      await this.#client.send(command);
      return 'written';
    } catch (thrown) {
      if (thrown instanceof ConditionalCheckFailedException) return 'refused';
      throw this.#writeFailed(thrown);
    }
  }

  /** Writes some items and removes others, without conditions; doing it twice changes nothing. */
  async write(items: readonly Item[], removed: readonly ItemKey[] = []): Promise<void> {
    await this.#batch([
      ...items.map((Item) => ({ PutRequest: { Item } })),
      ...removed.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } } })),
    ]);
  }

  /** Removes all items of a range, whatever their schema. */
  async remove(range: KeyRange): Promise<void> {
    const requests: BatchRequest[] = [];
    for await (const { pk, sk } of this.#query({ ...range, attributes: ['pk', 'sk'] })) {
      if (pk && sk) requests.push({ DeleteRequest: { Key: { pk, sk } } });
    }
    await this.#batch(requests);
  }

  async *#query({ pk, from, to, order = 'ascending', attributes }: TableQuery): AsyncGenerator<Item> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#name,
        ConsistentRead: true,
        ScanIndexForward: order === 'ascending',
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from }, ':to': { S: to } },
        ...(attributes && projectionOf(attributes)),
        ...(start && { ExclusiveStartKey: start }),
      });
      const answer = await this.#reading(this.#client.send(command));
      yield* answer.Items ?? [];
      start = answer.LastEvaluatedKey;
    } while (start);
  }

  async #batch(requests: readonly BatchRequest[]): Promise<void> {
    let waiting = requests;
    while (waiting.length > 0) {
      const batch = nextBatch(waiting);
      const command = new BatchWriteItemCommand({ RequestItems: { [this.#name]: batch } });
      try {
        const { UnprocessedItems: left } = await this.#client.send(command);
        // Sending them again at once would keep a throttled table throttled: the engine decides when to retry.
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

/** The attributes to return. Their names are passed separately, because some of them are reserved words. */
function projectionOf(attributes: readonly string[]) {
  return {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
}

/** The condition that an item still has these attributes, or that there is none. */
function conditionOf(expect: ExpectedItem | undefined) {
  if (!expect) return { ConditionExpression: 'attribute_not_exists(pk)' };
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const equals = (path: string, value: AttributeValue): string => {
    const name = `:v${Object.keys(values).length}`;
    values[name] = value;
    return `${path} = ${name}`;
  };
  const isAs = (path: string, value: AttributeValue | undefined): string[] => {
    if (!value) return [`attribute_not_exists(${path})`];
    if (!value.M) return [equals(path, value)];
    // Part by part, as the embedded table compares no maps.
    const parts = Object.entries(value.M).flatMap(([part, one]) => isAs(`${path}.${nameFor(part)}`, one));
    return [equals(`size(${path})`, { N: String(parts.length) }), ...parts];
  };
  const nameFor = (name: string): string => {
    const alias = `#n${Object.keys(names).length}`;
    names[alias] = name;
    return alias;
  };
  const conditions = Object.entries(expect).flatMap(([name, value]) => isAs(nameFor(name), value));
  return {
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** The first writes that fit into one call. */
function nextBatch(waiting: readonly BatchRequest[]): BatchRequest[] {
  let bytes = 0;
  let count = 0;
  for (const { PutRequest } of waiting.slice(0, BATCH_ITEMS)) {
    bytes += (PutRequest?.Item.keys?.B?.length ?? 0) + (PutRequest?.Item.text?.B?.length ?? 0);
    if (count > 0 && bytes > BATCH_BYTES) break;
    count++;
  }
  return waiting.slice(0, count);
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
