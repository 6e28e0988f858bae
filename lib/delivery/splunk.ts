import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { splunkSettings, TIMES } from '../../functions/destinations/splunk/destination.ts';
import { backedUp } from './backed-up.ts';
import type { DeliveryProps } from './delivery.ts';

/** Firehose sends what it has collected as soon as it has so much, or after the time that `TIMES` says. */
const BUFFER_MB = 5;

/** Sends a source's events to Splunk's HTTP Event Collector. */
export class SplunkDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { hecUrl = '', tokenSecret } = splunkSettings(props.destination);
    const { stream, destination } = backedUp(this, props, 'ToSplunk', tokenSecret);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
      splunkDestinationConfiguration: {
        ...destination,
        hecEndpoint: hecUrl,
        // Every event comes in an envelope with its time, host, source, sourcetype and index.
        hecEndpointType: 'Event',
        hecAcknowledgmentTimeoutInSeconds: TIMES.acknowledge / SECOND,
        bufferingHints: { intervalInSeconds: TIMES.buffer / SECOND, sizeInMBs: BUFFER_MB },
        s3BackupMode: 'FailedEventsOnly',
      },
    });
  }
}
