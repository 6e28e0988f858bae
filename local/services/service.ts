import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Signatures } from './access/signature.ts';
import { AwsError } from './aws-error.ts';

/** A server on loopback that stands in for an AWS service. */
export interface Service {
  readonly url: string;
  /** Closes at once: cuts open connections, and waits only for writes in progress. */
  close(): Promise<void>;
}

/** Returned by an operation to cut the connection instead of answering. */
export const NO_ANSWER = Symbol('no answer');

/** The requests that a service accepts: AWS's JSON protocol, and additional pages. */
export interface Protocol {
  /** The name before the dot in X-Amz-Target. */
  readonly target: string;
  /** The service's name in the scope of a signature. */
  readonly signedAs: string;
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

/** Where a service shows that it has the key, too: who finds a port must not take just anybody there for the service. */
export const PROOF_PATH = '/_proof';

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Starts a service on 127.0.0.1, for those only whose signatures are right; without a port, on any free one. */
export async function serve(protocol: Protocol, signatures: Signatures, port = 0): Promise<Service> {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const run = answer({ protocol, signatures, closing: closing.signal }, request, response).finally(() =>
      running.delete(run),
    );
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

interface Serving {
  readonly protocol: Protocol;
  readonly signatures: Signatures;
  readonly closing: AbortSignal;
}

async function answer({ protocol, signatures, closing }: Serving, request: IncomingMessage, response: ServerResponse) {
  const { method = '', url: path = '', headers } = request;
  // The SDK sets its clock by this date.
  const sent = {
    date: new Date(signatures.now()).toUTCString(),
    'content-type': `application/x-amz-json-${protocol.jsonVersion}`,
  };
  try {
    refuseBrowsers(request);
    const verify = signatures.admit({ method, path, headers }, protocol.signedAs);
    const body = await readBody(request);
    verify(body);
    const operation = findOperation(protocol, signatures, request);
    const result = await operation(parseBody(body), closing);
    if (result === NO_ANSWER) request.socket.destroy();
    else send(response, 200, sent, result);
  } catch (thrown) {
    const error = asAwsError(thrown, protocol.internalError);
    const body = { __type: error.type, message: error.message };
    send(response, error.status, { ...sent, 'x-amzn-errortype': error.type }, body);
  }
}

/** A page in a browser cannot sign, but must not even learn what listens here. */
function refuseBrowsers(request: IncomingMessage): void {
  const { origin, host = '' } = request.headers;
  // A foreign host name that resolves to 127.0.0.1 would make a web page look like ours.
  if (origin === undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return;
  throw new AwsError('AccessDeniedException', 'Requests from web pages are refused.', 403);
}

function findOperation(protocol: Protocol, signatures: Signatures, request: IncomingMessage): Operation {
  const page = `${request.method} ${request.url}`;
  if (page === `POST ${PROOF_PATH}`) return async ({ challenge }) => ({ proof: signatures.prove(String(challenge)) });
  if (protocol.pages && Object.hasOwn(protocol.pages, page)) return protocol.pages[page] as Operation;
  const [target, name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (request.method !== 'POST' || target !== protocol.target || !Object.hasOwn(protocol.operations, name)) {
    throw new AwsError('UnknownOperationException', `This service does not know ${name || page}.`);
  }
  return protocol.operations[name] as Operation;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
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
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

function parseBody(text: Buffer): Record<string, unknown> {
  if (text.length === 0) return {};
  try {
    const body: unknown = JSON.parse(text.toString());
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
