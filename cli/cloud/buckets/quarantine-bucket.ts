import { gunzipSync } from 'node:zlib';
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { TidemarkError } from '../../../functions/core/errors.ts';
import type { RefusedRecords } from '../../../functions/destinations/destination-type.ts';
import type { ClientOptions } from '../account.ts';
import { sayAwsError } from '../aws-error.ts';
import { type ListedObject, listObjects } from './list-objects.ts';

/** Records as they were sent, and why the destination did not take them. */
export interface Refused {
  readonly records: readonly Uint8Array[];
  readonly reasons: ReadonlyMap<string, number>;
}

/** The bucket where Firehose puts what a destination did not take. */
export class QuarantineBucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(options: ClientOptions, bucket: string) {
    this.#client = new S3Client(options);
    this.#bucket = bucket;
  }

  /** What lies below a prefix, oldest first: the keys begin with the day. */
  list(prefix: string): AsyncGenerator<ListedObject> {
    return listObjects(this.#client, this.#bucket, prefix);
  }

  async read(key: string, fields: RefusedRecords): Promise<Refused> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return readRefused(await (Body?.transformToByteArray() ?? new Uint8Array()), fields);
    } catch (thrown) {
      throw sayAwsError(`${key} cannot be read`, thrown);
    }
  }

  /** The bucket keeps versions: what is taken out can be brought back. */
  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key })).catch((thrown: unknown) => {
      throw sayAwsError(`${key} has been sent again and cannot be removed`, thrown);
    });
  }
}

/** Firehose writes a line of JSON for each record, with its bytes in base64 beside the reason. */
export function readRefused(bytes: Uint8Array, fields: RefusedRecords): Refused {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = Buffer.from(isPacked ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const reasons = new Map<string, number>();
  const records = lines.map((line, at) => {
    const { data, reason } = lineOf(line, at, fields);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return data;
  });
  return { records, reasons };
}

function lineOf(line: string, at: number, fields: RefusedRecords): { data: Uint8Array; reason: string } {
  let parsed: Readonly<Record<string, unknown>> | null = null;
  try {
    parsed = JSON.parse(line);
  } catch {
    // The error below says it.
  }
  const [data, reason] = [parsed?.[fields.data], parsed?.[fields.reason]];
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data) || data.length % 4 !== 0) {
    throw new TidemarkError({
      code: 'unreadable',
      stage: 'processing',
      message: `Line ${at + 1} is not what Firehose writes of a record that was refused: it has no ${fields.data} in base64.`,
      remedy: 'Look at the object; it stays where it is.',
    });
  }
  return { data: Buffer.from(data, 'base64'), reason: typeof reason === 'string' ? reason : 'no reason given' };
}
