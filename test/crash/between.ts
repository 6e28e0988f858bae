import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { InFlight } from './in-flight.ts';
import { type Step, StepTeller } from './steps.ts';

/** Before the other side has done it, or after, when only the answer is missing. */
export type Moment = 'before' | 'after';

/** What stands between a worker and the world. */
export interface Between {
  readonly awsUrl: string;
  /** Origins of the vendor are replaced by this one. */
  readonly vendorUrl: string;
  /** How often each step has come by. */
  readonly counts: ReadonlyMap<Step, number>;
  /** When the checkpoint was first written after that (milliseconds of the monotonic clock). */
  progressAfter(time: number): number | undefined;
  /** Waits for what is under way when a worker has ended; says what it had in flight. Throws what went wrong in between. */
  workerEnded(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** Where the services are, by the first part of a request's target. */
export type Services = Readonly<Record<string, string>>;

const PROGRESS: ReadonlySet<Step> = new Set([
  'checkpoint committed',
  'pending committed',
  'promoted',
  'lease returned',
]);

/**
 * Passes requests on to the services and to the vendor, and looks at each before and after it has been carried out.
 *
 * @param onStep says whether the answer may go back to the worker, or whether the worker is dead by now
 */
export async function startBetween(
  services: Services,
  vendorOrigin: string,
  onStep: (step: Step, nth: number, moment: Moment) => 'go-on' | 'dead',
): Promise<Between> {
  const teller = new StepTeller();
  const counts = new Map<Step, number>();
  const progress: number[] = [];
  const inFlight = new InFlight();
  const underWay = new Set<Promise<void>>();
  let trouble: unknown;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse, kind: 'aws' | 'vendor'): Promise<void> {
    const body = await buffer(incoming);
    const target = String(incoming.headers['x-amz-target'] ?? '');
    const asked = (kind === 'vendor' ? {} : JSON.parse(body.toString() || '{}')) as Record<string, unknown>;
    const step = kind === 'vendor' ? teller.vendor(incoming.method ?? '') : teller.aws({ target, body: asked });
    const nth = (step && (counts.get(step) ?? 0) + 1) ?? 0;
    if (step) counts.set(step, nth);
    if (step && onStep(step, nth, 'before') === 'dead') return void outgoing.destroy();
    const to = kind === 'vendor' ? vendorOrigin : services[target.split(/[_.]/)[0] ?? ''];
    if (to === undefined) throw new Error(`nobody takes ${target}`);
    const url = new URL(incoming.url ?? '/', to);
    // A signature is about the host that the worker knows.
    const host = kind === 'vendor' ? url.host : (incoming.headers.host ?? '');
    const answer = await forward(url, host, incoming, body);
    if (step === 'records put' && answer.status === 200) inFlight.put(asked);
    if (step === 'seen written' && answer.status === 200) inFlight.remember(asked);
    if (step && PROGRESS.has(step)) progress.push(performance.now());
    if (step && onStep(step, nth, 'after') === 'dead') return void outgoing.destroy();
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const [aws, vendor] = (['aws', 'vendor'] as const).map((kind) =>
    createServer((incoming, outgoing) => {
      const passing = pass(incoming, outgoing, kind).catch((thrown) => {
        // A worker that dies leaves its own requests half sent.
        if (!incoming.destroyed || incoming.complete) trouble ??= thrown;
        outgoing.destroy();
      });
      underWay.add(passing);
      passing.finally(() => underWay.delete(passing));
    }).listen(0, '127.0.0.1'),
  ) as [ReturnType<typeof createServer>, ReturnType<typeof createServer>];
  await Promise.all([aws, vendor].map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const urlOf = (server: typeof aws) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const vendorUrl = urlOf(vendor);

  function forward(url: URL, host: string, incoming: IncomingMessage, body: Buffer) {
    const headers = { ...incoming.headers, host };
    return new Promise<{ status: number; headers: Record<string, string | string[]>; body: Buffer }>(
      (resolve, reject) => {
        const sent = request(url, { method: incoming.method ?? 'GET', headers }, async (answer) => {
          const text = await buffer(answer);
          // A vendor links to itself; the worker knows it by the name that we gave.
          const body = Buffer.from(text.toString('latin1').replaceAll(url.origin, vendorUrl), 'latin1');
          const { 'content-length': _, 'transfer-encoding': __, ...rest } = answer.headers;
          resolve({ status: answer.statusCode ?? 502, headers: rest as Record<string, string>, body });
        });
        sent.on('error', reject).end(body);
      },
    );
  }

  return {
    awsUrl: urlOf(aws),
    vendorUrl,
    counts,
    progressAfter: (time) => progress.find((at) => at > time),
    async workerEnded() {
      await Promise.all(underWay);
      if (trouble !== undefined) throw trouble;
      return inFlight.end();
    },
    async close() {
      for (const server of [aws, vendor]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
