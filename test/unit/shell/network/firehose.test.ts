import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NetworkError, TidemarkError } from '../../../../functions/core/errors.ts';
import { HOUR, MINUTE, SECOND } from '../../../../functions/core/time.ts';
import { Firehose } from '../../../../functions/shell/network/firehose.ts';
import { recordBatchJson } from '../../../../functions/shell/network/record-batch.ts';

const SECRET = 'not-a-secret';

let server: Server;
/** What came, and what is answered: a status with a body. */
let came: { headers: IncomingHttpHeaders; body: Buffer }[];
let answer: [number, object];

beforeEach(async () => {
  [came, answer] = [[], [200, { FailedPutCount: 0, RequestResponses: [{ RecordId: '1' }, { RecordId: '2' }] }]];
  server = createServer(async (request, response) => {
    came.push({ headers: request.headers, body: await buffer(request) });
    response.writeHead(answer[0], { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer[1]));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  vi.stubEnv('AWS_ENDPOINT_URL_FIREHOSE', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The signature that AWS would calculate from what came: version 4, by its documentation. */
function signatureOf({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }): string {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const date = String(headers['x-amz-date']);
  const scope = [date.slice(0, 8), 'eu-west-1', 'firehose', 'aws4_request'];
  const key = scope.reduce<string | Buffer>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    `AWS4${SECRET}`,
  );
  return createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n'))
    .digest('hex');
}

test('the body is what the SDK would send', async () => {
  const records = [
    Buffer.from('{"who":"Zoë"}\n'),
    new Uint8Array(),
    Buffer.from([0, 255, 128]),
    Buffer.alloc(70_000, 1),
  ];
  const slice = new Uint8Array(Buffer.from('--in the middle--').buffer).subarray(2, 9);
  await new Firehose().put('stream', [...records, slice], MINUTE);
  const command = new PutRecordBatchCommand({
    DeliveryStreamName: 'stream',
    Records: [...records, slice].map((Data) => ({ Data })),
  });
  await new FirehoseClient().send(command);

  const [ours, theirs] = came;
  expect(JSON.parse(String(ours?.body))).toEqual(JSON.parse(String(theirs?.body)));
  for (const name of ['content-length', 'content-type', 'x-amz-target', 'host']) {
    expect(ours?.headers[name]).toBe(theirs?.headers[name]);
  }
});

test('any records come back as they were', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.uint8Array()), (name, records) => {
      const { DeliveryStreamName, Records } = JSON.parse(recordBatchJson(name, records).toString('utf8'));

      expect(DeliveryStreamName).toBe(name.toWellFormed());
      expect(Records).toEqual(records.map((record) => ({ Data: Buffer.from(record).toString('base64') })));
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('batches that follow each other, or are under way together, do not mix', async () => {
  const firehose = new Firehose();
  const put = (text: string) => firehose.put('stream', [Buffer.from(text.repeat(50_000))], MINUTE);
  const sent = () => came.map(({ body }) => Buffer.from(JSON.parse(String(body)).Records[0].Data, 'base64').toString());

  await put('long');
  await put('s');
  await Promise.all([put('a'), put('b'), put('c')]);

  expect(sent().slice(0, 2)).toEqual(['long'.repeat(50_000), 's'.repeat(50_000)]);
  expect(sent().slice(2).toSorted()).toEqual(['a', 'b', 'c'].map((text) => text.repeat(50_000)));
});

test('the buffer of a batch is written again after it was accepted, and not after a failure', async () => {
  const allocated = vi.spyOn(Buffer, 'allocUnsafeSlow');
  const firehose = new Firehose();
  const put = () => firehose.put('stream', [Buffer.alloc(1_000_000)], MINUTE);
  const buffers = () => allocated.mock.calls.filter(([size]) => size > 1_000_000).length;

  await put();
  await put();
  expect(buffers()).toBe(1);

  answer = [500, { __type: 'InternalFailure', message: 'who knows' }];
  await expect(put()).rejects.toThrow(NetworkError);
  answer = [503, { __type: 'ServiceUnavailableException', message: 'later' }];
  await put();
  await put();
  expect(buffers()).toBe(3);
});

test('the signature is for the body that is sent, and for its length', async () => {
  await new Firehose().put('stream', [Buffer.from('one\n'), Buffer.from('two\n')], MINUTE);

  const [sent] = came;
  expect(sent?.headers['content-length']).toBe(String(sent?.body.length));
  expect(sent?.headers.authorization).toContain('content-length');
  expect(sent?.headers.authorization).toContain(`Signature=${sent && signatureOf(sent)}`);
});

test('each record has its answer, also where there is none', async () => {
  answer = [
    200,
    { FailedPutCount: 1, RequestResponses: [{ RecordId: '1' }, { ErrorCode: 'ServiceUnavailableException' }] },
  ];

  const codes = await new Firehose().put('stream', ['a', 'b', 'c'].map(Buffer.from), MINUTE);

  expect(codes).toEqual([undefined, 'ServiceUnavailableException', 'NoAnswer']);
});

test('errors of the call keep their names', async () => {
  const put = () => new Firehose().put('stream', [Buffer.from('a')], MINUTE);

  answer = [400, { __type: 'ResourceNotFoundException', message: 'no such stream' }];
  await expect(put()).rejects.toThrow(TidemarkError);
  await expect(put()).rejects.toMatchObject({ remedy: expect.stringContaining('tidemark doctor') });
  answer = [503, { __type: 'ServiceUnavailableException', message: 'later' }];
  expect(await put()).toEqual(['ServiceUnavailableException: later']);
  answer = [500, { __type: 'InternalFailure', message: 'who knows' }];
  await expect(put()).rejects.toThrow(NetworkError);
  // Each was sent once.
  expect(came).toHaveLength(4);
});

/** What Firehose answers about a stream that was created at this time, in seconds. */
function describedAs(createdAt: number): [number, object] {
  return [200, { DeliveryStreamDescription: { DeliveryStreamName: 'lake', CreateTimestamp: createdAt } }];
}

test('a stream is looked at once, and again when what is remembered is too old', async () => {
  const firehose = new Firehose();
  const timeout = 5 * SECOND;
  answer = describedAs(1_700_000_000.25);
  const first = { createdAt: 1_700_000_000.25 * SECOND, at: HOUR };

  expect(await firehose.look('lake', { maxAge: Number.POSITIVE_INFINITY, timeout, now: HOUR })).toEqual(first);
  expect(await firehose.look('lake', { maxAge: MINUTE, timeout, now: HOUR + MINUTE })).toEqual(first);
  expect(came.length).toBe(1);

  answer = describedAs(1_800_000_000);
  const later = { maxAge: MINUTE, timeout, now: HOUR + 2 * MINUTE };
  expect(await firehose.look('lake', later)).toEqual({ createdAt: 1_800_000_000 * SECOND, at: later.now });
  expect(came.length).toBe(2);
});

test('a stream is looked at anew where a clock that was ahead has noted the last look', async () => {
  const firehose = new Firehose();
  const timeout = 5 * SECOND;
  const maxAge = Number.POSITIVE_INFINITY;
  answer = describedAs(1_700_000_000);
  await firehose.look('lake', { maxAge, timeout, now: 48 * HOUR });

  answer = describedAs(1_800_000_000);
  expect(await firehose.look('lake', { maxAge, timeout, now: HOUR })).toEqual({
    createdAt: 1_800_000_000 * SECOND,
    at: HOUR,
  });
});

test('after a failure, a stream is not looked at for a minute', async () => {
  const firehose = new Firehose();
  const look = (now: number) => firehose.look('lake', { maxAge: 0, timeout: MINUTE, now });
  answer = [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }];
  await expect(look(HOUR)).rejects.toThrow('Rate exceeded');

  answer = describedAs(1_700_000_000);
  expect(await look(HOUR + 59 * SECOND)).toBeUndefined();
  expect(came.length).toBe(1);
  expect(await look(HOUR + MINUTE)).toMatchObject({ at: HOUR + MINUTE });
});

test('a stream that is not there when something is put is looked at anew', async () => {
  const firehose = new Firehose();
  const look = () => firehose.look('lake', { maxAge: HOUR, timeout: MINUTE, now: HOUR });
  answer = describedAs(1_700_000_000);
  await look();
  answer = [400, { __type: 'ResourceNotFoundException', message: 'Firehose lake not found' }];
  await expect(firehose.put('lake', [Buffer.from('x')], MINUTE)).rejects.toThrow('not found');

  answer = describedAs(1_800_000_000);
  expect(await look()).toMatchObject({ createdAt: 1_800_000_000 * SECOND });
});
