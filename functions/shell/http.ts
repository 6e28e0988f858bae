import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { NetworkError, TidemarkError, UnreadableError } from '../core/errors.ts';
import type { Answer, Request } from '../core/model.ts';
import { type Duration, MILLISECOND } from '../core/time.ts';

/** No answer of a paged API is larger; an endless one, packed or not, ends here. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;

const USER_AGENT = 'tidemark/0.1';

let agent: InstanceType<typeof Agent> | undefined;

/** One GET, with the connection's credentials, to the connection's own origin and nowhere else. Redirects are not followed. */
export async function get(
  origin: string,
  asked: Request,
  credentials: Readonly<Record<string, string>>,
  timeout: Duration,
  stop: AbortSignal | undefined,
): Promise<Answer> {
  const url = resolve(origin, asked.url);
  agent ??= new Agent({ connect: { timeout: 10_000 }, keepAliveTimeout: 10_000, maxHeaderSize: 32 * 1024 });
  const timer = AbortSignal.timeout(Math.max(1, Math.ceil(timeout / MILLISECOND)));
  const signal = stop ? AbortSignal.any([timer, stop]) : timer;
  try {
    const answer = await request.call(agent, {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'user-agent': USER_AGENT,
        ...asked.headers,
        ...credentials,
      },
      signal,
    });
    const headers = flat(answer.headers);
    return {
      status: answer.statusCode,
      headers,
      text: await readBody(answer.body, headers['content-encoding'], signal),
    };
  } catch (thrown) {
    if (thrown instanceof UnreadableError) throw thrown;
    if (timer.aborted)
      throw new NetworkError(`${url.host} did not answer within ${Math.round(timeout / MILLISECOND)} ms`, thrown);
    throw new NetworkError(`${url.host}: ${describe(thrown)}`, thrown);
  }
}

/** A path goes below the origin's own; a whole URL, as vendors give for the next page, must have the very same origin. */
export function resolve(origin: string, asked: string): URL {
  const base = new URL(origin);
  if (asked.startsWith('/') && !asked.startsWith('//')) {
    return new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}${asked}`);
  }
  const url = URL.canParse(asked) ? new URL(asked) : undefined;
  if (url?.origin === base.origin && url.username === '' && url.password === '') return url;
  throw new TidemarkError(
    'origin',
    'receiving',
    `The vendor’s answer leads to ${url ? `${url.protocol}//${url.host}` : 'something that is no URL'}, and the credentials are for ${base.origin} only.`,
    'If the vendor has moved, set the new origin in the connection. Otherwise somebody is trying to get at the credentials: look who answers for that host.',
  );
}

async function readBody(body: Readable, encoding: string | undefined, signal: AbortSignal): Promise<string> {
  const unpacked = unpack(body, encoding);
  const chunks: Buffer[] = [];
  let size = 0;
  const abort = () => unpacked.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of unpacked) {
      size += (chunk as Buffer).length;
      if (size > MOST_BODY_BYTES)
        throw new UnreadableError(`The vendor’s answer is larger than ${MOST_BODY_BYTES >> 20} MiB.`);
      chunks.push(chunk as Buffer);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    body.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unpack(body: Readable, encoding: string | undefined): Readable {
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') return body;
  const make = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }[kind];
  if (!make)
    throw new UnreadableError(`The vendor’s answer is packed as ${kind.slice(0, 40)}, which was not asked for.`);
  const unpacker = make();
  body.on('error', (failure) => unpacker.destroy(failure));
  return body.pipe(unpacker);
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) lines[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return lines;
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' ? `${code}: ${thrown.message}` : thrown.message;
}
