import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import type { ConfiguredDestination } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { acceptWildcards } from '../account/accept.ts';
import { useKey } from '../account/key.ts';
import { makeRole } from '../account/role.ts';

/** What a stream to any destination is made from. */
export interface DeliveryProps<Type extends ConfiguredDestination['type']> {
  readonly source: Source;
  readonly destination: Extract<ConfiguredDestination, { type: Type }>;
  readonly deployment: Deployment;
  /** The bucket of what the destination takes, or of what it does not take. */
  readonly bucket: IBucket;
  readonly key: IKey | undefined;
}

/** Where the objects of one day lie; Firehose means the day on which the events came to it. */
export const DAY_PREFIX = 'dt=!{timestamp:yyyy-MM-dd}/';

/** The log of what Firehose could not deliver, and why. */
export function deliveryLog(scope: Construct, { logRetentionDays }: Deployment): LogGroup {
  return new LogGroup(scope, 'Log', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
}

/** What Firehose may do for one stream: write below these prefixes of its bucket, and tell of it. */
export function deliveryRole(
  scope: Construct,
  { deployment, bucket, key }: Pick<DeliveryProps<'s3'>, 'deployment' | 'bucket' | 'key'>,
  log: LogGroup,
  prefixes: readonly string[],
  more: readonly PolicyStatement[] = [],
): Role {
  const role = makeRole(scope, 'Role', 'firehose', deployment, [
    new PolicyStatement({
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [bucket.bucketArn],
    }),
    new PolicyStatement({
      actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
      resources: prefixes.map((prefix) => `${bucket.bucketArn}/${prefix}*`),
    }),
    new PolicyStatement({ actions: ['logs:PutLogEvents'], resources: [log.logGroupArn] }),
    ...useKey(key, ['s3', 'firehose', 'secretsmanager']),
    ...more,
  ]);
  const reason = 'Firehose names the objects; these are the ones below the stream’s own prefix.';
  acceptWildcards(role, Object.fromEntries(prefixes.map((prefix) => [`/${prefix}*`, reason])));
  return role;
}
