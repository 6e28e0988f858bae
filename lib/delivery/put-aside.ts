import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogStream } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { deliveryStreamName, objectPrefix } from '../../functions/core/config/destination.ts';
import { type Duration, SECOND } from '../../functions/core/time.ts';
import { DAY_PREFIX, type DeliveryProps, deliveryLog, deliveryRole } from './delivery.ts';

const BUFFER_MB = 5;

/** What every stream has that puts into the quarantine bucket what its destination did not take. */
interface PuttingAside {
  readonly role: Role;
  /** The stream’s name, kind and encryption. */
  readonly stream: Pick<
    CfnDeliveryStreamInput,
    'deliveryStreamName' | 'deliveryStreamType' | 'deliveryStreamEncryptionConfigurationInput'
  >;
  /** How it writes into the bucket, below the prefix where `tidemark redrive` looks. */
  readonly s3Configuration: CfnDeliveryStream.S3DestinationConfigurationProperty;
  /** Where it logs what it could not deliver. */
  readonly logTo: (name: string) => CfnDeliveryStream.CloudWatchLoggingOptionsProperty;
}

type CfnDeliveryStreamInput = ConstructorParameters<typeof CfnDeliveryStream>[2] & object;

/** @param more permissions that the stream needs for its destination */
export function puttingAside(
  scope: Construct,
  { source, destination, deployment, quarantine, key }: DeliveryProps,
  bucketBuffer: Duration,
  more: readonly PolicyStatement[],
): PuttingAside {
  const prefix = objectPrefix(destination.id, source.id);
  const log = deliveryLog(scope, deployment);
  const role = deliveryRole(scope, { deployment, key, log, bucket: quarantine, prefixes: [prefix], more });
  const logTo = (name: string) => ({
    enabled: true,
    logGroupName: log.logGroupName,
    logStreamName: new LogStream(scope, name, { logGroup: log }).logStreamName,
  });
  return {
    role,
    stream: {
      deliveryStreamName: deliveryStreamName(destination.id, source.id, deployment.stackPrefix),
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: key
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
    },
    s3Configuration: {
      bucketArn: quarantine.bucketArn,
      roleArn: role.roleArn,
      prefix: `${prefix}${DAY_PREFIX}`,
      errorOutputPrefix: `${prefix}!{firehose:error-output-type}/${DAY_PREFIX}`,
      compressionFormat: 'GZIP',
      bufferingHints: { intervalInSeconds: bucketBuffer / SECOND, sizeInMBs: BUFFER_MB },
      encryptionConfiguration: key
        ? { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } }
        : { noEncryptionConfig: 'NoEncryption' },
      cloudWatchLoggingOptions: logTo('ToBucket'),
    },
    logTo,
  };
}
