import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { answerControl } from './control.ts';
import { CONTROL_PATH, type Control, controlAt, refuseControl } from './control-access.ts';
import type { Switches } from './fault-switches.ts';
import type { ServerFaults } from './faults.ts';
import { type Reply, sendReply } from './send-reply.ts';
import type { Counters } from './simulator.ts';

/** One request to a simulator. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The part of a server that differs between vendors: its answers, and the form of failures that every vendor can have. */
export interface Service {
  /** The content type of its successful answers. */
  readonly contentType: string;
  answer(call: Call): Reply;
  throttled(fault: NonNullable<ServerFaults['throttle']>, call: Call): Reply;
  broken(status: number, call: Call): Reply;
  reset(): void;
}

/** A running server on 127.0.0.1. */
export interface SimulatorServer {
  readonly origin: string;
  readonly control: Control;
  readonly counters: Counters;
  reset(): void;
  stop(): Promise<void>;
}

const PLAIN_TEXT = { 'content-type': 'text/plain' };
const MAINTENANCE =
  '<!doctype html><html><head><title>Scheduled maintenance</title></head><body><h1>We will be back soon</h1></body></html>';

/** Serves a vendor's answers on 127.0.0.1, with the faults that are switched on. */
export async function startSimulatorServer(
  service: Service,
  switches: Switches<ServerFaults>,
  { port, now, controlToken }: { readonly port: number; readonly now: () => number; readonly controlToken?: string },
): Promise<SimulatorServer> {
  const answering = new Answering(service, switches, now);
  // Known once there is a port; nothing is answered before.
  let control: Control;
  const server = createServer((request, response) => {
    answering.handle(request, response, control).catch((error: Error) => {
      // A bug of the simulator must not look like a fault of the vendor.
      if (response.headersSent) response.destroy(error);
      else sendReply(response, { status: 500, headers: PLAIN_TEXT, body: `simulator: ${error.stack}` }, {});
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  control = controlAt(origin, controlToken);
  return {
    origin,
    control,
    counters: answering.counters,
    reset: () => answering.reset(),
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** Answers requests, lets faults strike, and counts. */
class Answering {
  readonly counters: Counters = { requests: 0, rowsServed: 0, byPath: {}, byStatus: {} };
  readonly #service: Service;
  readonly #switches: Switches<ServerFaults>;
  readonly #now: () => number;

  constructor(service: Service, switches: Switches<ServerFaults>, now: () => number) {
    this.#service = service;
    this.#switches = switches;
    this.#now = now;
  }

  reset(): void {
    this.#switches.reset();
    this.#service.reset();
    Object.assign(this.counters, { requests: 0, rowsServed: 0, byPath: {}, byStatus: {} });
  }

  async handle(request: IncomingMessage, response: ServerResponse, control: Control): Promise<void> {
    const { method = 'GET', url: target = '/', headers, socket } = request;
    const url = new URL(target, `http://127.0.0.1:${socket.localPort}`);
    const isControl = url.pathname === CONTROL_PATH || url.pathname.startsWith(`${CONTROL_PATH}/`);
    const refusal = isControl ? refuseControl(control, headers) : undefined;
    if (refusal) return sendReply(response, refusal, {});
    const body = await readAll(request);
    if (isControl) {
      const controlled = { switches: this.#switches, counters: this.counters, reset: () => this.reset() };
      return sendReply(response, answerControl(method, url.pathname, body, controlled), {});
    }
    this.counters.requests++;
    this.counters.byPath[url.pathname] = (this.counters.byPath[url.pathname] ?? 0) + 1;
    const { faults } = this.#switches;
    const isTarget = target.includes(faults.where ?? '');
    if (isTarget && faults.latencyMs) await wait(faults.latencyMs, undefined, { ref: false });
    if (isTarget && this.#switches.strikes('hang')) return this.#countStatus('none');
    const call = { method, url, headers, body };
    const reply = (isTarget ? strike(this.#service, this.#switches, call) : undefined) ?? this.#service.answer(call);
    this.#send(response, reply, isTarget);
  }

  #send(response: ServerResponse, reply: Reply, isTarget: boolean): void {
    this.#countStatus(reply.isLost ? 'none' : String(reply.status));
    if (reply.isLost) {
      response.destroy();
      return;
    }
    this.counters.rowsServed += reply.rows ?? 0;
    const { clockSkewSeconds = 0, slowBody } = this.#switches.faults;
    const date = new Date(this.#now() + clockSkewSeconds * 1000).toUTCString();
    const cut = isTarget ? this.#switches.strikes('cut') : undefined;
    sendReply(
      response,
      { ...reply, headers: { date, ...reply.headers } },
      { ...(cut && { cut }), ...(isTarget && slowBody && { slowBody }) },
    );
  }

  #countStatus(status: string): void {
    this.counters.byStatus[status] = (this.counters.byStatus[status] ?? 0) + 1;
  }
}

/** The answer of a fault that strikes in place of the vendor's own; undefined if none does. */
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
