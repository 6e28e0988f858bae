import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const TLS = new URL('../../fixtures/loopback-tls/', import.meta.url);

/** A vendor's host as the world sees it: https, by a certificate of a private authority, before a simulator that speaks plain http. */
export interface TlsFront {
  readonly origin: string;
  /** Whom it stands before: known only once it is there. */
  behind: string;
  close(): Promise<void>;
}

export async function startTlsFront(): Promise<TlsFront> {
  const tls = { key: readFileSync(new URL('key.pem', TLS)), cert: readFileSync(new URL('certificate.pem', TLS)) };
  const server = createServer(tls, async (asked, answer) => {
    const body = await text(asked);
    const { 'accept-encoding': _, host: __, ...headers } = asked.headers;
    const passed = request(`${front.behind}${asked.url}`, { method: asked.method ?? 'GET', headers }, async (given) => {
      // What leads on in an answer leads to where the world has asked.
      const told = (await text(given)).replaceAll(front.behind, front.origin);
      const { 'content-length': _, 'transfer-encoding': __, ...rest } = given.headers;
      answer.writeHead(given.statusCode ?? 502, rest).end(told);
    });
    passed.on('error', () => answer.destroy());
    passed.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const front: TlsFront = {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behind: '',
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return front;
}
