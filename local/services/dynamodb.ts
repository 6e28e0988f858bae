import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import db, { type Store } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Signatures } from './access/signature.ts';
import { AwsError } from './aws-error.ts';
import { PRIVATE_FOLDER } from './private-file.ts';
import { type Operation, type Service, serve } from './service.ts';

/** The operations of the local table: those on single items, and reading many. */
const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
] as const;

type Operations = Record<(typeof OPERATIONS)[number], Operation>;

export interface TableOptions {
  readonly directory: string;
  readonly tableName: string;
  readonly signatures: Signatures;
  readonly port?: number;
}

/**
 * Starts the local table: DynamoDB's protocol over a LevelDB directory, which one process at a time can have open.
 *
 * dynalite's engine is used without its HTTP server: that one ends the whole process if the disk is full, the
 * directory is locked or a caller hangs up, and it answers requests of web pages.
 */
export async function startTable(options: TableOptions): Promise<Service> {
  const store = await openStore(options.directory);
  const operations = Object.fromEntries(
    OPERATIONS.map((name) => [name, operation(name, store, options.directory)]),
  ) as Operations;
  try {
    await ensureTable(store, operations, options.tableName);
    const service = await serve(
      {
        target: 'DynamoDB_20120810',
        signedAs: 'dynamodb',
        jsonVersion: '1.0',
        internalError: 'InternalServerError',
        operations,
      },
      options.signatures,
      options.port,
    );
    return {
      url: service.url,
      async close() {
        await service.close();
        await store.db.close();
      },
    };
  } catch (thrown) {
    await store.db.close();
    throw thrown;
  }
}

async function openStore(directory: string): Promise<Store> {
  try {
    await mkdir(directory, { recursive: true, mode: PRIVATE_FOLDER });
    const store = db.create({ path: directory, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
    await store.db.open();
    return store;
  } catch (thrown) {
    const cause = (thrown as Error).cause as NodeJS.ErrnoException | undefined;
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new TidemarkError({
        code: 'config',
        stage: 'saving',
        message: `Another tidemark run uses the state directory ${directory}.`,
        remedy: 'Let it end or stop it, or give this run a state directory of its own.',
        cause: thrown,
      });
    }
    throw new TidemarkError({
      code: 'state',
      stage: 'saving',
      message: `The state directory ${directory} cannot be opened: ${(cause ?? (thrown as Error)).message}`,
      remedy:
        'Check that the directory can be written, that the disk has room, and that nothing but Tidemark changed its files.',
      cause: thrown,
    });
  }
}

type Action = (store: Store, input: object, callback: (error: unknown, result?: object) => void) => void;

interface Validation {
  readonly types: object;
  readonly custom?: unknown;
}

function operation(name: string, store: Store, directory: string): Operation {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
  const require = createRequire(import.meta.url);
  const act = require(`dynalite/actions/${file}`) as Action;
  const { types, custom } = require(`dynalite/validations/${file}`) as Validation;
  return async (body) => {
    try {
      const input = validations.checkTypes(body, types);
      validations.checkValidations(input, types, custom, store);
      return await new Promise<object>((resolve, reject) => {
        act(store, input, (error, result) => (error ? reject(error) : resolve(result ?? {})));
      });
    } catch (thrown) {
      throw asAwsError(thrown, directory);
    }
  };
}

function asAwsError(thrown: unknown, directory: string): AwsError {
  const { statusCode, body, message } = thrown as {
    statusCode?: number;
    body?: { __type: string; message?: string; Message?: string };
    message?: string;
  };
  if (statusCode === undefined || body === undefined) {
    return new AwsError('InternalServerError', `The table in ${directory} failed: ${message}`, 500);
  }
  const type = body.__type.slice(body.__type.indexOf('#') + 1);
  return new AwsError(type, body.message ?? body.Message ?? '', statusCode);
}

async function ensureTable(store: Store, operations: Operations, tableName: string): Promise<void> {
  const unheard = new AbortController().signal;
  const table = await operations
    .DescribeTable({ TableName: tableName }, unheard)
    .then((answer) => (answer as { Table: object }).Table)
    .catch((error: AwsError) => {
      if (error.type !== 'ResourceNotFoundException') throw error;
    });
  const created = table ?? (await createTable(operations, tableName, unheard));
  if ((created as { TableStatus?: string }).TableStatus === 'ACTIVE') return;
  // dynalite makes a new table ACTIVE from a timer; a process killed before that would leave it in CREATING for ever.
  await new Promise<void>((resolve, reject) => {
    store.tableDb.put(tableName, { ...created, TableStatus: 'ACTIVE' }, (error) => (error ? reject(error) : resolve()));
  });
}

async function createTable(operations: Operations, tableName: string, unheard: AbortSignal): Promise<object> {
  const answer = await operations.CreateTable(
    {
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    },
    unheard,
  );
  return (answer as { TableDescription: object }).TableDescription;
}
