import { Duration, Size } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import {
  Compression,
  DeliveryStream,
  EnableLogging,
  S3Bucket,
  StreamEncryption,
} from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { deliveryStreamName, objectPrefix } from '../../functions/core/config/destination.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { BUFFERED_FOR, ERRORS_FOLDER } from '../../functions/destinations/s3/destination.ts';
import { DAY_PREFIX, type DeliveryProps, deliveryLog, deliveryRole } from './delivery.ts';

/** Writes a source's events to the archive, one on each line, below `<destination>/source=<source>/dt=<day>/`. */
export class S3Delivery extends Construct {
  readonly stream: DeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { source, destination, deployment, archive, key } = props;
    const prefix = objectPrefix(destination.id, source.id);
    const errors = `${ERRORS_FOLDER}/${prefix}`;
    const log = deliveryLog(this, deployment);
    const role = deliveryRole(this, { deployment, key, log, bucket: archive, prefixes: [prefix, errors] });
    const fixedRole = role.withoutPolicyUpdates() as IRole;
    this.stream = new DeliveryStream(this, 'Stream', {
      role: fixedRole,
      deliveryStreamName: deliveryStreamName(destination.id, source.id, deployment.stackPrefix),
      encryption: key ? StreamEncryption.customerManagedKey(key) : StreamEncryption.awsOwnedKey(),
      destination: new S3Bucket(archive, {
        role: fixedRole,
        dataOutputPrefix: `${prefix}${DAY_PREFIX}`,
        errorOutputPrefix: `${errors}!{firehose:error-output-type}/${DAY_PREFIX}`,
        compression: Compression.GZIP,
        fileExtension: destination.shape.format === 'cef' ? '.cef.gz' : '.json.gz',
        bufferingInterval: Duration.minutes(BUFFERED_FOR / MINUTE),
        bufferingSize: Size.mebibytes(64),
        loggingConfig: new EnableLogging(log),
        ...(key && { encryptionKey: key }),
      }),
    });
  }
}
