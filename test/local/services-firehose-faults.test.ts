import { PutRecordCommand } from '@aws-sdk/client-firehose';
import { expect, test } from 'vitest';
import { put, S3, SPLUNK, useFirehose } from './firehose-bench.ts';
import { SIGNATURES } from './signatures.ts';

const { start, connect, contents } = useFirehose();

async function control(url: string, faults?: object) {
  const asked = faults ? { method: 'POST', body: JSON.stringify(faults) } : { method: 'GET' };
  const page = new URL('/_control', url);
  const answer = await fetch(page, { ...asked, headers: SIGNATURES.sign(page, { ...asked, service: 'firehose' }) });
  return { status: answer.status, body: await answer.json() };
}

const refusedOf = async (answer: ReturnType<typeof put>) =>
  (await answer).RequestResponses?.map(({ ErrorCode = '' }) => ErrorCode === 'ServiceUnavailableException');

test('faults refuse every n-th record of all calls, and accept the others', async () => {
  const { service, put } = await start({ faults: { refuseEvery: 3 } });

  expect(await refusedOf(put(['a', 'b', 'c', 'd']))).toEqual([false, false, true, false]);
  expect(await refusedOf(put(['e', 'f']))).toEqual([false, true]);

  expect(await contents()).toEqual(['abd', 'e']);
  expect(service.counters[S3]).toEqual({ calls: 2, records: 4, bytes: 4, refused: 2 });
});

test('faults refuse the next n records, and write nothing when all are refused', async () => {
  const { service, put } = await start();
  service.faults.refuseNext = 3;

  const first = await put(['a', 'b']);
  const second = await put(['c', 'd']);

  expect([first.FailedPutCount, second.FailedPutCount]).toEqual([2, 1]);
  expect(first.RequestResponses?.[0]).toEqual({ ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' });
  expect(await contents()).toEqual(['d']);
});

test('faults refuse one destination and spare the other', async () => {
  const { put } = await start({ faults: { refuseDestinations: ['splunk'] } });

  expect(await refusedOf(put(['a', 'b'], SPLUNK))).toEqual([true, true]);
  expect(await refusedOf(put(['a']))).toEqual([false]);
});

test.each([
  ['throttleNext', 'ServiceUnavailableException', 503],
  ['failNext', 'InternalFailure', 500],
])('%s refuses so many whole calls', async (fault, name, httpStatusCode) => {
  const { service, put } = await start({ faults: { [fault]: 2 } });
  const failure = { name, $fault: 'server', $metadata: { httpStatusCode } };

  await expect(put(['a'])).rejects.toMatchObject(failure);
  await expect(put(['a'])).rejects.toMatchObject(failure);
  await put(['a']);

  expect(await contents()).toEqual(['a']);
  expect(service.counters[S3]).toMatchObject({ calls: 3, records: 1, refused: 0 });
});

test('faults are such that the SDK asks again by itself when its call is throttled', async () => {
  const { service } = await start({ faults: { throttleNext: 1 } });

  expect((await put(connect(service.url, 2), ['a'])).$metadata.attempts).toBe(2);
});

test('faults refuse a single record as a whole call', async () => {
  const { client } = await start({ faults: { refuseNext: 1 } });
  const single = new PutRecordCommand({ DeliveryStreamName: S3, Record: { Data: Buffer.from('c') } });

  await expect(client.send(single)).rejects.toMatchObject({ name: 'ServiceUnavailableException' });
});

test('faults accept a call and never say so', async () => {
  const { service, put } = await start({ faults: { acceptThenDropNext: 1 } });

  await expect(put(['a'])).rejects.toMatchObject({ code: 'ECONNRESET' });
  await put(['b']);

  expect(await contents()).toEqual(['a', 'b']);
  expect(service.counters[S3]).toMatchObject({ calls: 2, records: 2 });
});

test('faults make calls slow, but not the end of the service', async () => {
  const { service, put } = await start({ faults: { latencyMs: 30 } });
  const begin = performance.now();
  await put(['a']);
  expect(performance.now() - begin).toBeGreaterThan(29);

  service.faults.latencyMs = 3_600_000;
  const stuck = put(['b']);
  stuck.catch(() => undefined);
  while (service.counters[S3]?.calls !== 2) await control(service.url);
  await service.close();

  await expect(stuck).rejects.toThrow();
});

test('faults are read and replaced at the control page', async () => {
  const { service, put } = await start({ faults: { refuseEvery: 2 } });

  const set = await control(service.url, { refuseNext: 1 });
  await put(['a', 'b']);

  expect(set).toMatchObject({ status: 200, body: { faults: { refuseNext: 1 } } });
  expect(service.faults).toEqual({ refuseNext: 0 });
  expect((await control(service.url)).body).toEqual({
    faults: { refuseNext: 0 },
    counters: { [S3]: { calls: 1, records: 1, bytes: 1, refused: 1 }, [SPLUNK]: expect.anything() },
  });
});

test.each([{ refuseNxt: 1 }, { refuseNext: -1 }, { latencyMs: '5' }, { refuseDestinations: 's3' }])(
  'faults that do not exist are refused: %j',
  async (faults) => {
    const { service } = await start({ faults: { failNext: 1 } });

    expect((await control(service.url, faults)).status).toBe(400);
    expect(service.faults).toEqual({ failNext: 1 });
  },
);
