import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream, CfnDeliveryStreamProps } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogStream } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { deliveryStreamName, objectPrefix } from '../../functions/core/config/destination.ts';
import { SECOND } from '../../functions/core/time.ts';
import { ASIDE_BUFFER, RETRIED_FOR } from '../../functions/destinations/put-aside.ts';
import { useSecretKeys } from '../account/key.ts';
import { secretArn, secretResource } from '../account/secrets.ts';
import { DAY_PREFIX, type DeliveryProps, deliveryLog, deliveryRole } from './delivery.ts';

const BUFFER_MB = 5;

/** What streams have in common that send to an endpoint outside of AWS, and put into the quarantine bucket what it does not take. */
interface BackedUp {
  readonly stream: Pick<
    CfnDeliveryStreamProps,
    'deliveryStreamName' | 'deliveryStreamType' | 'deliveryStreamEncryptionConfigurationInput'
  >;
  readonly role: Role;
  /** The parts of the destination's configuration. */
  readonly destination: {
    readonly retryOptions: CfnDeliveryStream.RetryOptionsProperty;
    readonly cloudWatchLoggingOptions: CfnDeliveryStream.CloudWatchLoggingOptionsProperty;
    readonly s3Configuration: CfnDeliveryStream.S3DestinationConfigurationProperty;
    readonly secretsManagerConfiguration?: CfnDeliveryStream.SecretsManagerConfigurationProperty;
  };
}

/**
 * @param log the name of its part of the log
 * @param secret the name of the secret with which Firehose identifies itself, if it needs one
 */
export function backedUp(scope: Construct, props: DeliveryProps, log: string, secret: string | undefined): BackedUp {
  const { source, destination, deployment, quarantine, key } = props;
  const prefix = objectPrefix(destination.id, source.id);
  const group = deliveryLog(scope, deployment);
  const readSecret = (name: string) => [
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretResource(scope, name)] }),
    ...useSecretKeys(deployment),
  ];
  const role = deliveryRole(scope, {
    deployment,
    key,
    log: group,
    bucket: quarantine,
    prefixes: [prefix],
    more: secret === undefined ? [] : readSecret(secret),
  });
  const logTo = (name: string) => ({
    enabled: true,
    logGroupName: group.logGroupName,
    logStreamName: new LogStream(scope, name, { logGroup: group }).logStreamName,
  });
  return {
    stream: {
      deliveryStreamName: deliveryStreamName(destination.id, source.id, deployment.stackPrefix),
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: key
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
    },
    role,
    destination: {
      retryOptions: { durationInSeconds: RETRIED_FOR / SECOND },
      // Firehose reads the secret again every ten minutes: a new value needs no deployment.
      ...(secret !== undefined && {
        secretsManagerConfiguration: { enabled: true, secretArn: secretArn(scope, secret), roleArn: role.roleArn },
      }),
      cloudWatchLoggingOptions: logTo(log),
      s3Configuration: {
        bucketArn: quarantine.bucketArn,
        roleArn: role.roleArn,
        prefix: `${prefix}${DAY_PREFIX}`,
        errorOutputPrefix: `${prefix}!{firehose:error-output-type}/${DAY_PREFIX}`,
        compressionFormat: 'GZIP',
        bufferingHints: { intervalInSeconds: ASIDE_BUFFER / SECOND, sizeInMBs: BUFFER_MB },
        encryptionConfiguration: key
          ? { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } }
          : { noEncryptionConfig: 'NoEncryption' },
        cloudWatchLoggingOptions: logTo('ToBucket'),
      },
    },
  };
}
