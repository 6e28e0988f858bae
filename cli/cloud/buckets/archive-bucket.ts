import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { objectPrefix } from '../../../functions/core/config/destination.ts';
import type { ClientOptions } from '../account.ts';
import { sayAwsError } from '../aws-error.ts';
import { type ListedObject, listObjects } from './list-objects.ts';

const DAY_MS = 24 * 3_600_000;

/** The bucket in which a deployment keeps events. */
export class ArchiveBucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(options: ClientOptions, bucket: string) {
    this.#client = new S3Client(options);
    this.#bucket = bucket;
  }

  /** The objects of today and yesterday (UTC) of a destination and some sources, the newest one first. */
  async newest(destination: string, sources: readonly string[], now: Date): Promise<ListedObject[]> {
    const days = [now, new Date(now.getTime() - DAY_MS)].map((day) => day.toISOString().slice(0, 10));
    const found: ListedObject[] = [];
    for (const source of sources) {
      for (const day of days) {
        const prefix = `${objectPrefix(destination, source)}dt=${day}/`;
        for await (const object of listObjects(this.#client, this.#bucket, prefix)) found.push(object);
      }
    }
    return found.sort((one, other) => other.at.getTime() - one.at.getTime() || (one.key < other.key ? 1 : -1));
  }

  async read(key: string): Promise<string> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return Buffer.from(isPacked ? gunzipSync(bytes) : bytes).toString('utf8');
    } catch (thrown) {
      throw sayAwsError(`${key} cannot be read`, thrown);
    }
  }
}
