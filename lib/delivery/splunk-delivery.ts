import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogStream } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { deliveryStreamName, objectPrefix } from '../../functions/core/config/tidemark-config.ts';
import { useSecretKeys } from '../account/key.ts';
import { secretArn, secretResource } from '../account/secrets.ts';
import { DAY_PREFIX, type DeliveryProps, deliveryLog, deliveryRole } from './delivery.ts';

/** How long Firehose tries, of the two hours that it may, before an event goes to the quarantine bucket. */
const RETRY_SECONDS = 7_200;
/** How long Splunk may take to say that it has indexed what it was sent. */
const ACKNOWLEDGE_SECONDS = 300;
const BUFFER = { intervalInSeconds: 30, sizeInMBs: 5 };

/** Sends a source's events to Splunk's HTTP Event Collector. */
export class SplunkDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps<'splunk'>) {
    super(scope, id);
    const { source, destination, deployment, bucket, key } = props;
    const prefix = objectPrefix(destination.id, source.id);
    const log = deliveryLog(this, deployment);
    const readToken = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretResource(this, destination.tokenSecret)],
    });
    const role = deliveryRole(this, props, log, [prefix], [readToken, ...useSecretKeys(deployment)]);
    const tell = (name: string) => ({
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
        hecEndpoint: destination.hecUrl ?? '',
        // Every event comes in an envelope with its own time, host, source, sourcetype and index.
        hecEndpointType: 'Event',
        hecAcknowledgmentTimeoutInSeconds: ACKNOWLEDGE_SECONDS,
        retryOptions: { durationInSeconds: RETRY_SECONDS },
        bufferingHints: BUFFER,
        // Read again every ten minutes: a new token takes no deploy.
        secretsManagerConfiguration: {
          enabled: true,
          secretArn: secretArn(this, destination.tokenSecret),
          roleArn: role.roleArn,
        },
        cloudWatchLoggingOptions: tell('ToSplunk'),
        s3BackupMode: 'FailedEventsOnly',
        s3Configuration: {
          bucketArn: bucket.bucketArn,
          roleArn: role.roleArn,
          prefix: `${prefix}${DAY_PREFIX}`,
          errorOutputPrefix: `${prefix}!{firehose:error-output-type}/${DAY_PREFIX}`,
          compressionFormat: 'GZIP',
          bufferingHints: { intervalInSeconds: 60, sizeInMBs: 5 },
          encryptionConfiguration: key
            ? { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } }
            : { noEncryptionConfig: 'NoEncryption' },
          cloudWatchLoggingOptions: tell('ToBucket'),
        },
      },
    });
  }
}
