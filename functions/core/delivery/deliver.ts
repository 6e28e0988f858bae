import type { Effects } from '../effects.ts';
import { asTidemarkError, NetworkError, TidemarkError } from '../errors.ts';
import type { Destination } from '../model.ts';
import { pauseBeforeRetry, RETRIES, type RetryHost } from '../retry.ts';
import { type Instant, MILLISECOND, SECOND } from '../time.ts';
import { batchRecords, type PackedRecord } from './packing.ts';

/** Longest wait for one PutRecordBatch. */
const PUT_TIMEOUT = 15 * SECOND;

/** The result of a delivery to one destination. */
export interface Delivered {
  readonly accepted: readonly PackedRecord[];
  readonly retries: number;
  /** The reason why the other records were not accepted in time. */
  readonly failure?: TidemarkError;
}

/** The effects that a delivery needs. */
export type Delivering = RetryHost & Pick<Effects, 'put' | 'count'>;

/** Puts records on a destination's Firehose stream. Refused records, and only those, are sent again until the time is up. */
export async function deliver(
  effects: Delivering,
  destination: Pick<Destination, 'id' | 'deliveryStream'>,
  records: readonly PackedRecord[],
  endBy: Instant,
): Promise<Delivered> {
  const accepted: PackedRecord[] = [];
  let waiting = records;
  let retries = 0;
  for (let made = 1; waiting.length > 0; made++) {
    const refused: PackedRecord[] = [];
    let why = '';
    for (const call of batchRecords(waiting)) {
      const timeout = Math.min(PUT_TIMEOUT, endBy - effects.now());
      if (timeout < 50 * MILLISECOND) {
        refused.push(...call);
        why ||= 'no time left';
        continue;
      }
      const codes = await putOnce(effects, destination, call, timeout);
      if (codes instanceof TidemarkError) return { accepted, retries, failure: codes };
      call.forEach((record, at) => {
        if (codes[at] === undefined) accepted.push(record);
        else refused.push(record);
      });
      why = codes.find((code) => code !== undefined) ?? why;
    }
    waiting = refused;
    if (waiting.length === 0) break;
    effects.count('DeliveryRefused', waiting.length);
    // A call that begins in the last second would be cut off.
    if (!(await pauseBeforeRetry(effects, RETRIES.records, { made, until: endBy - SECOND }))) {
      return { accepted, retries, failure: undelivered(destination, waiting.length, why) };
    }
    retries++;
  }
  return { accepted, retries };
}

/** Returns the error code of each record. If the answer was lost, the records are sent again, with the same event ids, although they may have been accepted. */
async function putOnce(
  effects: Delivering,
  destination: Pick<Destination, 'deliveryStream'>,
  call: readonly PackedRecord[],
  timeout: number,
) {
  try {
    const bytes = call.map((record) => record.bytes);
    return await effects.put(destination.deliveryStream, bytes, timeout);
  } catch (thrown) {
    if (thrown instanceof NetworkError) return call.map(() => thrown.message);
    // Returned and not thrown: the records that were accepted before must still be remembered.
    return asTidemarkError(thrown);
  }
}

function undelivered(
  destination: Pick<Destination, 'id' | 'deliveryStream'>,
  records: number,
  why: string,
): TidemarkError {
  return new TidemarkError({
    code: 'delivery',
    stage: 'sending',
    message: `Destination ${destination.id} (Firehose stream ${destination.deliveryStream}) did not accept ${records} record(s): ${why}.`,
    remedy:
      'tidemark doctor examines the destination. In AWS, look also at the stream’s throughput limit and state. The watermark waits; other destinations are not sent their events again.',
  });
}
