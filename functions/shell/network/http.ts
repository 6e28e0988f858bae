import type { Dispatcher } from 'undici';
import { NetworkError, TidemarkError, UnreadableError } from '../../core/errors.ts';
import type { Answer, Request } from '../../core/model.ts';
import { below } from '../../core/requests/origin.ts';
import { methodOf } from '../../core/requests/request-body.ts';
import { type Duration, MILLISECOND } from '../../core/time.ts';
import { connectionsTo } from './connections.ts';
import { exchange } from './exchange.ts';

/** Maximum size of an answer, packed and unpacked. Real pages are smaller; it stops an endless answer. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

const HEADERS = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': 'tidemark/0.1' };

/** Warm connections to one origin. They last for one run only, because they would be dead after a Lambda was frozen. */
export class Http {
  readonly #origin: string;
  readonly #stop: AbortSignal | undefined;
  #connections: Promise<Dispatcher> | undefined;

  constructor(origin: string, stop: AbortSignal | undefined) {
    this.#origin = origin;
    this.#stop = stop;
  }

  /** Sends one request, with the credentials, to this origin and nowhere else. Redirects are not followed. */
  async send(asked: Request, credentials: Readonly<Record<string, string>>, timeout: Duration): Promise<Answer> {
    const { origin, host, pathname, search } = resolve(this.#origin, asked.url);
    const { headers: own, body } = asked;
    const request: Dispatcher.DispatchOptions = {
      origin,
      path: pathname + search,
      method: methodOf(asked),
      headers: { ...HEADERS, ...own, ...(body && { 'content-type': body.contentType }), ...credentials },
      body: body?.text ?? null,
    };
    const limits = {
      timeout: Math.max(1, Math.ceil(timeout / MILLISECOND)),
      stop: this.#stop,
      maxBytes: MAX_BODY_BYTES,
    };
    try {
      this.#connections ??= connectionsTo(origin);
      const { status, headers, readText } = await exchange(await this.#connections, request, limits);
      return { status, headers, text: readText() };
    } catch (thrown) {
      if (thrown instanceof UnreadableError) throw thrown;
      throw new NetworkError(`${host}: ${describe(thrown)}`, thrown);
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

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' && !thrown.message.includes(code) ? `${code}: ${thrown.message}` : thrown.message;
}
