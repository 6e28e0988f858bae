import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { BUFFER, httpSettings } from '../../functions/destinations/http/destination.ts';
import { backedUp } from './backed-up.ts';
import type { DeliveryProps } from './delivery.ts';

/** Sends a source's events to an endpoint that speaks Firehose's protocol for HTTP endpoints. */
export class HttpDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { receiver, keySecret, attributes, contentEncoding } = httpSettings(props.destination);
    const { stream, role, destination } = backedUp(this, props, 'ToEndpoint', keySecret);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
      httpEndpointDestinationConfiguration: {
        ...destination,
        roleArn: role.roleArn,
        endpointConfiguration: { url: receiver?.url ?? '', name: props.destination.id },
        requestConfiguration: {
          contentEncoding: contentEncoding.toUpperCase(),
          commonAttributes: Object.entries(attributes).map(([attributeName, attributeValue]) => ({
            attributeName,
            attributeValue,
          })),
        },
        bufferingHints: { intervalInSeconds: BUFFER / SECOND, sizeInMBs: receiver?.bufferMib ?? 1 },
        s3BackupMode: 'FailedDataOnly',
      },
    });
  }
}
