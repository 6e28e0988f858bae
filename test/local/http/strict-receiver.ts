import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

// What Firehose's page for HTTP endpoints says of requests, checked to the letter.

/** How the receiver answers; each has a default of a receiver that takes everything. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as it was taken. */
export interface Received {
  readonly id: string;
  readonly key: string | undefined;
  readonly source: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isPacked: boolean;
  readonly path: string | undefined;
  readonly records: readonly string[];
}

export interface StrictReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** What was wrong with requests. */
  readonly wrong: readonly string[];
  /** Answers for the next requests; after them, everything is taken. */
  readonly replies: ((requestId: string) => Reply)[];
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_RECORD_BYTES = 1_024_000;
const MAX_RECORDS = 10_000;

export async function startReceiver(): Promise<StrictReceiver> {
  const [received, wrong, replies]: [Received[], string[], StrictReceiver['replies']] = [[], [], []];
  const server = createServer(async (request, response) => {
    try {
      const one = await read(request);
      received.push(one);
      const usual = JSON.stringify({ requestId: one.id, timestamp: 1_700_000_000_000 });
      const { status = 200, headers = {}, body = usual } = replies.shift()?.(one.id) ?? {};
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    } catch (thrown) {
      wrong.push((thrown as Error).message);
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, received, wrong, replies };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { headers, method, url: path } = request;
  const sent = Buffer.concat(chunks);
  const header = (name: string) => headers[`x-amz-firehose-${name}`] as string | undefined;
  want(method === 'POST', `the method is ${method}`);
  want(headers['content-type'] === 'application/json', `content-type is ${headers['content-type']}`);
  want(headers['content-length'] === String(sent.length), 'content-length is not the length');
  want(header('protocol-version') === '1.0', 'there is no protocol version');
  want(/^arn:aws:firehose:[\w-]+:\d{12}:deliverystream\/[\w.-]+$/.test(header('source-arn') ?? ''), 'the ARN is wrong');
  const encoding = headers['content-encoding'];
  want(encoding === undefined || encoding === 'gzip', `content-encoding is ${encoding}`);
  const body = encoding === 'gzip' ? gunzipSync(sent) : sent;
  want(body.length <= MAX_BODY_BYTES, `the body has ${body.length} bytes`);
  const { requestId, timestamp, records } = JSON.parse(body.toString());
  want(/^[\w-]{36}$/.test(requestId) && requestId === header('request-id'), 'the request ids differ');
  want(Number.isInteger(timestamp), 'the timestamp is no integer');
  want(records.length >= 1 && records.length <= MAX_RECORDS, `there are ${records.length} records`);
  return {
    id: requestId,
    key: header('access-key'),
    source: header('source-arn'),
    attributes: attributesIn(header('common-attributes')),
    isPacked: encoding === 'gzip',
    path,
    records: records.map(({ data }: { data: string }) => {
      const bytes = Buffer.from(data, 'base64');
      want(bytes.toString('base64') === data, 'a record is no base64');
      want(bytes.length <= MAX_RECORD_BYTES, `a record has ${bytes.length} bytes`);
      return bytes.toString();
    }),
  };
}

function attributesIn(header = '{"commonAttributes":{}}'): Record<string, string> {
  const { commonAttributes, ...others } = JSON.parse(header) as { commonAttributes: Record<string, string> };
  want(Object.keys(others).length === 0, 'the header of attributes holds something else');
  const entries = Object.entries(commonAttributes);
  want(entries.length <= 50, `there are ${entries.length} attributes`);
  for (const [name, value] of entries) {
    want(name.length >= 1 && name.length <= 256, 'the name of an attribute is too long');
    want(typeof value === 'string' && value.length <= 1_024, 'the value of an attribute is too long');
  }
  return commonAttributes;
}

function want(isRight: boolean, wrong: string): void {
  if (!isRight) throw new Error(wrong);
}
