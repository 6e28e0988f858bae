import type { Construct } from 'constructs';
import type { DestinationType } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import type { DeliveryProps } from './delivery.ts';
import { HttpDelivery } from './http.ts';
import { IcebergDelivery } from './iceberg.ts';
import { OpensearchDelivery } from './opensearch.ts';
import { S3Delivery } from './s3.ts';
import { SplunkDelivery } from './splunk.ts';

/** The construct that is deployed for each type of destination, once for each stream. */
const DRAWINGS: Readonly<Record<string, Drawing>> = {
  s3: S3Delivery,
  splunk: SplunkDelivery,
  http: HttpDelivery,
  opensearch: OpensearchDelivery,
  iceberg: IcebergDelivery,
};

export type Drawing = new (scope: Construct, id: string, props: DeliveryProps) => Construct;

/** A type of destination with its construct. */
export interface DrawnType extends DestinationType {
  readonly drawing: Drawing;
}

/** Every type of destination. */
export const DRAWN_TYPES: readonly DrawnType[] = DESTINATION_TYPES.map((type) => {
  const drawing = DRAWINGS[type.id];
  if (!drawing) throw new Error(`lib/delivery has no drawing of ${type.id}.`);
  return { ...type, drawing };
});
