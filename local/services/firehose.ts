import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Signatures } from './access/signature.ts';
import { AwsError } from './aws-error.ts';
import type { Endpoint, Untaken } from './endpoint.ts';
import { deliverRecords, PUT_ASIDE } from './firehose-delivery.ts';
import { type FirehoseFaults, parseFaults, replaceFaults, takeFault } from './firehose-faults.ts';
import { checkNames, type DeliveryStream, removeUnfinished } from './firehose-objects.ts';
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
  /** Passes on what the streams hold, if they hold anything. */
  passOn(): Promise<void>;
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
  /** Whether the streams hold what they have accepted until it is passed on. One that is deleted takes it with it, as on AWS. */
  readonly holds?: boolean;
}

/**
 * The creation of the streams that are there at the start: always the same, because a local program that starts again has the same
 * streams as before.
 */
const CREATED_AT = new Date('2026-01-01T00:00:00Z');

// AWS's limits: https://docs.aws.amazon.com/firehose/latest/dev/limits.html, counted before base64.
const MAX_RECORDS = 500;
const MAX_RECORD_BYTES = 1_024_000;
const MAX_CALL_BYTES = 4 * 1024 * 1024;

const REFUSAL = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };

interface State {
  readonly out: string;
  /** All streams that there may be, and the creation of those that there are. */
  readonly streams: ReadonlyMap<string, DeliveryStream>;
  readonly createdAt: Map<string, Date>;
  /** By stream: what it holds. Undefined if streams hold nothing. */
  readonly held: Map<string, Buffer[][]> | undefined;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly now: () => Date;
  readonly faults: FirehoseFaults;
  readonly counters: Record<string, FirehoseCounters>;
  recordsSeen: number;
}

/** Starts the local Firehose: AWS's protocol and limits, objects on disk, and faults on demand at `/_control`. */
export async function startFirehose(options: FirehoseOptions): Promise<FirehoseService> {
  for (const stream of options.streams) checkNames(stream);
  for (const out of [options.out, join(options.out, PUT_ASIDE)]) await removeUnfinished(out, options.streams);
  const state: State = {
    out: options.out,
    streams: new Map(options.streams.map((stream) => [stream.deliveryStream, stream])),
    createdAt: new Map(options.streams.map(({ deliveryStream }) => [deliveryStream, CREATED_AT])),
    held: options.holds ? new Map() : undefined,
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
  return { ...service, faults: state.faults, counters: state.counters, passOn: () => passOn(state) };
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
          FailedPutCount: responses.filter(isRefusal).length,
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
          if (isRefusal(response)) throw unavailable();
          return { ...response, Encrypted: false };
        },
      }),
    DescribeDeliveryStream: async (input) => describe(state, findStream(state, input.DeliveryStreamName)),
    DeleteDeliveryStream: async (input) => {
      const { deliveryStream } = findStream(state, input.DeliveryStreamName);
      state.createdAt.delete(deliveryStream);
      state.held?.delete(deliveryStream);
      return {};
    },
    CreateDeliveryStream: async (input) => {
      const { deliveryStream } = findDeleted(state, input.DeliveryStreamName);
      state.createdAt.set(deliveryStream, state.now());
      return { DeliveryStreamARN: arnOf(deliveryStream) };
    },
  };
}

type RecordRefusal = typeof REFUSAL;
type RecordResponse = { readonly RecordId: string } | RecordRefusal;

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

  const responses: RecordResponse[] = records.map(() =>
    isRefused(state, stream) ? REFUSAL : { RecordId: randomUUID() },
  );
  const asked = [...records.keys()].filter((at) => !isRefusal(responses[at]));
  const untaken =
    asked.length > 0
      ? await take(
          state,
          stream,
          asked.map((at) => records[at] as Buffer),
        )
      : [];
  for (const { record, code, message } of untaken)
    responses[asked[record] as number] = { ErrorCode: code, ErrorMessage: message };
  const accepted = records.filter((_, at) => !isRefusal(responses[at]));
  counters.records += accepted.length;
  counters.bytes += byteLength(accepted);
  counters.refused += records.length - accepted.length;

  if (takeFault(state.faults, 'acceptThenDropNext')) return NO_ANSWER;
  return answer(responses);
}

function isRefusal(response: RecordResponse | undefined): response is RecordRefusal {
  return response !== undefined && 'ErrorCode' in response;
}

function isRefused(state: State, stream: DeliveryStream): boolean {
  const { refuseEvery = 0, refuseDestinations = [] } = state.faults;
  state.recordsSeen += 1;
  if (refuseDestinations.includes(stream.destination)) return true;
  if (refuseEvery > 0 && state.recordsSeen % refuseEvery === 0) return true;
  return takeFault(state.faults, 'refuseNext');
}

/** Takes accepted records: holds them, or passes them on at once. Returns those that were not taken. */
async function take(state: State, stream: DeliveryStream, records: readonly Buffer[]): Promise<readonly Untaken[]> {
  if (!state.held) return await write(state, stream, records);
  const { deliveryStream } = stream;
  state.held.set(deliveryStream, [...(state.held.get(deliveryStream) ?? []), [...records]]);
  return [];
}

async function passOn(state: State): Promise<void> {
  for (const [name, calls] of state.held ?? []) {
    state.held?.delete(name);
    for (const records of calls) await write(state, findStream(state, name), records);
  }
}

async function write(state: State, stream: DeliveryStream, records: readonly Buffer[]): Promise<readonly Untaken[]> {
  const { out, now } = state;
  const endpoint = state.endpoints.get(stream.destination);
  return await deliverRecords({ out, now, endpoint, arn: arnOf(stream.deliveryStream) }, stream, records);
}

function findStream(state: State, name: unknown): DeliveryStream {
  if (typeof name !== 'string' || name === '') throw invalid("Value null at 'deliveryStreamName'", 'not be null');
  const stream = state.streams.get(name);
  if (stream && state.createdAt.has(name)) return stream;
  throw new AwsError('ResourceNotFoundException', `Firehose ${name} not found under account 000000000000.`);
}

function findDeleted(state: State, name: unknown): DeliveryStream {
  const stream = typeof name === 'string' ? state.streams.get(name) : undefined;
  if (!stream)
    throw new AwsError('InvalidArgumentException', `This Firehose was started without a stream ${String(name)}.`);
  if (!state.createdAt.has(stream.deliveryStream)) return stream;
  throw new AwsError('ResourceInUseException', `Firehose ${stream.deliveryStream} exists already.`);
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

function describe({ createdAt }: State, { deliveryStream, destination }: DeliveryStream): object {
  return {
    DeliveryStreamDescription: {
      DeliveryStreamName: deliveryStream,
      DeliveryStreamARN: arnOf(deliveryStream),
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamType: 'DirectPut',
      VersionId: '1',
      CreateTimestamp: (createdAt.get(deliveryStream) ?? CREATED_AT).getTime() / 1_000,
      Destinations: [{ DestinationId: destination }],
      HasMoreDestinations: false,
    },
  };
}

function arnOf(deliveryStream: string): string {
  return `arn:aws:firehose:us-east-1:000000000000:deliverystream/${deliveryStream}`;
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
