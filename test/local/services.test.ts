import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTable } from '../../local/services/dynamodb.ts';
import type { Service } from '../../local/services/service.ts';
import { modeOf, module, runChild } from './children.ts';
import { SIGNATURES } from './signatures.ts';

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1 };

let folder: string;
let running: { close(): unknown }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  running = [];
});

afterEach(async () => {
  for (const { close } of running.reverse()) await close();
  await rm(folder, { recursive: true });
});

async function table() {
  const service = await startTable({ signatures: SIGNATURES, directory: join(folder, 'state'), tableName: 'tidemark' });
  const client = new DynamoDBClient({ ...CLIENT, endpoint: service.url });
  running.push(service, { close: () => client.destroy() });
  return { service, client };
}

const item = (pk: string, sk = 'checkpoint') => ({ TableName: 'tidemark', Key: { pk: { S: pk }, sk: { S: sk } } });

describe('the table', () => {
  test('takes conditional writes and refuses those whose condition fails', async () => {
    const { client } = await table();
    const acquire = () =>
      client.send(
        new UpdateItemCommand({
          ...item('a'),
          UpdateExpression: 'SET #o = :me ADD fence :one',
          ConditionExpression: 'attribute_not_exists(#o)',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':me': { S: 'me' }, ':one': { N: '1' } },
          ReturnValues: 'ALL_NEW',
        }),
      );

    const first = await acquire();

    expect(first.Attributes).toMatchObject({ owner: { S: 'me' }, fence: { N: '1' } });
    await expect(acquire()).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  });

  test('reads ranges of the sort key in order, and keeps binary values', async () => {
    const { client } = await table();
    for (const sk of ['seen#2', 'seen#1', 'ledger#1']) {
      await client.send(
        new PutItemCommand({
          TableName: 'tidemark',
          Item: { ...item('a', sk).Key, keys: { B: Uint8Array.of(0, 255, 10) } },
        }),
      );
    }

    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: 'tidemark',
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': { S: 'a' }, ':from': { S: 'seen#' } },
      }),
    );

    expect(Items.map(({ sk }) => sk?.S)).toEqual(['seen#1', 'seen#2']);
    expect(Items[0]?.keys?.B).toEqual(Uint8Array.of(0, 255, 10));
  });

  test('keeps its items when it is stopped and started again', async () => {
    const first = await table();
    await first.client.send(new PutItemCommand({ TableName: 'tidemark', Item: item('a').Key }));
    await first.service.close();

    const second = await table();

    expect((await second.client.send(new GetItemCommand(item('a')))).Item).toEqual(item('a').Key);
    expect(await modeOf(join(folder, 'state'))).toBe(0o700);
  });

  test('belongs to one process, and keeps every acknowledged write when that is killed', async () => {
    const child = runChild(
      `import { startTable } from ${module('local/services/dynamodb.ts')};
       import { SIGNATURES } from ${module('test/local/signatures.ts')};
       import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
       const { url } = await startTable({ directory: process.argv[1], tableName: 'tidemark', signatures: SIGNATURES });
       const client = new DynamoDBClient({ ...${JSON.stringify(CLIENT)}, endpoint: url });
       for (let n = 0; ; n++) {
         await client.send(new PutItemCommand({ TableName: 'tidemark', Item: { pk: { S: 'n' + n }, sk: { S: 'x' } } }));
         console.log(n);
       }`,
      join(folder, 'state'),
    );
    running.push({ close: child.kill });
    await child.lines(1);

    await expect(table()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/Another tidemark run uses the state directory .*state\./),
    });
    const acknowledged = await child.lines(50);
    await child.kill();
    const { client } = await table();

    for (const n of acknowledged) {
      expect((await client.send(new GetItemCommand(item(`n${n}`, 'x')))).Item?.pk).toEqual({ S: `n${n}` });
    }
  });

  test('says what is wrong with a directory that cannot be opened', async () => {
    await writeFile(join(folder, 'state'), 'a file');

    await expect(table()).rejects.toMatchObject({
      code: 'state',
      message: expect.stringContaining('cannot be opened'),
    });
  });

  test('names the port that is taken, and lets the directory go again', async () => {
    const { service } = await table();
    const other = { directory: join(folder, 'other'), tableName: 'tidemark', signatures: SIGNATURES };
    const port = Number(new URL(service.url).port);

    await expect(startTable({ ...other, port })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(`Port ${port}`),
    });
    running.push(await startTable(other));
  });
});

describe('every service', () => {
  const target = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };

  async function ask(service: Service, asked: Record<string, string>, body = '{}') {
    const headers = SIGNATURES.sign(new URL(service.url), {
      method: 'POST',
      headers: asked,
      body,
      service: 'dynamodb',
    });
    const answer = await fetch(service.url, { method: 'POST', headers, body });
    const { __type } = (await answer.json()) as { __type?: string };
    return { status: answer.status, type: __type, header: answer.headers.get('x-amzn-errortype') ?? undefined };
  }

  test.each([
    ['from a web page', { ...target, origin: 'http://evil.example' }, '{}', 403, 'AccessDeniedException'],
    ['from a sandboxed web page', { ...target, origin: 'null' }, '{}', 403, 'AccessDeniedException'],
    ['for another operation', { 'x-amz-target': 'DynamoDB_20120810.x' }, '{}', 400, 'UnknownOperationException'],
    ['for another service', { 'x-amz-target': 'S3.ListTables' }, '{}', 400, 'UnknownOperationException'],
    ['that is no JSON', target, '{"a":', 400, 'SerializationException'],
    ['that is no object', target, '[]', 400, 'SerializationException'],
    ['that is too large', target, ' '.repeat(16 * 1024 * 1024 + 1), 413, 'RequestEntityTooLargeException'],
  ])('refuses a request %s', async (_, headers, body, status, type) => {
    const { service } = await table();

    expect(await ask(service, headers, body)).toEqual({ status, type, header: type });
    expect(await ask(service, target)).toMatchObject({ status: 200 });
  });

  test('refuses a page whose host name was made to lead to this machine', async () => {
    const { service } = await table();

    const rebound = new URL(service.url);
    rebound.hostname = 'evil.example';
    const headers = SIGNATURES.sign(rebound, { method: 'POST', headers: target, body: '{}', service: 'dynamodb' });

    const asked = request(service.url, { method: 'POST', headers }).end('{}');
    const [answer] = await once(asked, 'response');
    answer.resume();

    expect(answer.statusCode).toBe(403);
  });

  test('closes at once though a client keeps its connection', async () => {
    const { service, client } = await table();
    await client.send(new GetItemCommand(item('a')));

    await service.close();

    await expect(client.send(new GetItemCommand(item('a')))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
