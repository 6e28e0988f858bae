import { MINUTE } from '../../core/time.ts';
import { FORMATS } from '../../formats/formats.ts';
import { failed, stale } from '../delivery-signs.ts';
import type { DestinationType } from '../destination-type.ts';

/** Time for which Firehose collects events for an object. Fewer, larger objects make queries faster and cheaper, and nobody waits for new ones. */
export const BUFFERED_FOR = 5 * MINUTE;

const FRESHNESS = 'DeliveryToS3.DataFreshness';

/** The deployment's own archive: a bucket in which events lie by destination, source and day. */
export const s3: DestinationType = {
  id: 's3',
  title: 'S3',
  words: [],
  formats: FORMATS,
  settings: {},
  heldFor: BUFFERED_FOR,
  delivery: () => ({ freshness: FRESHNESS, signs: [stale(FRESHNESS), failed('DeliveryToS3.Success')] }),
  isQueryable: (format) => format === 'ecs',
  cost: { archived: true },
};
