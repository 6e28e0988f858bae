import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { NetworkError, TidemarkError } from '../../core/errors.ts';
import { type Duration, MILLISECOND } from '../../core/time.ts';
import { recordBatchJson } from './record-batch.ts';
import { noteDates } from './service-clocks.ts';

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

/** Sends one PutRecordBatch, once: the engine decides which records to send again, and when. */
export class Firehose {
  // No retries: the SDK would resend the whole batch, of which a part may have been accepted.
  readonly #client: FirehoseClient;
  /** Buffers of batches that were accepted. A new one of 5 MB for each batch would cost more than what is written into it. */
  readonly #spares: Uint8Array[] = [];

  constructor(options: { readonly region?: string } = {}) {
    this.#client = new FirehoseClient({ ...options, maxAttempts: 1, requestHandler: { connectionTimeout: 3_000 } });
    noteDates(this.#client, 'firehose');
  }

  /** Returns the error code of each record; undefined if it was accepted. */
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
      if (BUSY.has(name)) return records.map(() => name);
      if (!HOPELESS.has(name)) throw new NetworkError(`Firehose ${deliveryStream}: ${name}: ${message}`, thrown);
      throw new TidemarkError({
        code: 'delivery',
        stage: 'sending',
        message: `Firehose ${deliveryStream}: ${name}: ${message}`,
        remedy: 'Check that the delivery stream exists and that the function may put records on it.',
        cause: thrown,
      });
    }
  }
}
