import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import type { Source } from '../../functions/core/model.ts';
import { acceptWildcards } from '../account/accept.ts';
import { useKey } from '../account/key.ts';
import { makeRole } from '../account/role.ts';

/** Inputs of a stream to a destination of any type. */
export interface DeliveryProps {
  readonly source: Source;
  readonly destination: ConfiguredDestination;
  readonly deployment: Deployment;
  /** For what destinations take, if they are kept by the deployment itself. */
  readonly archive: IBucket;
  /** For what destinations did not take. */
  readonly quarantine: IBucket;
  readonly key: IKey | undefined;
}

/** Inputs of the role of one stream. */
interface DeliveryRoleProps {
  readonly deployment: Deployment;
  readonly key: IKey | undefined;
  readonly log: LogGroup;
  readonly bucket: IBucket;
  /** The prefixes of its objects. */
  readonly prefixes: readonly string[];
  readonly more?: readonly PolicyStatement[];
}

/** The folder of one day's objects: the day on which the events came to Firehose. */
export const DAY_PREFIX = 'dt=!{timestamp:yyyy-MM-dd}/';

/** The log of what Firehose could not deliver, and why. */
export function deliveryLog(scope: Construct, { logRetentionDays }: Deployment): LogGroup {
  return new LogGroup(scope, 'Log', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
}

/** What Firehose may do for one stream: write below these prefixes of its bucket, and log. */
export function deliveryRole(
  scope: Construct,
  { deployment, key, log, bucket, prefixes, more = [] }: DeliveryRoleProps,
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
