import { expect, test } from 'vitest';
import { groupRecords, MAX_BODY_BYTES, makeRequest } from '../../../local/services/http/request.ts';
import { endpointAt, type SendHost } from '../../../local/services/http/send.ts';
import { type Reply, type StrictReceiver, startReceiver } from './strict-receiver.ts';

const ARN = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/tidemark-soc-memory';
const KEY = 'the-access-key';
const MIB = 1024 * 1024;

/** A clock that only waiting moves. */
function waitingHost(): SendHost & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = 1_700_000_000_000;
  return {
    waits,
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

function sendTo({ url }: StrictReceiver, host: SendHost, settings: object = {}) {
  const usual = { attributes: {}, contentEncoding: 'gzip', receiver: undefined } as const;
  const endpoint = endpointAt(url, KEY, { ...usual, ...settings }, host);
  return (...records: string[]) =>
    endpoint(
      records.map((record) => Buffer.from(record)),
      ARN,
    );
}

test('a request is what Firehose’s page says: id, key, attributes, base64, gzip', async () => {
  const receiver = await startReceiver();
  const attributes = { team: 'Prüfung 審計', 'quote "': '' };

  expect(await sendTo(receiver, waitingHost(), { attributes })('{"a":1}\n', 'ä\n')).toEqual([]);

  expect(receiver.wrong).toEqual([]);
  expect(receiver.received).toEqual([
    {
      id: expect.any(String),
      key: KEY,
      source: ARN,
      attributes,
      isPacked: true,
      path: '/in',
      records: ['{"a":1}\n', 'ä\n'],
    },
  ]);
});

test('without compression, attributes and a key, their headers are not there', async () => {
  const receiver = await startReceiver();
  const plain = { attributes: {}, contentEncoding: 'none', receiver: undefined } as const;

  await endpointAt(receiver.url, undefined, plain, waitingHost())([Buffer.from('a\n')], ARN);

  expect(receiver.wrong).toEqual([]);
  expect(receiver.received).toMatchObject([{ key: undefined, isPacked: false, attributes: {}, records: ['a\n'] }]);
});

const right = (id: string, more: object = {}) => JSON.stringify({ requestId: id, timestamp: 1, ...more });

test.each<[string, (id: string) => Reply, string]>([
  ['500', () => ({ status: 500 }), 'DestinationException'],
  [
    '503 in HTML',
    () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<p>' }),
    'DestinationException',
  ],
  ['429', () => ({ status: 429 }), 'DestinationException'],
  ['400', () => ({ status: 400 }), 'DestinationException'],
  ['401', (id) => ({ status: 401, body: right(id, { errorMessage: 'Unauthorized' }) }), 'DestinationException'],
  ['202', () => ({ status: 202 }), 'DestinationException'],
  ['a redirect', () => ({ status: 302, headers: { location: '/elsewhere' } }), 'DestinationException'],
  ['200 without a body', () => ({ body: '' }), 'InvalidResponse'],
  ['200 with another request id', () => ({ body: right('other') }), 'InvalidResponse'],
  ['200 without a timestamp', (id) => ({ body: JSON.stringify({ requestId: id }) }), 'InvalidResponse'],
  [
    '200 with the time as text',
    (id) => ({ body: JSON.stringify({ requestId: id, timestamp: '1' }) }),
    'InvalidResponse',
  ],
  ['200 with another field', (id) => ({ body: right(id, { ok: true }) }), 'InvalidResponse'],
  ['200 as text', (id) => ({ headers: { 'content-type': 'text/plain' }, body: right(id) }), 'InvalidResponse'],
  [
    '200 that is encoded',
    (id) => ({ headers: { 'content-encoding': 'identity' }, body: right(id) }),
    'InvalidResponse',
  ],
  ['200 with more than 1 MiB', (id) => ({ body: ofLength(id, MIB + 1) }), 'ResponseTooLarge'],
])('%s: the same request is sent again, until it is taken', async (_, reply, code) => {
  const receiver = await startReceiver();
  const host = waitingHost();
  receiver.replies.push(reply, reply);

  expect(await sendTo(receiver, host)('a\n')).toEqual([]);

  expect(receiver.wrong).toEqual([]);
  expect(receiver.received).toHaveLength(3);
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  expect(host.waits).toEqual([1_000, 2_000]);

  receiver.replies.push(...Array.from({ length: 9 }, () => reply));
  const refused = sendTo(receiver, waitingHost())('b\n');
  await expect(refused).rejects.toMatchObject({ type: 'ServiceUnavailableException' });
  await expect(refused).rejects.toThrow(`HttpEndpoint.${code}`);
});

test('an answer of 1 MiB is read, and fields of an answer may be in any order', async () => {
  const receiver = await startReceiver();
  const host = waitingHost();
  receiver.replies.push(
    (id) => ({ body: ofLength(id, MIB) }),
    (id) => ({
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: `{"timestamp":1, "requestId":"${id}"}`,
    }),
  );
  for (const record of ['a\n', 'b\n']) expect(await sendTo(receiver, host)(record)).toEqual([]);
  expect(host.waits).toEqual([]);
});

test('a receiver that is not there refuses for now, and its words hold neither the key nor the path', async () => {
  const receiver = await startReceiver();
  const gone = { ...receiver, url: 'http://127.0.0.1:1/secret-path' };
  const refused = sendTo(gone, waitingHost())('a\n');
  await expect(refused).rejects.toThrow(/^HttpEndpoint\.ConnectionFailed: http:\/\/127\.0\.0\.1:1 cannot be reached/);
  await expect(refused).rejects.not.toThrow('secret-path');

  receiver.replies.push(
    ...Array.from({ length: 9 }, () => () => ({ status: 403, body: `{"errorMessage":"no ${KEY}"}` })),
  );
  await expect(sendTo(receiver, waitingHost())('a\n')).rejects.toThrow('answered 403: no [secret]');
});

test('413 is final: the request is not sent again, and its records are refused for good', async () => {
  const receiver = await startReceiver();
  const host = waitingHost();
  receiver.replies.push((id) => ({ status: 413, body: right(id, { errorMessage: 'Payload too large' }) }));

  const untaken = await sendTo(receiver, host)('a\n', 'b\n');

  expect(receiver.received).toHaveLength(1);
  expect(host.waits).toEqual([]);
  const why = { isFinal: true, code: 'HttpEndpoint.DestinationException', attempts: 1 };
  const message = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ answered 413: Payload too large$/);
  expect(untaken).toEqual([
    { record: 0, message, ...why },
    { record: 1, message, ...why },
  ]);
});

test('of a large call, what was taken is not sent again with what was not', async () => {
  const receiver = await startReceiver();
  const [one, other] = ['x'.repeat(700_000), 'y'.repeat(700_000)];
  receiver.replies.push(() => ({}), ...Array.from({ length: 9 }, () => () => ({ status: 500 })));

  const untaken = await sendTo(receiver, waitingHost())(one, other);

  expect(untaken).toMatchObject([{ record: 1, isFinal: false }]);
  expect(receiver.received.map(({ records }) => records[0]?.[0])).toEqual(['x', 'y', 'y', 'y', 'y']);
});

test('requests hold as much as is collected, at most 10,000 records and 64 MiB; a larger record has its own', () => {
  const sizes = (count: number, length: number) => Array.from({ length: count }, () => ({ length }));
  const groups = (records: { length: number }[], mib: number) =>
    groupRecords(records, mib * MIB).map((one) => one.length);

  expect(groups(sizes(3, MIB / 2), 1)).toEqual([2, 1]);
  expect(groups([{ length: 1 }, { length: 1_000_000 }, { length: MIB }, { length: 1 }], 1)).toEqual([2, 1, 1]);
  expect(groups(sizes(1, 2 * MIB), 1)).toEqual([1]);
  expect(groups(sizes(10_001, 0), 64)).toEqual([10_000, 1]);
  expect(groups([], 1)).toEqual([]);
  // In base64, 64 MiB of records are more than a body may have.
  const most = groups(sizes(64, MIB), 64);
  expect(most).toEqual([47, 17]);
  const records = Array.from({ length: most[0] ?? 0 }, () => Buffer.alloc(MIB, 1));
  const plain = { stream: ARN, accessKey: KEY, attributes: {}, contentEncoding: 'none' } as const;
  const { body } = makeRequest(plain, records, { id: '0'.repeat(36), at: 1_700_000_000_000 });
  expect(body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
  expect(body.length).toBeGreaterThan(MAX_BODY_BYTES - 1.4 * MIB);
});

/** A right answer of so many bytes. */
function ofLength(id: string, bytes: number): string {
  const fill = bytes - right(id, { errorMessage: '' }).length;
  return right(id, { errorMessage: 'x'.repeat(fill) });
}
