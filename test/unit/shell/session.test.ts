import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Auth } from '../../../functions/core/auth.ts';
import { NetworkError } from '../../../functions/core/errors.ts';
import { MINUTE, parseInstant } from '../../../functions/core/time.ts';
import type { Tokens } from '../../../functions/shell/auth/signer.ts';
import { signerFor } from '../../../functions/shell/auth/signers.ts';
import { Http } from '../../../functions/shell/network/http.ts';

const AUTH: Auth = {
  kind: 'session',
  scheme: 'Session',
  secret: [
    { apiKey: 'any', secret: 'any' },
    { username: 'any', password: 'any' },
  ],
  signIn: [
    { url: '/sign-in/key', body: 'json' },
    { url: '/sign-in/person', body: 'json' },
  ],
  answer: { token: 'token', expires: 'expiration' },
  extend: '/extend',
};
const KEY = { apiKey: 'EXAMPLEuserApiKey01', secret: 'EXAMPLEuserSecret01' };

let server: Server;
let http: Http;
let asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
/** What the vendor answers, status and body. */
let reply: [number, string] | 'hang up';
let hidden: string[];

beforeEach(async () => {
  [asked, hidden, reply] = [[], [], [200, '{}']];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    if (reply === 'hang up') return request.socket.destroy();
    return response.writeHead(reply[0]).end(reply[1]);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  http = new Http(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, undefined);
});

afterEach(async () => {
  http.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** A session's signer, as tokens are obtained by it and requests are signed. */
function signer(auth: Auth = AUTH) {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const tools = { http: () => http, origin, foreignTokenUrl: undefined, hide: (token: string) => hidden.push(token) };
  return signerFor(auth, tools);
}

function keeper(auth?: Auth): Tokens {
  const { tokens } = signer(auth);
  if (!tokens) throw new Error('a session has a token');
  return tokens;
}

async function extend(keeping: Tokens) {
  if (!keeping.extend) throw new Error('a session can be extended');
  return await keeping.extend(MINUTE);
}

describe('signing in', () => {
  test.each([
    ['an API key and its secret', KEY, '/api/sign-in/key'],
    ['a user name and a password', { username: 'audit', password: 'pässword "1"' }, '/api/sign-in/person'],
  ])('posts %s to where that belongs, and to nobody else', async (_, secret, url) => {
    reply = [200, '{"token":"EXAMPLE-token","issuer":"vendor","expiration":"2026-01-10T09:30:00.000Z"}'];
    const keeping = keeper();

    const { open, until } = await keeping.open(secret, MINUTE);

    expect(asked).toMatchObject([{ method: 'POST', url, headers: { 'content-type': 'application/json' } }]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual(secret);
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
    expect({ open, until }).toEqual({ open: true, until: parseInstant('2026-01-10T09:30:00Z') });
    expect(keeping.holder.token).toBe('EXAMPLE-token');
  });

  test('has the token masked before anybody sees the answer', async () => {
    reply = [200, '{"token":"EXAMPLE-token"}'];

    expect((await keeper().open(KEY, MINUTE)).until).toBeUndefined();
    expect(new Set(hidden)).toEqual(new Set(['EXAMPLE-token']));
  });

  test.each([
    ['would break a header', 200, '{"token":"EXAMPLE token"}', 'EXAMPLE token'],
    ['is not where it belongs', 200, '{"session":{"accessToken" : "EXAMPLE-token"}}', 'EXAMPLE-token'],
    ['is broken off', 200, '{"token":"EXAMPLE-tok', 'EXAMPLE-tok'],
    ['comes with a refusal', 403, '{"token":"EXAMPLE-token"}', 'EXAMPLE-token'],
  ])('has a token masked that %s', async (_, status, text, token) => {
    reply = [status, text];

    expect((await keeper().open(KEY, MINUTE)).open).toBe(false);
    expect(hidden).toContain(token);
  });

  test('shows the token to nobody who looks at the keeper', async () => {
    reply = [200, '{"token":"EXAMPLE-token"}'];
    const keeping = keeper();
    await keeping.open(KEY, MINUTE);

    expect(inspect(keeping, { depth: 9, showHidden: true })).not.toContain('EXAMPLE-token');
  });

  test.each([
    ['a refusal', 401, '{"token":"EXAMPLE-token"}'],
    ['a failure', 500, '{"code":"InternalError"}'],
    ['something else', 200, '<html>'],
    ['nothing', 200, ''],
    ['null', 200, 'null'],
    ['a token that is none', 200, '{"token":17}'],
    ['an empty token', 200, '{"token":""}'],
    ['a token that would break a header', 200, '{"token":"a\\r\\nx: y"}'],
    ['a token in a list', 200, '["token"]'],
  ])('%s opens nothing', async (_, status, text) => {
    reply = [status, text];
    const keeping = keeper();

    expect(await keeping.open(KEY, MINUTE)).toMatchObject({ open: false, answer: { status, text } });
    expect(keeping.holder.token).toBeUndefined();
  });

  test('without an answer nobody knows', async () => {
    reply = 'hang up';

    await expect(keeper().open(KEY, MINUTE)).rejects.toBeInstanceOf(NetworkError);
  });
});

describe('extending', () => {
  test('posts nothing, under the token, and learns the new end', async () => {
    const keeping = keeper();
    reply = [200, '{"token":"EXAMPLE-token"}'];
    await keeping.open(KEY, MINUTE);
    reply = [200, '{"expiration":"2026-01-10T10:00:00.000Z"}'];

    const { open, until } = await extend(keeping);

    expect({ open, until }).toEqual({ open: true, until: parseInstant('2026-01-10T10:00:00Z') });
    expect(asked[1]).toMatchObject({ method: 'POST', url: '/api/extend', body: '' });
    expect(asked[1]?.headers).toMatchObject({ authorization: 'Session EXAMPLE-token', 'content-length': '0' });
  });

  test('keeps the token that it has when that is refused', async () => {
    const keeping = keeper();
    reply = [200, '{"token":"EXAMPLE-token"}'];
    await keeping.open(KEY, MINUTE);
    reply = [401, ''];

    expect(await extend(keeping)).toMatchObject({ open: false, answer: { status: 401 } });
    expect(keeping.holder.token).toBe('EXAMPLE-token');
  });
});
