import * as z from 'zod/mini';
import { described } from '../../core/config/connection.ts';
import type { ConfiguredDestination } from '../../core/config/destination.ts';
import { MINUTE } from '../../core/time.ts';
import { FORMATS } from '../../formats/formats.ts';
import { failed, stale } from '../delivery-signs.ts';
import type { DestinationType, WrongSetting } from '../destination-type.ts';

/** Time for which Firehose collects events for an object. Fewer, larger objects make queries faster and cheaper, and nobody waits for new ones. */
export const BUFFERED_FOR = 5 * MINUTE;

/** The folder of the archive for what Firehose could not write below a destination's own. */
export const ERRORS_FOLDER = 'errors';

const FRESHNESS = 'DeliveryToS3.DataFreshness';
const TOPIC_ARN = /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/;

const SETTINGS = {
  notifications: z.optional(
    described(
      z
        .strictObject({
          sqs: z.optional(
            described(
              z.literal(true),
              'A queue for one reader, with a dead-letter queue, alarms, and a policy that lets a reader use it.',
            ),
          ),
          topicArn: z.optional(
            described(
              z.string().check(z.regex(TOPIC_ARN, 'the ARN of an SNS topic that is not FIFO')),
              'The SNS topic of a reader that brings its own. Its policy must allow the archive’s bucket to publish.',
            ),
          ),
        })
        .check(
          z.refine(({ sqs, topicArn }) => (sqs === undefined) !== (topicArn === undefined), {
            error: 'one of sqs and topicArn',
          }),
        ),
      'In an AWS account: each new object of this destination is announced to whoever reads the archive. A customer-managed key (kmsKeyArn) must let S3 use it.',
    ),
  ),
};

const settingsSchema = z.strictObject(SETTINGS);

/** The deployment's own archive: a bucket in which events lie by destination, source and day. */
export const s3: DestinationType = {
  id: 's3',
  title: 'S3',
  where: 'objects in S3, which SQL (Athena) can query',
  words: [],
  formats: FORMATS,
  settings: SETTINGS,
  heldFor: BUFFERED_FOR,
  delivery: () => ({ freshness: FRESHNESS, signs: [stale(FRESHNESS), failed('DeliveryToS3.Success')] }),
  notDeployable: (destination) => (notificationsOf(destination) ? wrongId(destination) : []),
  isQueryable: (format) => format === 'ecs',
  notificationsOf,
  cost: { archived: true },
};

function notificationsOf({ settings }: ConfiguredDestination) {
  return settingsSchema.parse(settings).notifications;
}

/** What could not be written for any destination would be announced as an object of this one. */
function wrongId({ id }: ConfiguredDestination): WrongSetting[] {
  return id === ERRORS_FOLDER
    ? [{ setting: 'id', there: id, wanted: 'another id for a destination with notifications' }]
    : [];
}
