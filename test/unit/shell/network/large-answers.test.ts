import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NetworkError, TooLargeError } from '../../../../functions/core/errors.ts';
import type { Answer } from '../../../../functions/core/model.ts';
import { type Duration, MILLISECOND, SECOND } from '../../../../functions/core/time.ts';
import { Http } from '../../../../functions/shell/network/http.ts';

// Answers that the memory of a small function cannot hold.

const MEBIBYTE = 1024 * 1024;
const LIMIT = 4 * MEBIBYTE;
const LINE = `${'line '.repeat(200)}\n`;

let respond: (response: ServerResponse) => void;
let server: Server;
let http: Http;

beforeEach(async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', '256');
  server = createServer((_, response) => {
    response.on('error', () => undefined);
    respond(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  http = new Http(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  http.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function ask({ list, timeout = 30 * SECOND, atOnce }: { list?: string; timeout?: Duration; atOnce?: number } = {}) {
  return http.send({ url: '/', ...(list !== undefined && { list }) }, {}, timeout, atOnce);
}

/** Sends a text so many times, no faster than it is taken. Returns how much was sent so far. */
function sendRepeated(response: ServerResponse, piece: string | Buffer, times: number): { sent: number } {
  const counted = { sent: 0 };
  const more = () => {
    while (counted.sent < times && !response.destroyed) {
      counted.sent++;
      if (!response.write(piece)) return;
    }
    if (counted.sent >= times) response.end();
  };
  response.on('drain', more);
  more();
  return counted;
}

/** The number of characters of an answer in pieces, and how it begins. */
async function readAll({ pieces }: Answer) {
  let [length, beginning] = [0, ''];
  for await (const piece of pieces ?? []) {
    if (beginning === '') beginning = piece.slice(0, 20);
    length += piece.length;
  }
  return { length, beginning };
}

describe('an answer to a request for a list', () => {
  test('that fits comes in one piece', async () => {
    respond = (response) => response.end('{"data":[]}');

    expect(await ask({ list: 'data' })).toMatchObject({ text: '{"data":[]}', share: expect.any(Number) });
  });

  test('that does not fit comes in pieces, no faster than they are read', async () => {
    const piece = LINE.repeat(64);
    let counted = { sent: 0 };
    respond = (response) => {
      counted = sendRepeated(response, piece, 800);
    };

    const answer = await ask({ list: 'data' });
    // It has arrived as far as it is held: the rest waits at the sender.
    await new Promise((turned) => setImmediate(turned));
    expect(counted.sent).toBeLessThan(600);

    expect(answer.text).toBe('');
    expect(await readAll(answer)).toEqual({ length: 800 * piece.length, beginning: LINE.slice(0, 20) });
  });

  test.each([
    ['a few bytes that become many', LINE],
    ['as many as a text', undefined],
  ])('that is packed comes in pieces, unpacked: %s', async (_, text) => {
    const digits = () => Array.from({ length: 3_000_000 }, () => Math.random().toString(36).slice(2, 6)).join('');
    const whole = text === undefined ? digits() : text.repeat(20_000);
    respond = (response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(whole, { level: 1 }));
    };

    const answer = await ask({ list: 'data' });

    expect(answer.text).toBe('');
    expect(await readAll(answer)).toEqual({ length: whole.length, beginning: whole.slice(0, 20) });
  });

  test('that breaks off in the middle is a network error', async () => {
    respond = (response) => {
      response.writeHead(200, { 'content-length': String(100 * MEBIBYTE) });
      response.write(LINE.repeat(8_000), () => response.destroy());
    };

    await expect(ask({ list: 'data' }).then(readAll)).rejects.toThrow(NetworkError);
  });

  test('that stops coming is a network error', async () => {
    respond = (response) => void response.write(LINE.repeat(8_000));

    await expect(ask({ list: 'data', timeout: 500 * MILLISECOND }).then(readAll)).rejects.toThrow(
      /no more of the answer within 500 ms/,
    );
  });

  test('that nobody reads to its end is broken off', async () => {
    const closed = Promise.withResolvers<boolean>();
    respond = (response) => {
      response.on('close', () => closed.resolve(response.writableFinished));
      sendRepeated(response, LINE.repeat(64), 10_000);
    };

    const { pieces } = await ask({ list: 'data' });
    for await (const _ of pieces ?? []) break;

    expect(await closed.promise).toBe(false);
  });

  test('that is an error does not come in pieces', async () => {
    respond = (response) => {
      response.writeHead(500);
      sendRepeated(response, LINE, 10_000);
    };

    await expect(ask({ list: 'data' })).rejects.toThrow(TooLargeError);
  });
});

describe('another answer', () => {
  test.each([false, true])('that is too large is not read; how it begins is kept (packed: %s)', async (isPacked) => {
    const text = LINE.repeat(10_000);
    respond = (response) => {
      if (isPacked) response.setHeader('content-encoding', 'gzip');
      response.end(isPacked ? gzipSync(text) : text);
    };

    const thrown = await ask().catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(TooLargeError);
    expect(thrown).toMatchObject({ message: 'The vendor’s answer is larger than 4 MiB.', claimsFormat: true });
    expect((thrown as TooLargeError).body.slice(0, LINE.length)).toBe(LINE);
    expect((thrown as TooLargeError).body.length).toBeLessThanOrEqual(64 * 1024);
  });

  test('that consists of small values is too large sooner', async () => {
    respond = (response) => response.end(`[${'{},'.repeat(MEBIBYTE / 3)}{}]`);

    await expect(ask()).rejects.toThrow(TooLargeError);
  });

  test('has less room if several are in flight', async () => {
    respond = (response) => response.end('x'.repeat(LIMIT / 2 - 1));

    await expect(ask({ atOnce: 4 })).resolves.toMatchObject({ share: expect.closeTo(0.5, 3) });
    await expect(ask({ atOnce: 5 })).rejects.toThrow(TooLargeError);
  });
});
