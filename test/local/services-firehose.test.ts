import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  PutRecordCommand,
} from '@aws-sdk/client-firehose';
import { describe, expect, test } from 'vitest';
import { modeOf, module, runChild } from './children.ts';
import { put, S3, SPLUNK, STREAMS, useFirehose } from './firehose-bench.ts';
import { SIGNATURES } from './signatures.ts';

const { out, start, connect, stopLater, objects, contents } = useFirehose();

/** The service in a process of its own. */
async function startChild(limit?: string) {
  const child = runChild(
    `import { startFirehose } from ${module('local/services/firehose.ts')};
     import { SIGNATURES } from ${module('test/local/signatures.ts')};
     const options = { out: process.argv[1], streams: ${JSON.stringify(STREAMS)}, signatures: SIGNATURES };
     console.log((await startFirehose(options)).url);`,
    out(),
    limit,
  );
  stopLater({ close: child.kill });
  const [endpoint = ''] = await child.lines(1);
  return { child, client: connect(endpoint) };
}

describe('objects', () => {
  test('hold the records of one call, end to end, under the UTC day and a name like Firehose gives', async () => {
    const { put } = await start({ now: () => new Date('2026-11-20T23:59:58.999Z') });

    const answer = await put(['{"n":1}\n', '{"n":2}\n', 'no newline', '']);

    const [path = ''] = await objects();
    expect(await contents()).toEqual(['{"n":1}\n{"n":2}\nno newline']);
    expect(relative(out(), dirname(path))).toBe(join('s3', 'source=memory', 'dt=2026-11-20'));
    expect(basename(path)).toMatch(
      /^tidemark-s3-memory-1-2026-11-20-23-59-58-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    expect(answer).toMatchObject({ FailedPutCount: 0, Encrypted: false });
    expect(new Set(answer.RequestResponses?.map(({ RecordId }) => RecordId)).size).toBe(4);
  });

  test('are for their owner only, as are their folders', async () => {
    const { put } = await start({ out: join(out(), 'new') });
    await put(['x']);

    const [path = ''] = await objects();
    expect(await modeOf(path)).toBe(0o600);
    for (let at = dirname(path); at !== out(); at = dirname(at)) expect(await modeOf(at)).toBe(0o700);
  });

  test('keep every byte', async () => {
    const { put } = await start();
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);

    await put([bytes]);

    const [path = ''] = await objects();
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
  });

  test('are one a call and stream, and a single record is a call', async () => {
    const { client, put, service } = await start();

    await put(['a']);
    await put(['b'], SPLUNK);
    const answer = await client.send(
      new PutRecordCommand({ DeliveryStreamName: S3, Record: { Data: Buffer.from('c') } }),
    );

    expect(await contents()).toEqual(['a', 'b', 'c']);
    expect(answer).toMatchObject({ RecordId: expect.any(String), Encrypted: false });
    expect(service.counters[S3]).toEqual({ calls: 2, records: 2, bytes: 2, refused: 0 });
    expect(service.counters[SPLUNK]).toEqual({ calls: 1, records: 1, bytes: 1, refused: 0 });
  });

  test('are whole whenever they can be seen', async () => {
    const { put } = await start();
    const sizes = new Set<number>();
    let writing = true;
    const watch = async () => {
      while (writing) {
        const visible = (await objects()).filter((path) => !basename(path).startsWith('.'));
        for (const path of visible) sizes.add((await stat(path)).size);
      }
    };

    const watching = watch();
    for (let n = 0; n < 10; n++) await put(Array(4).fill('x'.repeat(1_000_000)));
    writing = false;
    await watching;

    expect([...sizes]).toEqual([4_000_000]);
  });

  test('are never torn: a killed process leaves whole ones, and the next start removes the rest', async () => {
    const { child, client } = await startChild();
    const batch = Array.from({ length: 4 }, () => 'x'.repeat(1_000_000));

    let acknowledged = 0;
    const keepPutting = async (): Promise<void> => {
      for (;;) {
        await put(client, batch);
        acknowledged += 1;
        if (acknowledged === 8) void child.kill();
      }
    };
    await Promise.allSettled([keepPutting(), keepPutting(), keepPutting()]);
    const day = join(out(), 's3', 'source=memory', 'dt=2026-01-01');
    await mkdir(day, { recursive: true });
    await writeFile(join(day, `.${S3}-1-2026-01-01-00-00-00-unfinished`), 'x');
    await writeFile(join(day, '.keep'), 'not ours');
    await start();

    const paths = await objects();
    expect(paths.filter((path) => basename(path).startsWith('.'))).toEqual([join(day, '.keep')]);
    const sizes = await Promise.all(paths.map(async (path) => (await readFile(path)).length));
    expect(sizes.filter((size) => size === 4_000_000).length).toBeGreaterThanOrEqual(acknowledged);
    expect(new Set(sizes)).toEqual(new Set([4_000_000, 8]));
  });

  test('that cannot be written fail the call, name the folder and leave nothing', async () => {
    await writeFile(join(out(), 's3'), 'a file where a folder should be');
    const { put, service } = await start();

    await expect(put(['x'])).rejects.toMatchObject({
      name: 'InternalFailure',
      message: expect.stringContaining(join(out(), 's3', 'source=memory')),
      $metadata: { httpStatusCode: 500 },
    });
    expect(service.counters[S3]).toMatchObject({ records: 0, bytes: 0 });
  });

  test.skipIf(process.platform === 'win32')('that run out of room halfway leave nothing', async () => {
    const { client } = await startChild('ulimit -f 64');

    await expect(put(client, ['x'.repeat(1_000_000)])).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(await objects()).toEqual([]);
    await put(client, ['fits']);

    expect(await contents()).toEqual(['fits']);
  });

  test('cannot be led out of the output folder by a name', async () => {
    const streams = [{ deliveryStream: 'a', destination: '..', source: 'memory' }];

    await expect(start({ streams })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('".."'),
    });
  });
});

describe('limits', () => {
  const MIB = 1024 * 1024;

  test.each([
    ['500 records', Array(500).fill('x'), undefined],
    ['501 records', Array(501).fill('x'), 'ValidationException'],
    ['no record', [], 'ValidationException'],
    ['a record of 1,000 KiB', ['x'.repeat(1_024_000)], undefined],
    ['a record of a byte more', ['x'.repeat(1_024_001)], 'ValidationException'],
    ['4 MiB', Array(8).fill('x'.repeat(MIB / 2)), undefined],
    ['a byte more than 4 MiB', [...Array(8).fill('x'.repeat(MIB / 2)), 'x'], 'InvalidArgumentException'],
  ])('%s: %s', async (_, data, refusal) => {
    const { put } = await start();

    const result = await put(data).catch((error) => error);

    if (refusal) {
      expect(result).toMatchObject({ name: refusal, $metadata: { httpStatusCode: 400 } });
      expect(await objects()).toEqual([]);
    } else {
      expect(result).toMatchObject({ FailedPutCount: 0 });
      expect((await contents()).join('')).toBe(data.join(''));
    }
  });

  test('knows the streams it was given, and no others', async () => {
    const { client, put } = await start();
    const unknown = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
    const describeStream = (DeliveryStreamName: string) =>
      client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }));

    await expect(put(['x'], 'other')).rejects.toMatchObject(unknown);
    await expect(describeStream('other')).rejects.toMatchObject(unknown);
    expect((await describeStream(S3)).DeliveryStreamDescription).toMatchObject({ DeliveryStreamStatus: 'ACTIVE' });
  });

  test('takes what it holds with it when it is deleted, and is another one when it is created again', async () => {
    const now = new Date('2026-11-20T12:00:00Z');
    const { client, put, service } = await start({ holds: true, now: () => now });
    const createdAt = async () => {
      const { DeliveryStreamDescription } = await client.send(
        new DescribeDeliveryStreamCommand({ DeliveryStreamName: S3 }),
      );
      return DeliveryStreamDescription?.CreateTimestamp;
    };
    const before = await createdAt();
    await put(['kept']);
    expect(await contents()).toEqual([]);
    await service.passOn();
    await put(['lost']);
    await put(['of another stream'], SPLUNK);

    await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: S3 }));
    await expect(put(['x'])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName: S3 }));
    await put(['new']);
    await service.passOn();

    expect(await contents()).toEqual(['kept', 'new', 'of another stream']);
    expect(await createdAt()).toEqual(now);
    expect(before).not.toEqual(now);
  });

  test('is created only if it was deleted', async () => {
    const { client } = await start();
    const create = (DeliveryStreamName: string) => client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName }));

    await expect(create(S3)).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await expect(create('other')).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });

  test.each(['{"Records":', '{"Records":{}}', '{"Records":[{"Data":"YQ"}]}', '{"Records":[{"Data":7}]}'])(
    'refuses the malformed body %s',
    async (body) => {
      const { service } = await start();
      const asked = { method: 'POST', headers: { 'x-amz-target': 'Firehose_20150804.PutRecordBatch' }, body };
      const headers = SIGNATURES.sign(new URL(service.url), { ...asked, service: 'firehose' });

      const answer = await fetch(service.url, { ...asked, headers });

      expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
    },
  );
});
