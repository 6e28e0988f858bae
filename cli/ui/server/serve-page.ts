import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { Access } from './access.ts';
import { safeHeaders, sendBounce, sendJson, sendNotice } from './answers.ts';
import { type Assets, readAssets } from './assets.ts';

/** A question of the page. GET questions read, POST questions change something. */
export type Answerer = (input: Readonly<Record<string, unknown>>) => Promise<object>;

/** What the page can ask, by method and path, such as `GET /api/events`. */
export interface Api {
  readonly answerers: Readonly<Record<string, Answerer>>;
  /** Begins to tell a page what is going on; returns what ends that. */
  follow(tell: (state: object) => void): () => void;
}

/** A page that is being served. */
export interface ServedPage {
  /** What a person opens. It works once. */
  readonly address: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How often a silent stream says that it is still there. */
const HEARTBEAT_MS = 15_000;
const LIVE_PATH = '/api/live';

interface Serving {
  readonly access: Access;
  readonly assets: Assets;
  readonly headers: Readonly<Record<string, string>>;
  readonly api: Api;
}

/** Serves the page on 127.0.0.1, to those only who have opened its address. Without a port, on any free one. */
export async function servePage(api: Api, port = 0): Promise<ServedPage> {
  const assets = await readAssets();
  const headers = safeHeaders(assets.importMapHash);
  // Known once there is a port; nothing is answered before.
  let serving: Serving | undefined;
  const server = createServer((request, response) => {
    if (!serving) return void response.destroy();
    answer(serving, request, response).catch((thrown: unknown) => fail(response, thrown));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (failure: NodeJS.ErrnoException) => reject(cannotListen(port, failure)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const access = new Access(taken);
  serving = { access, assets, headers, api };
  return {
    address: `http://127.0.0.1:${taken}${access.path}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(serving.headers)) response.setHeader(name, value);
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (!url) return sendJson(response, 400, { error: { message: 'The path is no path.', remedy: HOW_TO_OPEN } });
  const judgement = serving.access.judge(request, url);
  switch (judgement.do) {
    case 'admit':
      response.writeHead(303, { location: './', 'set-cookie': judgement.cookie }).end();
      return;
    case 'bounce':
      return sendBounce(response);
    case 'refuse':
      return refuse(response, url, judgement.status, judgement.message);
    case 'answer':
      return await serve(serving, request, response, {
        path: serving.access.within(url) ?? '/',
        search: url.searchParams,
      });
  }
}

function refuse(response: ServerResponse, url: URL, status: number, message: string): void {
  const title = status === 401 ? 'This address does not open the page' : 'Refused';
  if (url.pathname.includes('/api/')) sendJson(response, status, { error: { message, remedy: HOW_TO_OPEN } });
  else sendNotice(response, status, title, `${message} ${HOW_TO_OPEN}`);
}

const HOW_TO_OPEN = 'Run “tidemark ui” in the same directory: it prints a new address, which works once.';

/** What is asked for, below the folder of the page. */
interface Asked {
  readonly path: string;
  readonly search: URLSearchParams;
}

async function serve(
  { assets, api }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  { path, search }: Asked,
) {
  const { method = '' } = request;
  if (method === 'GET' && path === LIVE_PATH) return stream(api, response);
  const asset = method === 'GET' ? assets.files.get(path) : undefined;
  if (asset) return void response.writeHead(200, { 'content-type': asset.type }).end(asset.body);
  const asked = `${method} ${path}`;
  const answerer = Object.hasOwn(api.answerers, asked) ? api.answerers[asked] : undefined;
  if (!answerer)
    return sendJson(response, 404, { error: { message: `There is no ${asked}.`, remedy: 'Load the page again.' } });
  const input = method === 'GET' ? Object.fromEntries(search) : await readJson(request);
  sendJson(response, 200, await answerer(input));
}

/** Server-sent events: one message for each change, for as long as the page is open. */
function stream(api: Api, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const stop = api.follow((state) => {
    // A page that does not read, for example of a machine that sleeps, misses states: each one says everything.
    if (response.writableLength < MAX_UNREAD_BYTES) response.write(`data: ${JSON.stringify(state)}\n\n`);
  });
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
  response.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: stopping early would cut the connection before the page gets the error.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) throw wrong(`The request has ${bytes} bytes, wanted at most ${MAX_BODY_BYTES}.`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // The error below says it.
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw wrong('The request is not one JSON object.');
}

function wrong(message: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy: 'Load the page again.' });
}

function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) return void response.destroy();
  const { message, remedy } = thrown instanceof TidemarkError ? thrown : unexpected(thrown);
  const isWrongUse = thrown instanceof TidemarkError && thrown.code === 'config';
  sendJson(response, isWrongUse ? 400 : 502, { error: { message, remedy } });
}

function unexpected(thrown: unknown): { message: string; remedy: string } {
  return {
    message: thrown instanceof Error ? thrown.message : String(thrown),
    remedy: 'Try again. If it stays, look at what tidemark has written to its terminal.',
  };
}

function cannotListen(port: number, failure: NodeJS.ErrnoException): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The page cannot be served on port ${port} of 127.0.0.1: ${failure.message}`,
    remedy: 'Name another port with --port, or none for any free one.',
    cause: failure,
  });
}
