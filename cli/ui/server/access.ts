import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 401 | 403 | 405 | 415;
  readonly message: string;
}

/** What to do with a request: answer it, give it the cookie, let it come again from our own page, or refuse it. */
export type Judgement =
  | { readonly do: 'answer' }
  | { readonly do: 'admit'; readonly cookie: string }
  | { readonly do: 'bounce' }
  | ({ readonly do: 'refuse' } & Refusal);

const ANSWER: Judgement = { do: 'answer' };

/**
 * Decides who may use the page. The address that a person is told holds a token that works once: it is exchanged for a cookie.
 * Other pages in the same browser, other users of the machine, and host names that were made to lead here are refused.
 */
export class Access {
  readonly #hosts: ReadonlySet<string>;
  readonly #cookieName: string;
  readonly #cookie = secret();
  /**
   * The folder of everything that is served. Browsers send a cookie to every port of a host, and another user of this machine may
   * listen on one: the cookie goes to this folder only, whose name nobody else knows.
   */
  readonly #folder = `/${secret(16)}/`;
  #token: string | undefined = secret();

  /** @param port the port on 127.0.0.1 on which the page is served */
  constructor(port: number) {
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
    this.#cookieName = `tidemark-${port}`;
  }

  /** The path of the address that a person opens. It works once. */
  get path(): string {
    return `${this.#folder}?token=${this.#token ?? ''}`;
  }

  /** The path of a request below the folder, with a slash before it. Undefined if it is not there. */
  within(url: URL): string | undefined {
    return url.pathname.startsWith(this.#folder) ? url.pathname.slice(this.#folder.length - 1) : undefined;
  }

  judge(request: IncomingMessage, url: URL): Judgement {
    const { host = '', cookie } = request.headers;
    // A name that somebody else made lead to 127.0.0.1 would make a foreign page look like ours.
    if (!this.#hosts.has(host)) return refuse(403, 'This page is served at 127.0.0.1 and localhost only.');
    const { method = '' } = request;
    if (method !== 'GET' && method !== 'POST') return refuse(405, 'Only GET and POST are answered.');
    const path = this.within(url);
    if (path === undefined) return refuse(401, 'This is not the address that tidemark printed.');
    const isPage = method === 'GET' && path === '/';
    const given = url.searchParams.get('token');
    const knows = hasCookie(cookie, this.#cookieName, this.#cookie);
    if (isPage && given !== null) return this.#exchange(given, knows);
    const from = originOf(request, `http://${host}`);
    // The browser sends no strict cookie when a link elsewhere led here: a page of ours asks again.
    if (isPage && from === 'link') return { do: 'bounce' };
    if (from !== 'own') return refuse(403, 'Requests of other pages are refused.');
    if (!knows)
      return refuse(401, 'This takes the cookie of a browser that has opened the address that tidemark printed.');
    return method === 'POST' ? judgePost(request) : ANSWER;
  }

  #exchange(given: string, knows: boolean): Judgement {
    if (this.#token !== undefined && isEqual(given, this.#token)) {
      this.#token = undefined;
      return {
        do: 'admit',
        cookie: `${this.#cookieName}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=${this.#folder}`,
      };
    }
    // Whoever opens the old address again in the same browser is already known.
    if (knows) return { do: 'bounce' };
    return refuse(401, 'This address has been used, or it is not the one that tidemark printed.');
  }
}

/** What changes something must come from a script of ours: a form of another page could not send JSON, or hide its origin. */
function judgePost({ headers }: IncomingMessage): Judgement {
  if (headers.origin === undefined) return refuse(403, 'A request that changes something names its origin.');
  const [type] = (headers['content-type'] ?? '').split(';');
  return type?.trim().toLowerCase() === 'application/json'
    ? ANSWER
    : refuse(415, 'The body is to be application/json.');
}

/** Where a request comes from, as far as the browser says: from our page or no page, from a link elsewhere, or from another page. */
function originOf({ headers }: IncomingMessage, own: string): 'own' | 'link' | 'other' {
  const { origin } = headers;
  if (origin !== undefined && origin !== own) return 'other';
  const site = headers['sec-fetch-site'] ?? 'same-origin';
  if (site === 'same-origin' || site === 'none') return 'own';
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document' ? 'link' : 'other';
}

function hasCookie(header: string | undefined, name: string, value: string): boolean {
  const given = (header ?? '').split(';').map((each) => each.trim());
  return given.some((each) => each.startsWith(`${name}=`) && isEqual(each.slice(name.length + 1), value));
}

/** Digests have the same length, and how much of them is equal says nothing about the secret. */
function isEqual(given: string, wanted: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
}

function secret(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

function refuse(status: Refusal['status'], message: string): Judgement {
  return { do: 'refuse', status, message };
}
