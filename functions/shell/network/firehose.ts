import { DescribeDeliveryStreamCommand, FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { NetworkError, TidemarkError } from '../../core/errors.ts';
import { type Duration, type Instant, MILLISECOND, MINUTE } from '../../core/time.ts';
import { recordBatchJson } from './record-batch.ts';
import { LAST_STEP, notesDate } from './service-clocks.ts';

/** Temporary errors of the whole call: none of its records was accepted. */
const BUSY = new Set([
  'ServiceUnavailableException',
  'LimitExceededException',
  'ThrottlingException',
  'ThrottledException',
]);
/** Errors for which a retry cannot help. */
const HOPELESS = new Set([
  'ResourceNotFoundException',
  'InvalidArgumentException',
  'InvalidKMSResourceException',
  'InvalidSourceException',
  'AccessDeniedException',
  'ValidationException',
  'UnrecognizedClientException',
  'SerializationException',
]);

/** After a failure, a stream is not looked at again for so long: an account may look at five streams a second. */
const LOOK_AGAIN: Duration = MINUTE;

/** A stream as it was looked at. Its time is undefined if it could not be. */
interface Look {
  readonly createdAt?: Instant;
  readonly at: Instant;
}

/** Sends one PutRecordBatch, once: the engine decides which records to send again, and when. */
export class Firehose {
  // No retries: the SDK would resend the whole batch, of which a part may have been accepted.
  readonly #client: FirehoseClient;
  /** Buffers of batches that were accepted. A new one of 5 MB for each batch would cost more than what is written into it. */
  readonly #spares: Uint8Array[] = [];
  readonly #looks = new Map<string, Look>();

  constructor(options: { readonly region?: string } = {}) {
    this.#client = new FirehoseClient({ ...options, maxAttempts: 1, requestHandler: { connectionTimeout: 3_000 } });
    this.#client.middlewareStack.add(notesDate('firehose'), LAST_STEP);
  }

  /** Returns why each record was refused; undefined if it was accepted. */
  async put(
    deliveryStream: string,
    records: readonly Uint8Array[],
    timeout: Duration,
  ): Promise<(string | undefined)[]> {
    const command = new PutRecordBatchCommand({ DeliveryStreamName: deliveryStream, Records: [] });
    // The body takes its place before the SDK measures and signs it.
    const body = recordBatchJson(deliveryStream, records, this.#spares.pop());
    command.middlewareStack.add(
      (next) => (call) => next({ ...call, request: Object.assign(call.request ?? {}, { body }) }),
      { step: 'build', priority: 'high' },
    );
    try {
      const abortSignal = AbortSignal.timeout(Math.ceil(timeout / MILLISECOND));
      const { RequestResponses: answers = [] } = await this.#client.send(command, { abortSignal });
      // Only now: the buffer of a call that failed may still be on its way to the network.
      this.#spares.push(new Uint8Array(body.buffer));
      return records.map((_, at) => {
        const answer = answers[at];
        // A record without an answer may not have been accepted.
        return answer ? answer.ErrorCode : 'NoAnswer';
      });
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      // It was deleted: one that is created in its place is another one.
      if (name === 'ResourceNotFoundException') this.#looks.delete(deliveryStream);
      // The words say more than the code where the stream is one of this machine: which endpoint could not be reached.
      if (BUSY.has(name)) return records.map(() => `${name}: ${message.replace(/\.$/, '')}`);
      if (!HOPELESS.has(name)) throw new NetworkError(`Firehose ${deliveryStream}: ${name}: ${message}`, thrown);
      throw new TidemarkError({
        code: 'delivery',
        stage: 'sending',
        message: `Firehose ${deliveryStream}: ${name}: ${message}`,
        remedy:
          'tidemark doctor examines the destination. In AWS, check also that the delivery stream exists and that the function may put records on it.',
        cause: thrown,
      });
    }
  }
  /**
   * When a stream was created, and when that was seen. Undefined if it could not be found out a moment ago.
   *
   * @param maxAge maximum age of what is remembered
   */
  async look(
    deliveryStream: string,
    { maxAge, timeout, now }: { readonly maxAge: Duration; readonly timeout: Duration; readonly now: Instant },
  ): Promise<{ readonly createdAt: Instant; readonly at: Instant } | undefined> {
    const { createdAt, at = 0 } = this.#looks.get(deliveryStream) ?? {};
    // What was noted in the future was noted by a clock that was wrong: it is not known how old it is.
    const age = at <= now ? now - at : Number.POSITIVE_INFINITY;
    if (createdAt !== undefined && at <= now && age <= maxAge) return { createdAt, at };
    if (createdAt === undefined && age < LOOK_AGAIN) return undefined;
    this.#looks.set(deliveryStream, { at: now });
    const command = new DescribeDeliveryStreamCommand({ DeliveryStreamName: deliveryStream });
    const abortSignal = AbortSignal.timeout(Math.ceil(timeout / MILLISECOND));
    const { DeliveryStreamDescription: found } = await this.#client.send(command, { abortSignal });
    if (!found?.CreateTimestamp) throw new Error(`Firehose ${deliveryStream}: its description has no time of creation`);
    const looked = { createdAt: found.CreateTimestamp.getTime() * MILLISECOND, at: now };
    this.#looks.set(deliveryStream, looked);
    return looked;
  }
}
