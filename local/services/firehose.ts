import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Signatures } from './access/signature.ts';
import { AwsError } from './aws-error.ts';
import type { Endpoint } from './endpoint.ts';
import { type FirehoseFaults, parseFaults, replaceFaults, takeFault } from './firehose-faults.ts';
import { checkNames, type DeliveryStream, folderOf, removeUnfinished, writeObject } from './firehose-objects.ts';
import { NO_ANSWER, type Operation, type Service, serve } from './service.ts';

/** Counters of a delivery stream: calls, accepted records and bytes, and single records that it refused. */
export interface FirehoseCounters {
  calls: number;
  records: number;
  bytes: number;
  refused: number;
}

/** A running Firehose. Its faults can be set at any time. */
export interface FirehoseService extends Service {
  readonly faults: FirehoseFaults;
  /** By delivery stream. */
  readonly counters: Readonly<Record<string, Readonly<FirehoseCounters>>>;
}

/** Options of the local Firehose. */
export interface FirehoseOptions {
  /** The folder of all objects: `<out>/<destination>/source=<source>/dt=<yyyy-MM-dd>/<object>`. */
  readonly out: string;
  readonly streams: readonly DeliveryStream[];
  readonly signatures: Signatures;
  /** By destination: where its events are sent instead of going to a folder. */
  readonly endpoints?: ReadonlyMap<string, Endpoint>;
  readonly now?: () => Date;
  readonly port?: number;
  readonly faults?: FirehoseFaults;
}

// AWS's limits: https://docs.aws.amazon.com/firehose/latest/dev/limits.html, counted before base64.
const MAX_RECORDS = 500;
const MAX_RECORD_BYTES = 1_024_000;
const MAX_CALL_BYTES = 4 * 1024 * 1024;

const REFUSAL = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };

interface State {
  readonly out: string;
  readonly streams: ReadonlyMap<string, DeliveryStream>;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly now: () => Date;
  readonly faults: FirehoseFaults;
  readonly counters: Record<string, FirehoseCounters>;
  recordsSeen: number;
}

/** Starts the local Firehose: AWS's protocol and limits, objects on disk, and faults on demand at `/_control`. */
export async function startFirehose(options: FirehoseOptions): Promise<FirehoseService> {
  for (const stream of options.streams) checkNames(stream);
  await removeUnfinished(options.out, options.streams);
  const state: State = {
    out: options.out,
    streams: new Map(options.streams.map((stream) => [stream.deliveryStream, stream])),
    endpoints: options.endpoints ?? new Map(),
    now: options.now ?? (() => new Date()),
    faults: { ...options.faults },
    counters: Object.fromEntries(
      options.streams.map(({ deliveryStream }) => [deliveryStream, { calls: 0, records: 0, bytes: 0, refused: 0 }]),
    ),
    recordsSeen: 0,
  };
  const control = async () => ({ faults: state.faults, counters: state.counters });
  const service = await serve(
    {
      target: 'Firehose_20150804',
      signedAs: 'firehose',
      jsonVersion: '1.1',
      internalError: 'InternalFailure',
      operations: operations(state),
      pages: {
        'GET /_control': control,
        'POST /_control': async (input) => {
          replaceFaults(state.faults, parseFaults(input));
          return control();
        },
      },
    },
    options.signatures,
    options.port,
  );
  return { ...service, faults: state.faults, counters: state.counters };
}

function operations(state: State): Record<string, Operation> {
  return {
    PutRecordBatch: async (input, closing) => {
      const records = readRecords(input.Records);
      return put(state, {
        streamName: input.DeliveryStreamName,
        records,
        closing,
        answer: (responses) => ({
          FailedPutCount: responses.filter((response) => response === REFUSAL).length,
          Encrypted: false,
          RequestResponses: responses,
        }),
      });
    },
    PutRecord: async (input, closing) =>
      put(state, {
        streamName: input.DeliveryStreamName,
        records: [readRecord(input.Record, 'record')],
        closing,
        answer: ([response]) => {
          // A call of one record has no list of refusals: AWS refuses the call.
          if (response === REFUSAL) throw unavailable();
          return { ...response, Encrypted: false };
        },
      }),
    DescribeDeliveryStream: async (input) => describe(findStream(state, input.DeliveryStreamName)),
  };
}

type RecordResponse = { readonly RecordId: string } | typeof REFUSAL;

/** A call that puts records. */
interface PutCall {
  /** As the caller sent it: it may be no name at all. */
  readonly streamName: unknown;
  readonly records: readonly Buffer[];
  readonly closing: AbortSignal;
  readonly answer: (responses: readonly RecordResponse[]) => object;
}

async function put(
  state: State,
  { streamName, records, closing, answer }: PutCall,
): Promise<object | typeof NO_ANSWER> {
  const stream = findStream(state, streamName);
  const counters = state.counters[stream.deliveryStream] as FirehoseCounters;
  counters.calls += 1;
  if (state.faults.latencyMs) await wait(state.faults.latencyMs, undefined, { signal: closing });
  if (takeFault(state.faults, 'throttleNext')) throw unavailable();
  if (takeFault(state.faults, 'failNext')) throw new AwsError('InternalFailure', 'Failed on demand.', 500);

  const refused = records.map(() => isRefused(state, stream));
  const accepted = records.filter((_, index) => !refused[index]);
  if (accepted.length > 0) await write(state, stream, accepted);
  counters.records += accepted.length;
  counters.bytes += byteLength(accepted);
  counters.refused += records.length - accepted.length;

  if (takeFault(state.faults, 'acceptThenDropNext')) return NO_ANSWER;
  return answer(refused.map((isRefused) => (isRefused ? REFUSAL : { RecordId: randomUUID() })));
}

function isRefused(state: State, stream: DeliveryStream): boolean {
  const { refuseEvery = 0, refuseDestinations = [] } = state.faults;
  state.recordsSeen += 1;
  if (refuseDestinations.includes(stream.destination)) return true;
  if (refuseEvery > 0 && state.recordsSeen % refuseEvery === 0) return true;
  return takeFault(state.faults, 'refuseNext');
}

async function write(state: State, stream: DeliveryStream, records: readonly Buffer[]): Promise<void> {
  const endpoint = state.endpoints.get(stream.destination);
  if (endpoint) return await endpoint(records);
  const at = state.now();
  try {
    await writeObject(state.out, stream, at, records);
  } catch (thrown) {
    const folder = folderOf(state.out, stream, at.toISOString().slice(0, 10));
    throw new AwsError('InternalFailure', `The folder ${folder} cannot be written: ${(thrown as Error).message}`, 500);
  }
}

function findStream(state: State, name: unknown): DeliveryStream {
  if (typeof name !== 'string' || name === '') throw invalid("Value null at 'deliveryStreamName'", 'not be null');
  const stream = state.streams.get(name);
  if (stream) return stream;
  throw new AwsError('ResourceNotFoundException', `Firehose ${name} not found under account 000000000000.`);
}

function readRecords(value: unknown): Buffer[] {
  if (value === undefined || value === null) throw invalid("Value null at 'records'", 'not be null');
  if (!Array.isArray(value)) throw new AwsError('SerializationException', 'Records is not a list.');
  if (value.length === 0) throw invalid("Value '[]' at 'records'", 'have length greater than or equal to 1');
  if (value.length > MAX_RECORDS) {
    throw invalid(`Value of ${value.length} records at 'records'`, `have length less than or equal to ${MAX_RECORDS}`);
  }
  const records = value.map((record, index) => readRecord(record, `records.${index + 1}.member`));
  if (byteLength(records) > MAX_CALL_BYTES) {
    throw new AwsError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
  }
  return records;
}

function readRecord(value: unknown, at: string): Buffer {
  const text = (value as { Data?: unknown } | null | undefined)?.Data;
  if (text === undefined || text === null) throw invalid(`Value null at '${at}.data'`, 'not be null');
  const data = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  // Buffer.from skips what is not base64, and would silently lose a part of a record.
  if (data?.toString('base64') !== text) throw new AwsError('SerializationException', `${at}.data is not base64.`);
  if (data.length > MAX_RECORD_BYTES) {
    throw invalid(
      `Value of ${data.length} bytes at '${at}.data'`,
      `have length less than or equal to ${MAX_RECORD_BYTES}`,
    );
  }
  return data;
}

function describe({ deliveryStream, destination }: DeliveryStream): object {
  return {
    DeliveryStreamDescription: {
      DeliveryStreamName: deliveryStream,
      DeliveryStreamARN: `arn:aws:firehose:us-east-1:000000000000:deliverystream/${deliveryStream}`,
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamType: 'DirectPut',
      VersionId: '1',
      Destinations: [{ DestinationId: destination }],
      HasMoreDestinations: false,
    },
  };
}

function invalid(what: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: ${what} failed to satisfy constraint: Member must ${constraint}`,
  );
}

/** AWS answers a stream over its throughput with a 503. With a 400 the SDK would not repeat the call. */
function unavailable(): AwsError {
  return new AwsError('ServiceUnavailableException', 'Slow down.', 503);
}

function byteLength(records: readonly Buffer[]): number {
  return records.reduce((bytes, record) => bytes + record.length, 0);
}
