import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { NetworkError, TidemarkError, UnreadableError } from '../../core/errors.ts';
import type { Answer, Request } from '../../core/model.ts';
import { below } from '../../core/requests/origin.ts';
import { methodOf } from '../../core/requests/request-body.ts';
import { type Duration, MILLISECOND } from '../../core/time.ts';

/** Maximum size of an answer, unpacked. Real pages are smaller; it stops an endless answer. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_HEADER_BYTES = 32 * 1024;

const HEADERS = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': 'tidemark/0.1' };

/** Warm connections to one origin. They last for one run only, because they would be dead after a Lambda was frozen. */
export class Http {
  readonly #origin: string;
  readonly #stop: AbortSignal | undefined;
  readonly #agents = {
    'https:': new Agent({ keepAlive: true, proxyEnv: proxy() }),
    // Plain http is for loopback only, which no proxy reaches.
    'http:': new PlainAgent({ keepAlive: true }),
  };

  constructor(origin: string, stop: AbortSignal | undefined) {
    this.#origin = origin;
    this.#stop = stop;
  }

  /** Sends one request, with the credentials, to this origin and nowhere else. Redirects are not followed. */
  async send(asked: Request, credentials: Readonly<Record<string, string>>, timeout: Duration): Promise<Answer> {
    const url = resolve(this.#origin, asked.url);
    const timeoutMs = Math.max(1, Math.ceil(timeout / MILLISECOND));
    const timer = AbortSignal.timeout(timeoutMs);
    const signal = this.#stop ? AbortSignal.any([timer, this.#stop]) : timer;
    try {
      const { headers: own, body } = asked;
      const sent = { ...HEADERS, ...own, ...(body && { 'content-type': body.contentType }), ...credentials };
      // The signal does not end a proxy tunnel that is still being opened: this timeout does, a little later than the signal.
      const options = { method: methodOf(asked), headers: sent, signal, timeout: timeoutMs + 100 };
      const answer = await this.#exchange(url, options, body?.text);
      const headers = flat(answer.headers);
      return { status: answer.statusCode ?? 0, headers, text: await readBody(answer, headers['content-encoding']) };
    } catch (thrown) {
      if (thrown instanceof UnreadableError) throw thrown;
      const why = timer.aborted ? `no answer within ${Math.round(timeout / MILLISECOND)} ms` : describe(thrown);
      throw new NetworkError(`${url.host}: ${why}`, thrown);
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #exchange(url: URL, options: Exchange, body: string | undefined): Promise<IncomingMessage> {
    const all = { ...options, maxHeaderSize: MAX_HEADER_BYTES };
    return new Promise((resolve, reject) => {
      options.signal.addEventListener('abort', () => reject(options.signal.reason), { once: true });
      const sent: ClientRequest =
        url.protocol === 'https:'
          ? request(url, { ...all, agent: this.#agents['https:'] })
          : requestPlain(url, { ...all, agent: this.#agents['http:'] });
      // An error after the answer began reaches whoever reads its body.
      sent.on('response', resolve).on('error', reject).end(body);
    });
  }
}

/** One request in the form that Node takes. */
interface Exchange {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly timeout: number;
}

/** The proxy, by the usual environment variables. It sees only the host name of a request. Node itself reads NODE_EXTRA_CA_CERTS for a private certificate authority. */
function proxy(): Record<string, string | undefined> {
  const { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = process.env;
  return { HTTPS_PROXY: HTTPS_PROXY ?? https_proxy, NO_PROXY: NO_PROXY ?? no_proxy };
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

async function readBody(body: IncomingMessage, encoding: string | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unpack(body, encoding)) {
      size += (chunk as Buffer).length;
      if (size > MAX_BODY_BYTES) {
        throw new UnreadableError(`The vendor’s answer is larger than ${MAX_BODY_BYTES >> 20} MiB.`);
      }
      chunks.push(chunk as Buffer);
    }
  } finally {
    if (!body.complete) body.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unpack(body: Readable, encoding: string | undefined): Readable {
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') return body;
  const make = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }[kind];
  if (!make) {
    body.destroy();
    // A long name is not repeated: it may be an echo, and a secret that is cut short is not masked.
    const named = /^[a-z0-9-]{1,20}$/.test(kind) ? kind : 'something unknown';
    throw new UnreadableError(`The vendor’s answer is packed as ${named}, which was not asked for.`);
  }
  const unpacker = make();
  body.on('error', (failure) => unpacker.destroy(failure));
  return body.pipe(unpacker);
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) lines[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return lines;
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' && !thrown.message.includes(code) ? `${code}: ${thrown.message}` : thrown.message;
}
