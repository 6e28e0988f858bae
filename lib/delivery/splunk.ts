import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { splunkSettings, TIMES } from '../../functions/destinations/splunk/destination.ts';
import { useSecretKeys } from '../account/key.ts';
import { secretArn, secretResource } from '../account/secrets.ts';
import type { DeliveryProps } from './delivery.ts';
import { puttingAside } from './put-aside.ts';

/** Firehose sends what it has collected as soon as it has so much, or after the time that `TIMES` says. */
const BUFFER_MB = 5;

/** Sends a source's events to Splunk's HTTP Event Collector. */
export class SplunkDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { hecUrl = '', tokenSecret } = splunkSettings(props.destination);
    const readToken = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretResource(this, tokenSecret)],
    });
    const { role, stream, s3Configuration, logTo } = puttingAside(this, props, TIMES.bucketBuffer, [
      readToken,
      ...useSecretKeys(props.deployment),
    ]);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
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
        s3Configuration,
      },
    });
  }
}
