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
import { LOGS_STAY } from '../account/logs-stay.ts';
import { makeRole } from '../account/role.ts';

/** Inputs of a delivery stream, whatever the type of its destination. */
export interface DeliveryProps {
  readonly source: Source;
  readonly destination: ConfiguredDestination;
  readonly deployment: Deployment;
  /** The bucket of delivered events, for destinations that the deployment itself keeps. */
  readonly archive: IBucket;
  /** The bucket of events that a destination did not accept. */
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

/** The folder of one day's objects, by the day on which Firehose received the events. */
export const DAY_PREFIX = 'dt=!{timestamp:yyyy-MM-dd}/';

/** The log in which Firehose writes what it could not deliver, and why. */
export function deliveryLog(scope: Construct, { logRetentionDays }: Deployment): LogGroup {
  return new LogGroup(scope, 'Log', { retention: logRetentionDays, removalPolicy: LOGS_STAY });
}

/** The role of Firehose for one stream: write below these prefixes of the bucket, and write the log. */
export function deliveryRole(
  scope: Construct,
  { deployment, key, log, bucket, prefixes, more = [] }: DeliveryRoleProps,
): Role {
  const role = makeRole(scope, 'Role', {
    service: 'firehose',
    deployment,
    statements: [
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
    ],
  });
  const reason = 'Firehose names the objects; these are the ones below the stream’s own prefix.';
  acceptWildcards(role, Object.fromEntries(prefixes.map((prefix) => [`/${prefix}*`, reason])));
  return role;
}
