import { MINUTE } from '../../core/time.ts';
import { FORMATS } from '../../formats/formats.ts';
import { failed, stale } from '../delivery-signs.ts';
import type { DestinationType } from '../destination-type.ts';

/** How long Firehose collects events for an object: fewer, larger objects make queries faster and cheaper. */
export const S3_BUFFER = 5 * MINUTE;

const FRESHNESS = 'DeliveryToS3.DataFreshness';

/** The deployment's own archive: a bucket in which events lie by destination, source and day. */
export const s3: DestinationType = {
  id: 's3',
  title: 'S3',
  words: [],
  formats: FORMATS,
  settings: {},
  delivery: { holds: S3_BUFFER, freshness: FRESHNESS, signs: [stale(FRESHNESS), failed('DeliveryToS3.Success')] },
  isQueryable: (format) => format === 'ecs',
  cost: { archived: true },
};
