import { pipeline, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { TooLargeError } from '../../core/errors.ts';
import { Flow } from './flow.ts';
import { Pieces } from './pieces.ts';
import { tooLarge, type Unpack, unpackerOf, type WholeText } from './unpack.ts';

/** The answer to one request. */
interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacks and decodes the body: as a text, or piece by piece if it is too large for that and may be. */
  readonly read: () => WholeText | AsyncIterable<string>;
}

export interface ExchangeLimits {
  /** Milliseconds from the beginning to the last byte. */
  readonly timeout: number;
  readonly stop: AbortSignal | undefined;
  readonly maxBytes: number;
  /** Whether the body of a 2xx answer may be larger: then it comes in pieces. */
  readonly mayFlow: boolean;
}

/** A run stops some seconds before its end, and then nothing may last longer. */
const LONGEST_SILENCE = 15_000;

/** Sends one request, once, and receives its answer. It ends at the time-out or at the stop signal, also while it waits for a connection. */
export async function exchange(
  connections: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<Received> {
  const received = await dispatch(connections, request, limits);
  // Until the event loop has turned once, the connection counts as busy, and the next request would open another one.
  await new Promise((turned) => setImmediate(turned));
  return received;
}

function dispatch(
  connections: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { timeout, stop, maxBytes, mayFlow }: ExchangeLimits,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const body = new Pieces();
    let flow: Flow | undefined;
    let status = 0;
    let headers: Record<string, string> = {};
    let unpack: Unpack;
    let controller: Dispatcher.DispatchController | undefined;
    let failure: Error | undefined;

    const fail = (reason: Error) => {
      failure = reason;
      settle();
      flow?.destroy(reason);
      reject(reason);
      controller?.abort(reason);
    };
    const onStop = () => fail(stop?.reason);
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeout} ms`)), timeout);
    const settle = () => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', onStop);
    };
    if (stop?.aborted) return onStop();
    stop?.addEventListener('abort', onStop);

    connections.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        // It ended while it waited for a connection: now it is not even sent.
        if (failure) started.abort(failure);
      },
      // An answer may be preceded by informational ones.
      onResponseStart(_, code, fields) {
        [status, headers] = [code, flat(fields)];
        if (code >= 200) unpack = unpackerOf(headers['content-encoding'], maxBytes);
      },
      onResponseData(receiving, piece) {
        if (flow) return flow.add(piece);
        body.add(piece);
        if (body.size <= maxBytes) return;
        if (!mayFlow || !isSuccess(status)) return fail(tooLarge(maxBytes, unpack.beginning(body.take())));
        clearTimeout(timer);
        const begun = new Flow(body.take(), receiving, {
          timeout: Math.min(timeout, LONGEST_SILENCE),
          ended: settle,
        });
        flow = begun;
        resolve({ status, headers, read: () => textsOf(begun, unpack) });
      },
      onResponseEnd() {
        if (flow) return flow.end();
        settle();
        resolve({ status, headers, read: () => textOrTexts(body.take(), unpack, mayFlow && isSuccess(status)) });
      },
      // Also after an exception of the functions above.
      onResponseError(_, reason) {
        settle();
        flow?.destroy(reason);
        reject(reason);
      },
    });
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The text of a body. Pieces of it if it is too large, which a packed body may turn out to be only when it is unpacked. */
function textOrTexts(body: Buffer, unpack: Unpack, mayFlow: boolean): WholeText | AsyncIterable<string> {
  try {
    return unpack.text(body);
  } catch (thrown) {
    if (mayFlow && thrown instanceof TooLargeError) return textsOf(Readable.from([body]), unpack);
    throw thrown;
  }
}

async function* textsOf(body: Readable, unpack: Unpack): AsyncGenerator<string> {
  const unpacking = unpack.stream();
  // An error of the one ends the other, and whoever reads gets it.
  const unpacked = unpacking ? pipeline(body, unpacking, () => undefined) : body;
  const decoder = new TextDecoder();
  for await (const piece of unpacked) yield decoder.decode(piece as Buffer, { stream: true });
  yield decoder.decode();
}

/** Headers of which only the first counts, as in Node: a list of them would mean nothing. */
const SINGLE = new Set([
  'age',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'server',
]);

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) lines[name] = SINGLE.has(name) ? (value[0] ?? '') : value.join(', ');
    else if (value !== undefined) lines[name] = value;
  }
  return lines;
}
