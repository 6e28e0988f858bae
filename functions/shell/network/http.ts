import type { Dispatcher } from 'undici';
import { NetworkError, TidemarkError, UnreadableError } from '../../core/errors.ts';
import type { Answer, Request } from '../../core/model.ts';
import { below } from '../../core/requests/origin.ts';
import { methodOf } from '../../core/requests/request-body.ts';
import { type Duration, MILLISECOND } from '../../core/time.ts';
import { VERSION } from '../version.ts';
import { answerLimit } from './answer-limit.ts';
import { connectionsTo } from './connections.ts';
import { exchange } from './exchange.ts';

const HEADERS = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': `tidemark/${VERSION}` };

/** Warm connections to one origin. They last for one run only, because they would be dead after a Lambda was frozen. */
export class Http {
  readonly #origin: string;
  readonly #stop: AbortSignal | undefined;
  #connections: Promise<Dispatcher> | undefined;

  constructor(origin: string, stop: AbortSignal | undefined) {
    this.#origin = origin;
    this.#stop = stop;
  }

  /**
   * Sends one request, with the credentials, to this origin and nowhere else. Redirects are not followed.
   *
   * @param atOnce number of requests in flight at the same time, whose answers share the limit
   */
  async send(
    asked: Request,
    credentials: Readonly<Record<string, string>>,
    timeout: Duration,
    atOnce = 1,
  ): Promise<Answer> {
    const { origin, host, pathname, search } = resolve(this.#origin, asked.url);
    const { headers: own, body } = asked;
    const request: Dispatcher.DispatchOptions = {
      origin,
      path: pathname + search,
      method: methodOf(asked),
      headers: { ...HEADERS, ...own, ...(body && { 'content-type': body.contentType }), ...credentials },
      body: body?.text ?? null,
    };
    const limit = answerLimit(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
    const limits = {
      timeout: Math.max(1, Math.ceil(timeout / MILLISECOND)),
      stop: this.#stop,
      // Of answers that are in memory together, one is worked on; the others take half as much.
      maxBytes: Math.floor(atOnce > 1 ? (2 * limit) / atOnce : limit),
      mayFlow: asked.list !== undefined,
    };
    try {
      this.#connections ??= connectionsTo(origin);
      const { status, headers, read } = await exchange(await this.#connections, request, limits);
      const body = read();
      if ('text' in body) return { status, headers, text: body.text, share: body.weight / limit };
      return { status, headers, text: '', pieces: piecesFrom(host, body) };
    } catch (thrown) {
      throw failureOf(host, thrown);
    }
  }

  close(): void {
    // What fails here has failed a request before.
    this.#connections?.then((connections) => connections.destroy()).catch(() => undefined);
  }
}

/** Resolves a path below the origin, which may have a path of its own. A whole URL, as in vendors' links to the next page, must have the same origin. */
export function resolve(origin: string, asked: string): URL {
  const base = new URL(origin);
  if (asked.startsWith('/') && !asked.startsWith('//')) {
    return new URL(below(origin, asked));
  }
  const url = URL.canParse(asked) ? new URL(asked) : undefined;
  // Compared part by part: the origin of blob:https://host/ is https://host.
  const same = url?.protocol === base.protocol && url.host === base.host;
  if (same && url.username === '' && url.password === '') return url;
  throw new TidemarkError({
    code: 'origin',
    stage: 'receiving',
    message: `The vendor’s answer leads to ${url ? `${url.protocol}//${url.host}` : 'something that is no URL'}, and the credentials are for ${base.origin} only.`,
    remedy:
      'If the vendor has moved, set the new origin in the connection. Otherwise somebody is trying to get at the credentials: look who answers for that host.',
  });
}

async function* piecesFrom(host: string, body: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* body;
  } catch (thrown) {
    throw failureOf(host, thrown);
  }
}

function failureOf(host: string, thrown: unknown): unknown {
  return thrown instanceof UnreadableError ? thrown : new NetworkError(`${host}: ${describe(thrown)}`, thrown);
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' && !thrown.message.includes(code) ? `${code}: ${thrown.message}` : thrown.message;
}
