import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { parseInstant } from '../../functions/core/time.ts';
import type { Item } from '../../functions/shell/table/items.ts';
import { TableClient } from '../../functions/shell/table/table-client.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { KEY, SIGNATURES } from '../local/signatures.ts';

/** What a version left behind: the items of its table, and what it had delivered by then. */
export interface SavedState {
  readonly savedAt: string;
  readonly delivered: readonly Delivered[];
  readonly items: readonly Item[];
}

/** As much of a delivered event as tells which record it is of. */
export interface Delivered {
  readonly event: Pick<EcsEvent['event'], 'id' | 'module' | 'dataset' | 'original'>;
  readonly message?: string;
}

/** Large originals would fill the file, and are compressed in quarantine anyway. */
const LONGEST_ORIGINAL = 1_000;

export function deliveredOf({ event, message }: EcsEvent): Delivered {
  const { id, module, dataset, original = '' } = event;
  return {
    event: { id, module, dataset, ...(original.length <= LONGEST_ORIGINAL && { original }) },
    ...(message !== undefined && { message }),
  };
}

/** Binary values are written in Base64. */
export function encodeSaved(saved: SavedState): string {
  const text = JSON.stringify(
    saved,
    (_, value: unknown) => {
      const bytes = bytesIn(value);
      return bytes ? { base64: Buffer.from(bytes).toString('base64') } : value;
    },
    1,
  );
  return `${text}\n`;
}

export function decodeSaved(text: string): SavedState {
  return JSON.parse(text, (_, value: unknown) => {
    const { base64 } = (value ?? {}) as { base64?: string };
    return typeof base64 === 'string' ? new Uint8Array(Buffer.from(base64, 'base64')) : value;
  });
}

/** The bytes of a value. A Buffer comes here as what its `toJSON` gives. */
function bytesIn(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? Uint8Array.from(data) : undefined;
}

/** An embedded table, with a client of the functions for it. */
export class TestTable {
  readonly table: TableClient;
  readonly #client: DynamoDBClient;
  readonly #close: () => Promise<void>;

  private constructor(close: () => Promise<void>) {
    this.table = new TableClient('tidemark', 30);
    this.#client = new DynamoDBClient();
    this.#close = close;
  }

  /** Sets the variables of the environment by which the SDK finds it. */
  static async open(setVariable: (name: string, value: string) => void): Promise<TestTable> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-state-'));
    const service = await startTable({ signatures: SIGNATURES, directory: folder, tableName: 'tidemark' });
    setVariable('AWS_ENDPOINT_URL_DYNAMODB', service.url);
    setVariable('AWS_REGION', 'us-east-1');
    setVariable('AWS_ACCESS_KEY_ID', KEY.accessKeyId);
    setVariable('AWS_SECRET_ACCESS_KEY', KEY.secretAccessKey);
    return new TestTable(async () => {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    });
  }

  async put(item: Item): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: 'tidemark', Item: item }));
  }

  /** All items, in the order of their keys. */
  async items(): Promise<Item[]> {
    const { Items = [] } = await this.#client.send(new ScanCommand({ TableName: 'tidemark', ConsistentRead: true }));
    const keyOf = ({ pk, sk }: Item) => `${pk?.S} ${sk?.S}`;
    return Items.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  async close(): Promise<void> {
    this.#client.destroy();
    await this.#close();
  }
}

/** The kind of an item, by its keys: `seen`, `backfill`, `state` ... */
export function kindOf({ pk, sk }: Item): string {
  return pk?.S?.endsWith('/@feeds') ? 'known-feeds' : (sk?.S?.split('#')[0] ?? '');
}

export function savedAt({ savedAt: text }: SavedState): number {
  return parseInstant(text) as number;
}
