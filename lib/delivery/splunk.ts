import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogStream } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { deliveryStreamName, objectPrefix } from '../../functions/core/config/destination.ts';
import { SECOND } from '../../functions/core/time.ts';
import { splunkSettings, TIMES } from '../../functions/destinations/splunk/destination.ts';
import { useSecretKeys } from '../account/key.ts';
import { secretArn, secretResource } from '../account/secrets.ts';
import { DAY_PREFIX, type DeliveryProps, deliveryLog, deliveryRole } from './delivery.ts';

/** Firehose sends what it has collected as soon as it has so much, or after the time that `TIMES` says. */
const BUFFER_MB = 5;

/** Sends a source's events to Splunk's HTTP Event Collector. */
export class SplunkDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { source, destination, deployment, quarantine, key } = props;
    const { hecUrl = '', tokenSecret } = splunkSettings(destination);
    const prefix = objectPrefix(destination.id, source.id);
    const log = deliveryLog(this, deployment);
    const readToken = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretResource(this, tokenSecret)],
    });
    const role = deliveryRole(this, {
      deployment,
      key,
      log,
      bucket: quarantine,
      prefixes: [prefix],
      more: [readToken, ...useSecretKeys(deployment)],
    });
    const logTo = (name: string) => ({
      enabled: true,
      logGroupName: log.logGroupName,
      logStreamName: new LogStream(this, name, { logGroup: log }).logStreamName,
    });
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamName: deliveryStreamName(destination.id, source.id, deployment.stackPrefix),
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: key
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
      splunkDestinationConfiguration: {
        hecEndpoint: hecUrl,
        // Every event comes in an envelope with its time, host, source, sourcetype and index.
        hecEndpointType: 'Event',
        hecAcknowledgmentTimeoutInSeconds: TIMES.acknowledge / SECOND,
        retryOptions: { durationInSeconds: TIMES.retry / SECOND },
        bufferingHints: { intervalInSeconds: TIMES.buffer / SECOND, sizeInMBs: BUFFER_MB },
        // Firehose reads the secret again every ten minutes: a new token needs no deployment.
        secretsManagerConfiguration: {
          enabled: true,
          secretArn: secretArn(this, tokenSecret),
          roleArn: role.roleArn,
        },
        cloudWatchLoggingOptions: logTo('ToSplunk'),
        s3BackupMode: 'FailedEventsOnly',
        s3Configuration: {
          bucketArn: quarantine.bucketArn,
          roleArn: role.roleArn,
          prefix: `${prefix}${DAY_PREFIX}`,
          errorOutputPrefix: `${prefix}!{firehose:error-output-type}/${DAY_PREFIX}`,
          compressionFormat: 'GZIP',
          bufferingHints: { intervalInSeconds: TIMES.bucketBuffer / SECOND, sizeInMBs: BUFFER_MB },
          encryptionConfiguration: key
            ? { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } }
            : { noEncryptionConfig: 'NoEncryption' },
          cloudWatchLoggingOptions: logTo('ToBucket'),
        },
      },
    });
  }
}
