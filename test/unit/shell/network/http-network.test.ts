import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createProxy, type Server } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const TLS = new URL('../../../fixtures/loopback-tls/', import.meta.url);
const CERTIFICATE = fileURLToPath(new URL('certificate.pem', TLS));
const CLIENT = fileURLToPath(new URL('http-network.ts', import.meta.url));

let vendor: Server;
let proxy: Server;
let sockets: Set<Socket>;
/** Everything that the proxy could read. */
let overheard: string[];
let tunnels: boolean;
/** If set, the proxy's own answer in place of a tunnel. */
let refusal: string | undefined;

beforeEach(async () => {
  [sockets, overheard, tunnels, refusal] = [new Set(), [], true, undefined];
  const tls = { key: readFileSync(new URL('key.pem', TLS)), cert: readFileSync(CERTIFICATE) };
  vendor = createServer(tls, ({ headers }, response) => response.end(`${headers.host} ${headers.authorization}`));
  proxy = createProxy().on('connect', (asked, client: Socket) => {
    overheard.push(`${asked.method} ${asked.url} ${JSON.stringify(asked.rawHeaders)}`);
    if (refusal) client.end(refusal);
    if (!tunnels) return;
    const onward = connect(port(vendor), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.on('data', (data) => overheard.push(data.toString('latin1')));
      client.pipe(onward).pipe(client);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
  });
  for (const server of [vendor, proxy]) {
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  }
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all([vendor, proxy].map((server) => new Promise((closed) => server.close(closed))));
});

function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function ask(origin: string, environment: Record<string, string>, timeoutMs = 120_000): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLIENT, origin, String(timeoutMs)], {
    env: environment,
  });
  return stdout;
}

test('a host that a private authority vouches for is believed when its certificate is named, and not else', async () => {
  const origin = `https://127.0.0.1:${port(vendor)}`;

  const named = await ask(origin, { NODE_EXTRA_CA_CERTS: CERTIFICATE });
  const unnamed = await ask(origin, {});

  expect(named).toBe(`127.0.0.1:${port(vendor)} Bearer hunter2\n`.repeat(2));
  expect(unnamed).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(overheard).toEqual([]);
});

test.each(['HTTPS_PROXY', 'https_proxy'])(
  'the proxy of %s leads to the vendor, by one tunnel that it cannot look into',
  async (name) => {
    const answer = await ask('https://vendor.test', {
      [name]: `http://127.0.0.1:${port(proxy)}`,
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
    });

    expect(answer).toBe('vendor.test Bearer hunter2\n'.repeat(2));
    expect(overheard.filter((text) => text.startsWith('CONNECT'))).toHaveLength(1);
    expect(overheard.join('')).toContain('vendor.test:443');
    expect(overheard.join('')).not.toContain('hunter2');
  },
);

test('behind a proxy, certificates are checked all the same', async () => {
  const answer = await ask('https://vendor.test', { HTTPS_PROXY: `http://127.0.0.1:${port(proxy)}` });

  expect(answer).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
});

test('a host of NO_PROXY is reached without the proxy', async () => {
  const answer = await ask(`https://127.0.0.1:${port(vendor)}`, {
    HTTPS_PROXY: `http://127.0.0.1:${port(proxy)}`,
    NO_PROXY: '127.0.0.1',
    NODE_EXTRA_CA_CERTS: CERTIFICATE,
  });

  expect(answer).toContain('Bearer hunter2');
  expect(overheard).toEqual([]);
});

test('a proxy that does not answer costs no more than the time of the request', async () => {
  tunnels = false;

  const answer = await ask('https://vendor.test', { HTTPS_PROXY: `http://127.0.0.1:${port(proxy)}` }, 300);

  expect(answer).toBe('vendor.test: no answer within 300 ms\n');
});

test('a proxy that refuses ends the request, without a word about the credentials', async () => {
  [tunnels, refusal] = [false, 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'];

  const answer = await ask('https://vendor.test', { HTTPS_PROXY: `http://me:pass-phrase@127.0.0.1:${port(proxy)}` });

  expect(answer).toMatch(/^vendor\.test: .*407/);
  expect(answer).not.toContain('pass-phrase');
});

test.each([
  ['me:p%40ss', 'me:p@ss'],
  ['token', 'token:'],
])('the proxy gets the credentials of its URL: %s', async (userinfo, credentials) => {
  await ask('https://vendor.test', {
    HTTPS_PROXY: `http://${userinfo}@127.0.0.1:${port(proxy)}`,
    NODE_EXTRA_CA_CERTS: CERTIFICATE,
  });

  expect(overheard[0]).toContain(`Basic ${Buffer.from(credentials).toString('base64')}`);
});
