import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import * as z from 'zod/mini';
import { described } from '../../functions/core/config/connection.ts';
import { type ConfiguredDestination, deliveryStreamName } from '../../functions/core/config/destination.ts';
import { HOUR } from '../../functions/core/time.ts';
import { failed, putAside, stale } from '../../functions/destinations/delivery-signs.ts';
import type { DestinationType } from '../../functions/destinations/destination-type.ts';
import type { Envelope } from '../../functions/destinations/envelope.ts';
import type { DeliveryProps } from '../../lib/delivery/delivery.ts';
import type { DrawnType } from '../../lib/delivery/drawings.ts';

declare module '../../functions/core/model.ts' {
  interface Shape {
    readonly parcel?: { readonly door: string };
  }
}

const SETTINGS = {
  door: described(z.string().check(z.minLength(1)), 'The URL of the door.'),
  keySecret: z.optional(described(z.string().check(z.minLength(1)), 'The name of the secret {"key":"..."}.')),
};
const schema = z.strictObject(SETTINGS);
const settingsOf = ({ settings }: Pick<ConfiguredDestination, 'settings'>) => schema.parse(settings);

export const parcelEnvelope: Envelope = {
  name: 'parcel',
  settings: z.strictObject({ door: z.string() }),
  maxBytes: 2_000,
  wrap: (_, event, line) => JSON.stringify({ id: event.event.id, inside: line }),
};

function insideOf(text: string): string | undefined {
  return (JSON.parse(text) as { inside?: string }).inside;
}

/** A type of destination that nobody has. It is registered by being passed on, and nothing else knows it. */
export const parcel: DestinationType = {
  id: 'parcel',
  title: 'Parcel post',
  where: 'behind a door',
  words: [],
  formats: ['ecs', 'raw'],
  settings: SETTINGS,
  heldFor: HOUR,
  envelope: { envelope: parcelEnvelope, unwrap: insideOf, heading: '', text: '', sampleHeading: '', sample: {} },
  shapeOf: (settings) => ({ parcel: { door: settingsOf({ settings }).door } }),
  delivery: () => ({
    freshness: 'DeliveryToParcel.DataFreshness',
    signs: [
      stale('DeliveryToParcel.DataFreshness'),
      failed('DeliveryToParcel.Success'),
      putAside('Parcel post', 'DeliveryToParcel.Success'),
      { ...failed('DeliveryToParcel.Lost'), name: 'lost', about: 'Parcels were lost.' },
    ],
  }),
  secret: {
    setting: 'keySecret',
    about: 'the key',
    shape: { key: 'The key to the door.' },
    value: { pattern: /^\w+$/, wanted: 'letters' },
    nameOf: (destination) => settingsOf(destination).keySecret ?? `tidemark/parcel/${destination.id}`,
  },
  refused: { data: 'parcel', reason: 'why' },
  notDeployable: (destination) => {
    const { door } = settingsOf(destination);
    return door.startsWith('https:') ? [] : [{ setting: 'door', there: door, wanted: 'an https URL' }];
  },
  endpointOf: (destination) => settingsOf(destination).door,
  cost: { archived: false, secretCalls: { value: 10, words: 'calls a day' } },
};

class ParcelDelivery extends Construct {
  constructor(scope: Construct, id: string, { source, destination, deployment }: DeliveryProps) {
    super(scope, id);
    new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamName: deliveryStreamName(destination.id, source.id, deployment.stackPrefix),
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
    });
  }
}

export const drawnParcel: DrawnType = { ...parcel, drawing: ParcelDelivery };
