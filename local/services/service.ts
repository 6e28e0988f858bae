import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TidemarkError } from '../../functions/core/errors.ts';

/** A server on loopback that stands in for an AWS service. */
export interface Service {
  readonly url: string;
  /** Closes at once: cuts open connections, and waits only for writes in progress. */
  close(): Promise<void>;
}

/** An error as AWS answers it: its name, its message and its HTTP status. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.type = type;
    this.status = status;
  }
}

/** Returned by an operation to cut the connection instead of answering. */
export const NO_ANSWER = Symbol('no answer');

/** The requests that a service accepts: AWS's JSON protocol, and additional pages. */
export interface Protocol {
  /** The name before the dot in X-Amz-Target. */
  readonly target: string;
  readonly jsonVersion: '1.0' | '1.1';
  /** The service's name for an internal error. */
  readonly internalError: string;
  /** Operations by their AWS names. The signal tells that the service is closing. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** Additional pages, by method and path: `GET /_control`. */
  readonly pages?: Readonly<Record<string, Operation>>;
}

/** An operation: takes the parsed request body and returns the response body. */
export type Operation = (input: Record<string, unknown>, closing: AbortSignal) => Promise<object | typeof NO_ANSWER>;

const MAX_BODY_BYTES = 16 * 1024 * 1024;

export interface ServeOptions {
  /** Default: any free one. */
  readonly port?: number | undefined;
  /** The clock in the Date of the answers, in milliseconds since 1970. Default: that of this machine. */
  readonly now?: (() => number) | undefined;
}

/** Starts a service on 127.0.0.1. */
export async function serve(protocol: Protocol, options: ServeOptions = {}): Promise<Service> {
  const { port = 0, now = () => Date.now() } = options;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    const run = answer(protocol, request, response, closing.signal).finally(() => running.delete(run));
    running.add(run);
  });
  // Closing an idle connection just as a client reuses it would look like a lost answer.
  server.keepAliveTimeout = 0;
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, ...running]);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new TidemarkError({
          code: 'config',
          stage: 'saving',
          message: `Port ${port} on 127.0.0.1 cannot be used (${cause.code}).`,
          remedy: 'Stop the program that holds the port, or choose another one.',
          cause,
        }),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(protocol: Protocol, request: IncomingMessage, response: ServerResponse, closing: AbortSignal) {
  const type = `application/x-amz-json-${protocol.jsonVersion}`;
  try {
    refuseBrowsers(request);
    const operation = findOperation(protocol, request);
    const result = await operation(await readJson(request), closing);
    if (result === NO_ANSWER) request.socket.destroy();
    else send(response, 200, { 'content-type': type }, result);
  } catch (thrown) {
    const error = asAwsError(thrown, protocol.internalError);
    const headers = { 'content-type': type, 'x-amzn-errortype': error.type };
    send(response, error.status, headers, { __type: error.type, message: error.message });
  }
}

/** Signatures are not checked, but a page in a browser must neither read nor write here. */
function refuseBrowsers(request: IncomingMessage): void {
  const { origin, host = '', authorization } = request.headers;
  // A foreign host name that resolves to 127.0.0.1 would make a web page look like ours.
  if (origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) {
    throw new AwsError('AccessDeniedException', 'Requests from web pages are refused.', 403);
  }
  if (!authorization) {
    throw new AwsError('MissingAuthenticationTokenException', 'The request has no Authorization header.');
  }
}

function findOperation(protocol: Protocol, request: IncomingMessage): Operation {
  const page = `${request.method} ${request.url}`;
  if (protocol.pages && Object.hasOwn(protocol.pages, page)) return protocol.pages[page] as Operation;
  const [target, name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (request.method !== 'POST' || target !== protocol.target || !Object.hasOwn(protocol.operations, name)) {
    throw new AwsError('UnknownOperationException', `This service does not know ${name || page}.`);
  }
  return protocol.operations[name] as Operation;
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: stopping early would cut the connection before the caller gets the error.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) {
    throw new AwsError('RequestEntityTooLargeException', `A request has at most ${MAX_BODY_BYTES} bytes.`, 413);
  }
  if (bytes === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.');
}

function asAwsError(thrown: unknown, internalError: string): AwsError {
  if (thrown instanceof AwsError) return thrown;
  return new AwsError(internalError, thrown instanceof Error ? thrown.message : String(thrown), 500);
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}
