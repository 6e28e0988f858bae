import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a server got it. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server on loopback that remembers what it is asked. */
export class LoopbackServer {
  readonly got: Got[] = [];
  /** How it answers, until a test says otherwise. */
  answer: (got: Got) => Reply;
  readonly #server: Server;

  constructor(answer: (got: Got) => Reply) {
    this.answer = answer;
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = '', url = '', headers } = request;
      const got = { method, url, headers, body: Buffer.concat(chunks).toString() };
      this.got.push(got);
      const { status = 200, headers: own = {}, body = {} } = this.answer(got);
      response.writeHead(status, { 'content-type': 'application/json', ...own });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

/** The rows of the made-up vendor, its tokens, and its pages of four rows. */
export class MadeUpVendor {
  readonly login = new LoopbackServer(() => this.#giveToken());
  readonly api = new LoopbackServer((got) => this.answer(got));
  readonly rows: { readonly at: number; readonly text: string }[] = [];
  readonly tokens: string[] = [];
  /** Tokens that it accepts no more. */
  readonly revoked = new Set<string>();
  expiresIn: number | string | undefined = 3_600;
  /** Replies that are used up before rows are shown. */
  readonly faults: Reply[] = [];

  #giveToken(): Reply {
    const token = `EXAMPLE-access-token+/${this.tokens.length}-Qz7k`;
    this.tokens.push(token);
    return { body: { access_token: token, token_type: 'Bearer', expires_in: this.expiresIn } };
  }

  answer(got: Got): Reply {
    const token = got.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (!this.tokens.includes(token) || this.revoked.has(token)) return { status: 401, body: { token, error: 'no' } };
    const fault = this.faults.shift();
    if (fault) return fault;
    const { pathname, searchParams } = new URL(got.url, this.api.origin);
    const asked = pathname.endsWith('/query') ? JSON.parse(got.body) : Object.fromEntries(searchParams);
    const found = this.rows.filter(({ at }) => at >= Number(asked.from) && at <= Number(asked.to));
    const from = Number(asked.cursor ?? 0);
    const page = found.slice(from, from + 4).map(({ text }) => text);
    const cursor = from + 4 < found.length ? from + 4 : undefined;
    const rows = `{"rows":[${page.join(',')}]${pathname.endsWith('/query') && cursor !== undefined ? `,"cursor":${cursor}` : ''}}`;
    if (pathname.endsWith('/query') || cursor === undefined) return { body: rows };
    searchParams.set('cursor', String(cursor));
    return { body: rows, headers: { link: `<${this.api.origin}${pathname}?${searchParams}>; rel="next"` } };
  }
}
