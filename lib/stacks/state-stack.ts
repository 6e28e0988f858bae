import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { accept } from '../account/accept.ts';
import { ownKey } from '../account/key.ts';
import { ARCHIVE_BUCKET, EVIDENCE_KEY, QUARANTINE_BUCKET } from '../account/outputs.ts';
import type { NotificationQueue } from '../delivery/s3-notification-queue.ts';
import { announceObjects, type NotifyingDestination } from '../delivery/s3-notifications.ts';

export interface StateProps extends StackProps {
  readonly deployment: Deployment;
  /** The destinations whose new objects in the archive are announced. */
  readonly notifying: readonly NotifyingDestination[];
}

/**
 * What must outlive every deployment: the table of checkpoints, the archive, and the key that signs evidence. No deployment deletes
 * them. The queues that announce objects are here because the bucket cannot refer to a stack that refers to it.
 */
export class StateStack extends Stack {
  readonly table: TableV2;
  /** Events that the deployment itself keeps. */
  readonly archive: IBucket;
  /** Firehose stores here what a destination did not take; `tidemark redrive` sends it again. */
  readonly quarantine: IBucket;
  /** The queues that announce new objects of the archive, by destination. */
  readonly notificationQueues: ReadonlyMap<string, NotificationQueue>;

  constructor(scope: Construct, id: string, { deployment, notifying, ...props }: StateProps) {
    super(scope, id, { description: 'Tidemark: what it keeps.', ...props, terminationProtection: true });
    const key = ownKey(this, deployment);
    this.table = this.#makeTable(key);
    const logs = this.#makeLogBucket(deployment);
    this.archive = this.#makeBucket('Archive', key, logs, {
      ...lock(deployment),
      lifecycleRules: [{ ...REST, ...expiry(deployment.archiveDays) }],
    });
    this.quarantine = this.#makeBucket('Quarantine', key, logs, {
      ...lock(deployment),
      lifecycleRules: [{ ...REST, ...expiry(deployment.quarantineDays) }],
    });
    this.notificationQueues = announceObjects(this, {
      archive: this.archive,
      destinations: notifying,
      key,
      path: deployment.rolePath,
    });
    new CfnOutput(this, 'ArchiveName', { value: this.archive.bucketName, key: ARCHIVE_BUCKET });
    new CfnOutput(this, 'QuarantineName', { value: this.quarantine.bucketName, key: QUARANTINE_BUCKET });
    new CfnOutput(this, 'EvidenceKeyArn', { value: this.#makeSigningKey().keyArn, key: EVIDENCE_KEY });
  }

  /** In one Region only: replicas would break the conditional writes that leases rely on. */
  #makeTable(key: IKey | undefined): TableV2 {
    return new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      encryption: key ? TableEncryptionV2.customerManagedKey(key) : TableEncryptionV2.dynamoOwnedKey(),
    });
  }

  /** It signs evidence. No function may use it: people do, whom their own IAM policies allow it. */
  #makeSigningKey(): Key {
    return new Key(this, 'Evidence', {
      description: 'Tidemark: signs evidence.',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  #makeBucket(id: string, key: IKey | undefined, logs: IBucket, props: BucketProps): IBucket {
    const bucket = new Bucket(this, id, {
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      versioned: true,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      ...GUARDED,
      ...props,
    });
    return bucket as IBucket;
  }

  /** S3 cannot write access logs to a bucket with a customer-managed key or an object lock. */
  #makeLogBucket({ logRetentionDays }: Deployment): IBucket {
    const logs = new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ ...REST, expiration: Duration.days(logRetentionDays) }],
      ...GUARDED,
    });
    accept(logs, { 'AwsSolutions-S1': 'It is where access logs go; logging its own would never end.' });
    return logs as IBucket;
  }
}

const GUARDED = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** Removes the parts that an interrupted upload left behind. */
const REST = { abortIncompleteMultipartUploadAfter: Duration.days(7) };

function lock({ objectLock }: Deployment): BucketProps {
  if (!objectLock) return {};
  const days = Duration.days(objectLock.days);
  return {
    objectLockEnabled: true,
    objectLockDefaultRetention:
      objectLock.mode === 'compliance' ? ObjectLockRetention.compliance(days) : ObjectLockRetention.governance(days),
  };
}

function expiry(days: number | undefined) {
  if (days === undefined) return {};
  return { expiration: Duration.days(days), noncurrentVersionExpiration: Duration.days(1) };
}
