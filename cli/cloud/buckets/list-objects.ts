import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { sayAwsError } from '../aws-error.ts';

/** An object of a bucket. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly at: Date;
}

/** The objects below a prefix, in the order of their keys. */
export async function* listObjects(client: S3Client, bucket: string, prefix: string): AsyncGenerator<ListedObject> {
  let ContinuationToken: string | undefined;
  do {
    const page = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken });
    const answer = await client.send(page).catch((thrown: unknown) => {
      throw sayAwsError(`What lies in ${bucket} cannot be listed`, thrown);
    });
    for (const { Key: key = '', Size: bytes = 0, LastModified: at = new Date(0) } of answer.Contents ?? []) {
      yield { key, bytes, at };
    }
    ContinuationToken = answer.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}
