import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NetworkError, TidemarkError, UnreadableError } from '../../../../functions/core/errors.ts';
import type { Request } from '../../../../functions/core/model.ts';
import { formBody, jsonBody } from '../../../../functions/core/requests/request-body.ts';
import { MILLISECOND, SECOND } from '../../../../functions/core/time.ts';
import { Http, resolve } from '../../../../functions/shell/network/http.ts';
import description from '../../../../package.json' with { type: 'json' };

const CREDENTIALS = { authorization: 'Bearer hunter2' };
const MEBIBYTE = 1024 * 1024;
const MANY_ZEROS = Buffer.alloc(MEBIBYTE);

/** Answers every request of a test; unless said, with an empty object. */
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let asked: IncomingMessage[];
let sockets: Socket[];
let clients: Http[];

beforeEach(async () => {
  [asked, sockets, clients] = [[], [], []];
  respond = (_, response) => response.end('{}');
  server = createServer((request, response) => {
    asked.push(request);
    response.on('error', () => undefined);
    respond(request, response);
  });
  // It closes no connection by itself while a test looks.
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterEach(async () => {
  for (const client of clients) client.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function http(path = '', stop?: AbortSignal): Http {
  const client = new Http(`${origin()}${path}`, stop);
  clients.push(client);
  return client;
}

function get(url: string, path = '', timeout = 5 * SECOND) {
  return http(path).send({ url }, CREDENTIALS, timeout);
}

/** Begins an answer in a way of its own. */
type Begin = (response: ServerResponse) => unknown;

/** What a promise was rejected with. */
async function thrownBy(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return await promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (thrown: Error) => thrown,
  );
}

/** The most memory outside the heap that was in use while something went on, beyond what was in use before. */
async function mostMemory(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  };
  const timer = setInterval(look, 2);
  await work();
  look();
  clearInterval(timer);
  return most - before;
}

test('says who asks, in the version of package.json', async () => {
  await get('/logs');

  expect(asked[0]?.headers['user-agent']).toBe(`tidemark/${description.version}`);
});

describe('how a request is sent', () => {
  /** What the server got of one request. */
  async function sent(request: Request) {
    let body = '';
    respond = (incoming, response) => {
      incoming.on('data', (part) => (body += part)).on('end', () => response.end('{}'));
    };
    await http().send(request, CREDENTIALS, 5 * SECOND);
    const { method, headers } = asked[0] as IncomingMessage;
    return { method, headers, body };
  }

  test('with a body it is a POST, with the body’s own type', async () => {
    const { method, headers, body } = await sent({ url: '/query', body: jsonBody({ text: 'é' }) });

    expect({ method, body }).toEqual({ method: 'POST', body: '{"text":"é"}' });
    expect(headers).toMatchObject({ ...CREDENTIALS, 'content-type': 'application/json', 'content-length': '13' });
  });

  test('a form goes as a form', async () => {
    const { headers, body } = await sent({ url: '/query', body: formBody({ a: '1&2', b: 'ü +' }) });

    expect(body).toBe('a=1%262&b=%C3%BC+%2B');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('by another method where it says so, with a body or without', async () => {
    expect(await sent({ url: '/query', method: 'PUT', body: jsonBody([]) })).toMatchObject({
      method: 'PUT',
      body: '[]',
    });
  });

  test('a POST without a body says that there is none', async () => {
    const { method, headers, body } = await sent({ url: '/extend', method: 'POST' });

    expect({ method, body }).toEqual({ method: 'POST', body: '' });
    expect(headers['content-length']).toBe('0');
    expect(headers).not.toHaveProperty('content-type');
  });

  test('no header of a request takes the place of the credentials', async () => {
    expect((await sent({ url: '/log', headers: { authorization: 'Bearer other' } })).headers).toMatchObject(
      CREDENTIALS,
    );
  });
});

describe('where a request goes', () => {
  test.each([
    ['', '/a?b=c', '/a?b=c'],
    ['/', '/a', '/a'],
    ['/v7', '/a', '/v7/a'],
    ['/v7/', '/a', '/v7/a'],
    ['/v7/deeper', '/a?from=2026-01-01T00:00:00Z', '/v7/deeper/a?from=2026-01-01T00:00:00Z'],
  ])('a path goes below the origin’s own %s: %s', async (path, url, expected) => {
    await get(url, path);

    expect(asked.map((request) => request.url)).toEqual([expected]);
    expect(asked[0]?.headers).toMatchObject(CREDENTIALS);
    expect(asked[0]?.method).toBe('GET');
  });

  test.each(['/v7/next?cursor=a%2Fb%3D%3d&x=%E2%82%AC+%20', '/elsewhere?a=1&a=2', '/%7Euser/x%2e'])(
    'a whole URL of the same origin is asked to the letter: %s',
    async (path) => {
      await get(`${origin()}${path}`, '/v7');

      expect(asked[0]?.url).toBe(path);
    },
  );

  test('the name of the scheme and the host may be in capitals', async () => {
    await get(`${origin().replace('http', 'HTTP')}/x`);

    expect(asked[0]?.url).toBe('/x');
  });

  test.each([
    'https://evil.example/',
    'http://127.0.0.1/',
    'http://127.0.0.1:1/',
    'HTTPS://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://127.0.0.1.evil.example:PORT/',
    'http://evil.example/?http://127.0.0.1:PORT/',
    'http://user@127.0.0.1:PORT/',
    'http://user:password@127.0.0.1:PORT/',
    'http://:password@127.0.0.1:PORT/',
    'http://127.0.0.1:PORT@evil.example/',
    '//evil.example/',
    '//127.0.0.1:PORT/',
    '\\\\evil.example\\',
    'https:\\\\evil.example\\',
    'http:\\\\evil.example/http://127.0.0.1:PORT/',
    'javascript:alert(1)',
    'data:application/json,{}',
    'file:///etc/passwd',
    'blob:http://127.0.0.1:PORT/x',
    'ftp://127.0.0.1:PORT/',
    'relative',
    '?page=2',
    '',
    ' ',
    'http://',
  ])('nowhere else, and nothing is sent: %s', async (pattern) => {
    const url = pattern.replaceAll('PORT', String((server.address() as AddressInfo).port));

    const thrown = await thrownBy(get(url));

    expect(thrown).toBeInstanceOf(TidemarkError);
    expect(thrown).toMatchObject({ code: 'origin', stage: 'receiving' });
    expect(thrown.message).not.toContain('password');
    expect(asked).toEqual([]);
    expect(sockets).toEqual([]);
  });

  test.each([
    '/\\evil.example/x',
    '/\t/evil.example/x',
    '/@evil.example/x',
    '/.//evil.example/x',
    '/http://evil.example/',
  ])('what only looks like another host stays where it belongs: %j', (path) => {
    for (const base of ['https://api.example.com', 'https://api.example.com/v1/']) {
      expect(resolve(base, path).host).toBe('api.example.com');
    }
  });

  test('whatever is asked, the credentials stay at their origin', () => {
    const part = fc.constantFrom(
      'https:',
      'http:',
      '/',
      '\\',
      '@',
      ':',
      '?',
      '#',
      '.',
      '443',
      '\n',
      '\t',
      ' ',
      '%2f',
      'evil.example',
      'api.example.com',
      'x',
    );
    const texts = fc.oneof(
      fc.array(part, { maxLength: 9 }).map((parts) => parts.join('')),
      fc.webUrl(),
      fc.string(),
    );
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom('https://api.example.com', 'https://api.example.com/v1', 'https://api.example.com:8443/'),
        (text, base) => {
          try {
            const url = resolve(base, text);
            expect(url.origin).toBe(new URL(base).origin);
            expect(url.username + url.password).toBe('');
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'origin' });
          }
        },
      ),
      { numRuns: 2_000, seed: 7 },
    );
  });

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is an answer, and is not followed', async (status) => {
    respond = (_, response) => response.writeHead(status, { location: `${origin()}/there` }).end('moved');

    const answer = await get('/here');

    expect(answer).toMatchObject({ status, text: 'moved', headers: { location: `${origin()}/there` } });
    expect(asked.map(({ url }) => url)).toEqual(['/here']);
  });
});

describe('what is read', () => {
  test('status, headers in lower case with repeated ones joined, and the text', async () => {
    respond = (_, response) => {
      response.setHeader('X-Quota', ['1', '2']);
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.writeHead(404).end('no such thing');
    };

    const { status, headers, text } = await get('/');

    expect([status, text]).toEqual([404, 'no such thing']);
    expect(headers).toMatchObject({ 'x-quota': '1, 2', 'set-cookie': 'a=1, b=2' });
  });

  test('the credentials win over what a stream would set', async () => {
    await http().send({ url: '/', headers: { authorization: 'mine', accept: 'text/csv' } }, CREDENTIALS, SECOND);

    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer hunter2', accept: 'text/csv' });
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ] as const)('a body packed as %s', async (encoding, pack) => {
    const text = '{"who":"Zoë","what":"€"}'.repeat(1_000);
    respond = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack(text));

    expect((await get('/')).text).toBe(text);
  });

  test('a body in single bytes, cut inside its characters', async () => {
    respond = (_, response) => {
      for (const byte of Buffer.from('{"Zoë":"€𝄞"}')) response.write(Buffer.of(byte));
      response.end();
    };

    expect((await get('/')).text).toBe('{"Zoë":"€𝄞"}');
  });

  test('bytes that are no UTF-8 become U+FFFD', async () => {
    respond = (_, response) => response.end(Buffer.from([0x22, 0xff, 0xc3, 0x28, 0x22]));

    expect((await get('/')).text).toBe('"\uFFFD\uFFFD("');
  });

  test('a packing that was not asked for cannot be read', async () => {
    respond = (_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');

    const thrown = await thrownBy(get('/'));

    expect(thrown).toBeInstanceOf(UnreadableError);
    expect(thrown.message).toContain('zstd');
  });

  test('of a header that makes no sense twice, the first counts', async () => {
    respond = (_, response) => {
      response.setHeader('Retry-After', ['5', '60']);
      response.setHeader('Location', ['/a', '/b']);
      response.end('{}');
    };

    expect((await get('/')).headers).toMatchObject({ 'retry-after': '5', location: '/a' });
  });

  test('headers with the names of what every object has', async () => {
    respond = (_, response) => {
      response.setHeader('Constructor', ['1', '2']);
      response.setHeader('__proto__', ['1', '2']);
      response.setHeader('ToString', 'x');
      response.end('{}');
    };

    const { headers } = await get('/');

    expect(headers).toMatchObject({ constructor: '1, 2', tostring: 'x' });
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });

  test('informational answers are passed over', async () => {
    respond = (_, response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.writeProcessing();
      response.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync('made'));
    };

    expect(await get('/')).toMatchObject({ status: 201, text: 'made' });
  });

  test.each([
    ['in two members, of which the last is small', Buffer.concat([gzipSync('x'.repeat(300_000)), gzipSync('y')])],
    ['larger than what is reserved at a time', gzipSync(`${'x'.repeat(300_000)}y`)],
  ])('a body packed %s', async (_, packed) => {
    respond = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);

    expect((await get('/')).text).toBe(`${'x'.repeat(300_000)}y`);
  });

  test('a packed body that lies about its size cannot be read', async () => {
    const packed = gzipSync('x'.repeat(1_000));
    packed.writeUInt32LE(0xffff_ffff, packed.length - 4);
    respond = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);

    expect(await thrownBy(get('/'))).toBeInstanceOf(NetworkError);
  });

  test('hundreds of headers are fine, thousands are not', async () => {
    const headers = (count: number) => Array.from({ length: count }, (_, at) => [`x-${at}`, 'v'] as const);
    respond = ({ url }, response) => {
      for (const [name, value] of headers(url === '/few' ? 500 : 6_000)) response.setHeader(name, value);
      response.end('{}');
    };

    expect((await get('/few')).headers['x-499']).toBe('v');
    expect(await thrownBy(get('/many'))).toBeInstanceOf(NetworkError);
  });
});

describe('what does not end well', () => {
  test('a gzip bomb ends early', async () => {
    respond = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      for (let part = 0; part < 512; part++) gzip.write(MANY_ZEROS);
      gzip.end();
      response.on('close', () => gzip.destroy());
    };
    let thrown: Error | undefined;

    const memory = await mostMemory(async () => {
      thrown = await thrownBy(get('/', '', 30 * SECOND));
    });

    expect(thrown).toBeInstanceOf(UnreadableError);
    expect(thrown?.message).toContain('larger than 64 MiB');
    expect(memory).toBeLessThan(80 * MEBIBYTE);
  });

  test('a body without an end ends', async () => {
    respond = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(MANY_ZEROS));
      };
      response.on('drain', more);
      more();
    };
    let thrown: Error | undefined;

    const memory = await mostMemory(async () => {
      thrown = await thrownBy(get('/', '', 30 * SECOND));
    });

    expect(thrown).toBeInstanceOf(UnreadableError);
    // Not all of it is ours: the server of this test has its pieces in the same memory.
    expect(memory).toBeLessThan(110 * MEBIBYTE);
  });

  test.each<[string, Begin]>([
    ['silence', () => undefined],
    ['silence after the headers', (response: ServerResponse) => response.writeHead(200).flushHeaders()],
    ['silence in the middle of the body', (response: ServerResponse) => response.write('{"rows":[')],
    [
      'silence in the middle of a packed body',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync('x'.repeat(500)).subarray(0, 15)),
    ],
  ])('%s ends at the time-out', async (_, begin) => {
    respond = (_, response) => void begin(response);

    const thrown = await thrownBy(get('/', '', 100 * MILLISECOND));

    expect(thrown).toBeInstanceOf(NetworkError);
    expect(thrown.message).toContain('no answer within 100 ms');
  });

  test('a body that drips ends at the time-out, for it counts as a whole', async () => {
    respond = (_, response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    };

    expect((await thrownBy(get('/', '', 150 * MILLISECOND))).message).toContain('no answer within 150 ms');
  });

  test.each<[string, Begin]>([
    ['before an answer', (response: ServerResponse) => response.destroy()],
    [
      'in the middle of its body',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"rows":[', () => response.destroy());
      },
    ],
    [
      'in the middle of a body without a length',
      (response: ServerResponse) => void response.write('{"rows":[]}', () => response.destroy()),
    ],
    [
      'in the middle of a packed body',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.write(gzipSync('x'.repeat(5_000)).subarray(0, 20), () => response.destroy());
      },
    ],
    [
      'at the end of half a packed body',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(5_000)).subarray(0, 20)),
    ],
  ])('a connection that breaks %s', async (_, begin) => {
    respond = (_, response) => void begin(response);

    const thrown = await thrownBy(get('/'));

    expect(thrown).toBeInstanceOf(NetworkError);
    expect(thrown.message).toContain('127.0.0.1');
    expect(thrown.message).not.toContain('hunter2');
    // Nothing is sent a second time unless the engine decides so.
    expect(asked).toHaveLength(1);
  });

  test.each(['a\nb', 'a\r\nx-other: 1', '\u0000', '\u{1f600}'])(
    'a header that cannot be sent is refused, and not repeated: %j',
    async (value) => {
      const thrown = await thrownBy(http().send({ url: '/' }, { authorization: `hunter2${value}` }, SECOND));

      expect(thrown).toBeInstanceOf(NetworkError);
      expect(thrown.message).not.toContain('hunter2');
      expect(asked).toEqual([]);
    },
  );

  test('nobody listening', async () => {
    const dead = new Http('http://127.0.0.1:1', undefined);

    const thrown = await thrownBy(dead.send({ url: '/' }, CREDENTIALS, SECOND));

    expect(thrown).toBeInstanceOf(NetworkError);
    expect(thrown.message).toContain('ECONNREFUSED');
  });

  test('a host that wants to end ends a request at once, and no other is begun', async () => {
    const stop = new AbortController();
    respond = () => stop.abort();
    const client = http('', stop.signal);

    const thrown = await thrownBy(client.send({ url: '/' }, CREDENTIALS, 60 * SECOND));
    const after = await thrownBy(client.send({ url: '/again' }, CREDENTIALS, 60 * SECOND));

    // If it did not, the test would last longer than tests may.
    expect([thrown, after]).toEqual([expect.any(NetworkError), expect.any(NetworkError)]);
    expect(asked.map(({ url }) => url)).toEqual(['/']);
  });
});

describe('connections', () => {
  test('are used again within a run, and closed with it', async () => {
    const client = http();
    for (const url of ['/1', '/2', '/3']) await client.send({ url }, CREDENTIALS, SECOND);
    expect(sockets).toHaveLength(1);

    const closed = new Promise((end) => sockets[0]?.once('close', end));
    client.close();

    await closed;
  }, 5_000);

  test('up to eight are used at a time, and requests beyond that wait for one', async () => {
    const client = http();
    const waiting: ServerResponse[] = [];
    const eight = new Promise<void>((reached) => {
      respond = (_, response) => void (waiting.push(response) === 8 && reached());
    });
    const urls = Array.from({ length: 12 }, (_, at) => `/${at}`);
    const answers = urls.map((url) => client.send({ url }, CREDENTIALS, 5 * SECOND));

    await eight;
    expect(sockets).toHaveLength(8);
    respond = (_, response) => response.end('{}');
    for (const response of waiting) response.end('{}');

    expect(await Promise.all(answers)).toHaveLength(12);
    expect(asked.map(({ url }) => url).toSorted()).toEqual(urls.toSorted());
    expect(sockets).toHaveLength(8);
  });

  test('a request that ends while it waits for one is never sent', async () => {
    const client = http();
    const waiting: ServerResponse[] = [];
    respond = (_, response) => void waiting.push(response);
    const eight = Array.from({ length: 8 }, () => client.send({ url: '/busy' }, CREDENTIALS, 5 * SECOND));

    const late = await thrownBy(client.send({ url: '/late' }, CREDENTIALS, 100 * MILLISECOND));
    respond = (_, response) => response.end('{}');
    for (const response of waiting) response.end('{}');
    await Promise.all(eight);
    await client.send({ url: '/next' }, CREDENTIALS, SECOND);

    expect(late.message).toContain('no answer within 100 ms');
    expect(asked.map(({ url }) => url)).not.toContain('/late');
  });

  test('are not shared between runs', async () => {
    for (const client of [http(), http()]) await client.send({ url: '/' }, CREDENTIALS, SECOND);

    expect(sockets).toHaveLength(2);
  });

  test('that the server has closed meanwhile are replaced', async () => {
    const client = http();
    await client.send({ url: '/1' }, CREDENTIALS, SECOND);
    const closed = new Promise((end) => sockets[0]?.once('close', end));
    server.closeAllConnections();
    await closed;
    // The client's side hears of it a moment later.
    await new Promise((later) => setImmediate(later));

    expect((await client.send({ url: '/2' }, CREDENTIALS, SECOND)).status).toBe(200);
    expect(sockets).toHaveLength(2);
  });

  test('survive a body that was refused', async () => {
    const client = http();
    respond = (_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('x'.repeat(100_000));
    await thrownBy(client.send({ url: '/' }, CREDENTIALS, SECOND));
    respond = (_, response) => response.end('{}');

    expect((await client.send({ url: '/' }, CREDENTIALS, SECOND)).text).toBe('{}');
  });
});
