import { hash } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { answerCalls } from './answer-calls.ts';

// The least that a program could do: read a backlog page by page and deliver it. It checks nothing, remembers nothing, repeats nothing.

/** What the floor knows of a vendor. */
export interface Floor<Row = never> {
  first(asked: { readonly origin: string; readonly from: string; readonly to: string }): string;
  read(answer: { readonly text: string; readonly url: string; readonly headers: Headers }): {
    readonly rows: readonly Row[];
    readonly next: string | undefined;
  };
  /** An object of about the shape and size of our ECS events. */
  ecs(row: Row, id: string, original: string): object;
}

/** How much the floor does. */
export interface FloorInput {
  readonly origin: string;
  readonly from: string;
  readonly to: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `bare`: by fetch. `hash`: with a SHA-256 an event. `raw`: through the SDK, too. `ecs`: with an ECS-shaped object, too. */
  readonly kind: 'bare' | 'hash' | 'raw' | 'ecs';
  /** Pages between two deliveries. */
  readonly pagesAFlush: number;
}

interface Way {
  put(records: readonly Uint8Array[]): Promise<unknown>;
  commit(item: Readonly<Record<string, string>>): Promise<unknown>;
}

const RECORD_BYTES = 50 * 1024;
const CALL_BYTES = 4_000_000;

export function serveFloor(floor: Floor): void {
  const ways = { sdk: throughSdk(), plain: byFetch() };
  answerCalls((input) => run(floor as Floor<unknown>, input as FloorInput, ways));
}

async function run(floor: Floor<unknown>, input: FloorInput, ways: { readonly sdk: Way; readonly plain: Way }) {
  const { kind, headers, pagesAFlush } = input;
  const way = kind === 'raw' || kind === 'ecs' ? ways.sdk : ways.plain;
  let lines: string[] = [];
  let events = 0;
  let pages = 0;
  let url: string | undefined = floor.first(input);
  while (url !== undefined) {
    const answer: Response = await fetch(url, { headers });
    const { rows, next } = floor.read({ text: await answer.text(), url, headers: answer.headers });
    for (const row of rows) lines.push(lineOf(floor, row, kind));
    events += rows.length;
    url = next;
    if (++pages % pagesAFlush !== 0 && url !== undefined) continue;
    await flush(way, lines);
    await way.commit({ pk: 'floor', sk: 'checkpoint', next: url ?? '' });
    lines = [];
  }
  return { events };
}

function lineOf(floor: Floor<unknown>, row: unknown, kind: FloorInput['kind']): string {
  const text = JSON.stringify(row);
  if (kind === 'bare') return text;
  const id = hash('sha256', text);
  return kind === 'ecs' ? JSON.stringify(floor.ecs(row, id.slice(0, 32), text)) : text;
}

async function flush(way: Way, lines: readonly string[]): Promise<void> {
  let call: Uint8Array[] = [];
  let bytes = 0;
  for (const record of packed(lines)) {
    if (bytes + record.length > CALL_BYTES) {
      await way.put(call);
      [call, bytes] = [[], 0];
    }
    call.push(record);
    bytes += record.length;
  }
  if (call.length > 0) await way.put(call);
}

function* packed(lines: readonly string[]): Generator<Uint8Array> {
  let [first, bytes] = [0, 0];
  for (let at = 0; at < lines.length; at++) {
    const size = Buffer.byteLength(lines[at] as string) + 1;
    if (bytes + size > RECORD_BYTES && at > first) {
      yield Buffer.from(`${lines.slice(first, at).join('\n')}\n`);
      [first, bytes] = [at, 0];
    }
    bytes += size;
  }
  if (first < lines.length) yield Buffer.from(`${lines.slice(first).join('\n')}\n`);
}

function throughSdk(): Way {
  const [firehose, table] = [new FirehoseClient({}), new DynamoDBClient({})];
  return {
    put: (records) =>
      firehose.send(
        new PutRecordBatchCommand({ DeliveryStreamName: 'bench', Records: records.map((Data) => ({ Data })) }),
      ),
    commit: (item) => table.send(new PutItemCommand({ TableName: 'bench', Item: attributes(item) })),
  };
}

function byFetch(): Way {
  const { AWS_ENDPOINT_URL: url = '' } = process.env;
  const post = async (target: string, body: object) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).text();
  };
  return {
    put: (records) =>
      post('Firehose_20150804.PutRecordBatch', {
        DeliveryStreamName: 'bench',
        Records: records.map((record) => ({ Data: Buffer.from(record).toString('base64') })),
      }),
    commit: (item) => post('DynamoDB_20120810.PutItem', { TableName: 'bench', Item: attributes(item) }),
  };
}

function attributes(item: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(item).map(([name, text]) => [name, { S: text }]));
}
