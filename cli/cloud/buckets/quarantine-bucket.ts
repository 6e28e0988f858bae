import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { RefusedRecords } from '../../../functions/destinations/destination-type.ts';
import type { PutAsideObjects } from '../../put-aside/put-aside-objects.ts';
import { type Refused, readRefused } from '../../put-aside/read-refused.ts';
import type { ClientOptions } from '../account.ts';
import { sayAwsError } from '../aws-error.ts';
import { type ListedObject, listObjects } from './list-objects.ts';

/** The bucket where Firehose puts what a destination did not take. */
export class QuarantineBucket implements PutAsideObjects {
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
