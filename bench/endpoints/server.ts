import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Counting } from './counting.ts';
import { putRecordBatch } from './delivery.ts';
import type { Latency, LogShape, ServiceName } from './messages.ts';
import { MemoryTable, TableError } from './table.ts';
import { type VendorEndpoint, VendorLog } from './vendor.ts';

/** Longer than any pause of a run: a connection that ends while a request is sent would be an error of the bench. */
const KEEP_ALIVE_MS = 600_000;

/** A delivery stream that has always been there. */
const DESCRIPTION = '{"DeliveryStreamDescription":{"CreateTimestamp":1}}';

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Everything that a function talks to, in one server: the vendors, Firehose, the table and Secrets Manager. */
export class Endpoints {
  latency: Latency = {};
  /** Milliseconds that the clock of the endpoints is ahead of this machine's. */
  ahead = 0;
  readonly table = new MemoryTable();
  readonly counting = new Counting();
  readonly #vendors: ReadonlyMap<string, VendorEndpoint>;
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #logs = new Map<string, VendorLog>();

  /** @param secrets the text of each secret by its name */
  constructor(vendors: ReadonlyMap<string, VendorEndpoint>, secrets: Readonly<Record<string, string>>) {
    this.#vendors = vendors;
    this.#secrets = secrets;
  }

  fill(source: string, shape: LogShape): void {
    const vendor = this.#vendors.get(source);
    if (!vendor) throw new Error(`There is no endpoint for ${source}.`);
    this.#logs.set(source, new VendorLog(shape, (at, time) => vendor.row(at, time)));
    // Contents are made before anybody asks, so that the first pages are as fast as the others.
    for (let at = 0; at < Math.min(shape.rows, 200_000); at++) vendor.row(at, shape.from);
  }

  /** Returns the port. */
  async listen(): Promise<number> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target'] ?? '');
    const service = serviceOf(target);
    this.counting.begin(service);
    const begun = performance.now();
    const due = begun + (this.latency[service] ?? 0);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (service !== 'delivery') this.counting.now[service].bytes += body.length;
    const { status, headers, body: text } = this.#answer(service, request, { target, body });
    const left = due - performance.now();
    if (left > 0) await wait(left);
    this.counting.end(service, performance.now() - begun);
    const bytes = Buffer.from(text);
    const date = new Date(Date.now() + this.ahead).toUTCString();
    response.writeHead(status, { ...headers, date, 'content-length': bytes.length }).end(bytes);
  }

  #answer(service: ServiceName, request: IncomingMessage, { target, body }: Called): Reply {
    try {
      if (service === 'vendor') return this.#askVendor(request);
      if (target.endsWith('.DescribeDeliveryStream')) return aws(DESCRIPTION);
      if (service === 'delivery') return aws(putRecordBatch(body, this.counting.now.delivery));
      const operation = target.split('.')[1] ?? '';
      const input = JSON.parse(body.toString()) as Record<string, unknown>;
      if (service === 'secrets') return aws(JSON.stringify(this.#secret(operation, String(input.SecretId))));
      count(this.counting.now.table.byKind, operation);
      return aws(JSON.stringify(this.table.call(operation, input)));
    } catch (thrown) {
      const { message } = thrown as Error;
      const type = thrown instanceof TableError ? thrown.type : 'ValidationException';
      return aws(JSON.stringify({ __type: `bench#${type}`, message }), 400);
    }
  }

  #askVendor(request: IncomingMessage): Reply {
    const [, source = '', path = '/'] = /^\/([\w-]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const [vendor, log] = [this.#vendors.get(source), this.#logs.get(source)];
    const url = new URL(path, `http://${request.headers.host}`);
    const reply = log && vendor?.answer({ method: request.method ?? 'GET', url, base: `${url.origin}/${source}` }, log);
    if (!reply) return { status: 404, headers: { 'content-type': 'text/plain' }, body: `There is no ${request.url}.` };
    const { rows = 0 } = reply;
    const counters = this.counting.now.vendor;
    counters.rows += rows;
    if (rows > 0) counters.pages++;
    return { status: 200, headers: { 'content-type': reply.type, ...reply.headers }, body: reply.body };
  }

  #secret(operation: string, name: string): object {
    const text = this.#secrets[name];
    if (operation !== 'GetSecretValue' || text === undefined) throw new Error(`There is no ${operation} of ${name}.`);
    return {
      Name: name,
      ARN: `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}`,
      VersionId: VERSION,
      SecretString: text,
    };
  }
}

const VERSION = '5c1e9c3e-7d1e-4a43-9a3c-0c1b7f1f2a10';

interface Called {
  readonly target: string;
  readonly body: Buffer;
}

function serviceOf(target: string): ServiceName {
  if (target.startsWith('Firehose')) return 'delivery';
  if (target.startsWith('DynamoDB')) return 'table';
  return target.startsWith('secretsmanager') ? 'secrets' : 'vendor';
}

function aws(body: string, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
