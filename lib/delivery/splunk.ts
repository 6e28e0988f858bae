import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { ASIDE_BUFFER, RETRIED_FOR } from '../../functions/destinations/put-aside.ts';
import { splunkSettings, TIMES } from '../../functions/destinations/splunk/destination.ts';
import type { DeliveryProps } from './delivery.ts';
import { mayReadSecret, readsSecret } from './firehose-secret.ts';
import { puttingAside } from './put-aside.ts';

/** Firehose sends what it has collected as soon as it has so much, or after the time that `TIMES` says. */
const BUFFER_MB = 5;

/** Sends a source's events to Splunk's HTTP Event Collector. */
export class SplunkDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { hecUrl = '', tokenSecret } = splunkSettings(props.destination);
    const more = mayReadSecret(this, props.deployment, tokenSecret);
    const { role, stream, s3Configuration, logTo } = puttingAside(this, props, ASIDE_BUFFER, more);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
      splunkDestinationConfiguration: {
        hecEndpoint: hecUrl,
        // Every event comes in an envelope with its time, host, source, sourcetype and index.
        hecEndpointType: 'Event',
        hecAcknowledgmentTimeoutInSeconds: TIMES.acknowledge / SECOND,
        retryOptions: { durationInSeconds: RETRIED_FOR / SECOND },
        bufferingHints: { intervalInSeconds: TIMES.buffer / SECOND, sizeInMBs: BUFFER_MB },
        secretsManagerConfiguration: readsSecret(this, role, tokenSecret),
        cloudWatchLoggingOptions: logTo('ToSplunk'),
        s3BackupMode: 'FailedEventsOnly',
        s3Configuration,
      },
    });
  }
}
