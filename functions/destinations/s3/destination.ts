import { FORMATS } from '../../formats/formats.ts';
import { failed, stale } from '../delivery-signs.ts';
import type { DestinationType } from '../destination-type.ts';

const FRESHNESS = 'DeliveryToS3.DataFreshness';

/** The deployment's own archive: a bucket in which events lie by destination, source and day. */
export const s3: DestinationType = {
  id: 's3',
  title: 'S3',
  words: [],
  formats: FORMATS,
  settings: {},
  delivery: { freshness: FRESHNESS, signs: [stale(FRESHNESS), failed('DeliveryToS3.Success')] },
  isQueryable: (format) => format === 'ecs',
  cost: { archived: true },
};
