import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { answerControl, CONTROL_PATH } from './control.ts';
import type { Switches } from './fault-switches.ts';
import type { ServerFaults } from './faults.ts';
import { type Reply, sendReply } from './send-reply.ts';
import type { Counters } from './simulator.ts';

/** One request to a vendor. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What a vendor brings: its answers, and how it words the failures that every vendor can have. */
export interface Service {
  /** The content type of its good answers. */
  readonly contentType: string;
  answer(call: Call): Reply;
  throttled(fault: NonNullable<ServerFaults['throttle']>, call: Call): Reply;
  broken(status: number, call: Call): Reply;
  reset(): void;
}

/** A vendor's server on loopback. */
export interface SimulatorServer {
  readonly origin: string;
  readonly control: string;
  readonly counters: Counters;
  reset(): void;
  stop(): Promise<void>;
}

const MAINTENANCE =
  '<!doctype html><html><head><title>Scheduled maintenance</title></head><body><h1>We will be back soon</h1></body></html>';

/** Serves a vendor on 127.0.0.1 and lets the switched faults happen to its answers. */
export async function startSimulatorServer(
  service: Service,
  switches: Switches<ServerFaults>,
  options: { readonly port: number; readonly now: () => number },
): Promise<SimulatorServer> {
  const counters: Counters = { requests: 0, rowsServed: 0, byPath: {}, byStatus: {} };
  const reset = () => {
    switches.reset();
    service.reset();
    Object.assign(counters, { requests: 0, rowsServed: 0, byPath: {}, byStatus: {} });
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      // A mistake of the simulator itself must not look like a vendor's fault.
      if (response.headersSent) response.destroy(error);
      else
        sendReply(
          response,
          { status: 500, headers: { 'content-type': 'text/plain' }, body: `simulator: ${error.stack}` },
          {},
        );
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin());
    const body = await readAll(request);
    if (url.pathname === CONTROL_PATH || url.pathname.startsWith(`${CONTROL_PATH}/`)) {
      const reply = answerControl(request.method ?? 'GET', url.pathname, body, { switches, counters, reset });
      return sendReply(response, reply, {});
    }
    counters.requests++;
    counters.byPath[url.pathname] = (counters.byPath[url.pathname] ?? 0) + 1;
    const isTouched = (request.url ?? '').includes(switches.faults.where ?? '');
    if (isTouched && switches.faults.latencyMs) await wait(switches.faults.latencyMs, undefined, { ref: false });
    if (isTouched && switches.strikes('hang')) {
      count('none');
      return;
    }
    const call = { method: request.method ?? 'GET', url, headers: request.headers, body };
    const reply = (isTouched ? strike(service, switches, call) : undefined) ?? service.answer(call);
    count(reply.isLost ? 'none' : String(reply.status));
    if (reply.isLost) {
      response.destroy();
      return;
    }
    counters.rowsServed += reply.rows ?? 0;
    const date = new Date(options.now() + (switches.faults.clockSkewSeconds ?? 0) * 1000).toUTCString();
    const cut = isTouched ? switches.strikes('cut') : undefined;
    const slowBody = isTouched ? switches.faults.slowBody : undefined;
    sendReply(
      response,
      { ...reply, headers: { date, ...reply.headers } },
      { ...(cut && { cut }), ...(slowBody && { slowBody }) },
    );
  }

  function count(status: string): void {
    counters.byStatus[status] = (counters.byStatus[status] ?? 0) + 1;
  }

  function origin(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    origin: origin(),
    control: `${origin()}${CONTROL_PATH}`,
    counters,
    reset,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** The faults that answer in the vendor's place. */
function strike(service: Service, switches: Switches<ServerFaults>, call: Call): Reply | undefined {
  const redirect = switches.strikes('redirect');
  if (redirect) return { status: redirect.status ?? 302, headers: { location: redirect.to }, body: '' };
  const throttle = switches.strikes('throttle');
  if (throttle) return service.throttled(throttle, call);
  const error = switches.strikes('error');
  if (error) {
    const reply = service.broken(error.status ?? 503, call);
    const headers = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) };
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }
  if (switches.strikes('html'))
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: MAINTENANCE };
  const body = switches.strikes('body');
  return body && { status: 200, headers: { 'content-type': body.type ?? service.contentType }, body: body.text };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
