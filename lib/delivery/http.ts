import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { BUFFER, httpSettings } from '../../functions/destinations/http/destination.ts';
import { ASIDE_BUFFER, RETRIED_FOR } from '../../functions/destinations/put-aside.ts';
import type { DeliveryProps } from './delivery.ts';
import { mayReadSecret, readsSecret } from './firehose-secret.ts';
import { puttingAside } from './put-aside.ts';

/** Sends a source's events to an endpoint that speaks Firehose's protocol for HTTP endpoints. */
export class HttpDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { receiver, keySecret, attributes, contentEncoding } = httpSettings(props.destination);
    const more = keySecret === undefined ? [] : mayReadSecret(this, props.deployment, keySecret);
    const { role, stream, s3Configuration, logTo } = puttingAside(this, props, ASIDE_BUFFER, more);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
      httpEndpointDestinationConfiguration: {
        roleArn: role.roleArn,
        endpointConfiguration: { url: receiver?.url ?? '', name: props.destination.id },
        requestConfiguration: {
          contentEncoding: contentEncoding.toUpperCase(),
          commonAttributes: Object.entries(attributes).map(([attributeName, attributeValue]) => ({
            attributeName,
            attributeValue,
          })),
        },
        retryOptions: { durationInSeconds: RETRIED_FOR / SECOND },
        bufferingHints: { intervalInSeconds: BUFFER / SECOND, sizeInMBs: receiver?.bufferMib ?? 1 },
        ...(keySecret !== undefined && { secretsManagerConfiguration: readsSecret(this, role, keySecret) }),
        cloudWatchLoggingOptions: logTo('ToEndpoint'),
        s3BackupMode: 'FailedDataOnly',
        s3Configuration,
      },
    });
  }
}
