import type { Dispatcher } from 'undici';
import { Pieces } from './pieces.ts';
import { tooLarge, type Unpack, unpackerOf } from './unpack.ts';

/** The whole answer to one request. */
interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacks and decodes the body. */
  readonly readText: () => string;
}

export interface ExchangeLimits {
  /** Milliseconds from the beginning to the last byte. */
  readonly timeout: number;
  readonly stop: AbortSignal | undefined;
  readonly maxBytes: number;
}

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
  { timeout, stop, maxBytes }: ExchangeLimits,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const body = new Pieces();
    let status = 0;
    let headers: Record<string, string> = {};
    let unpack: Unpack;
    let controller: Dispatcher.DispatchController | undefined;
    let failure: Error | undefined;

    const fail = (reason: Error) => {
      failure = reason;
      settle();
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
      onResponseData(_, piece) {
        body.add(piece);
        if (body.size > maxBytes) fail(tooLarge(maxBytes));
      },
      onResponseEnd() {
        settle();
        resolve({ status, headers, readText: () => unpack(body.take()) });
      },
      // Also after an exception of the functions above.
      onResponseError(_, reason) {
        settle();
        reject(reason);
      },
    });
  });
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
