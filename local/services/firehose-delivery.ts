import { join } from 'node:path';
import { AwsError } from './aws-error.ts';
import type { Endpoint, Untaken } from './endpoint.ts';
import { type DeliveryStream, folderOf, writeObject } from './firehose-objects.ts';

/** The folder of what destinations refused, beside those of the destinations. No id of a destination begins like this. */
export const PUT_ASIDE = '_put-aside';

/** Where a stream delivers to. */
interface Delivery {
  /** The folder of all objects. */
  readonly out: string;
  readonly now: () => Date;
  /** Undefined if its events go to a folder. */
  readonly endpoint: Endpoint | undefined;
  readonly arn: string;
}

/** Returns the records that were not taken and can be sent again. Those that are refused for good are put aside. */
export async function deliverRecords(
  { out, now, endpoint, arn }: Delivery,
  stream: DeliveryStream,
  records: readonly Buffer[],
): Promise<readonly Untaken[]> {
  const began = now();
  if (!endpoint) {
    await writeTo(out, stream, began, records);
    return [];
  }
  const untaken = await endpoint(records, arn);
  const refused = untaken.filter(({ isFinal }) => isFinal);
  if (refused.length > 0) {
    const ended = now();
    const lines = refused.map((one) => asideLine(one, records[one.record] as Buffer, { began, ended }));
    await writeTo(join(out, PUT_ASIDE), stream, ended, lines);
  }
  return untaken.filter(({ isFinal }) => !isFinal);
}

async function writeTo(out: string, stream: DeliveryStream, at: Date, records: readonly Buffer[]): Promise<void> {
  try {
    await writeObject(out, stream, at, records);
  } catch (thrown) {
    const folder = folderOf(out, stream, at.toISOString().slice(0, 10));
    throw new AwsError('InternalFailure', `The folder ${folder} cannot be written: ${(thrown as Error).message}`, 500);
  }
}

/** A line of an object of refused records, as Firehose writes it. */
function asideLine(
  { code, message, attempts }: Untaken,
  record: Buffer,
  { began, ended }: { readonly began: Date; readonly ended: Date },
): Buffer {
  const line = {
    attemptsMade: attempts,
    arrivalTimestamp: began.getTime(),
    errorCode: code,
    errorMessage: message,
    attemptEndingTimestamp: ended.getTime(),
    rawData: record.toString('base64'),
  };
  return Buffer.from(`${JSON.stringify(line)}\n`);
}
