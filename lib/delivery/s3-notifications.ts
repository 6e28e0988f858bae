import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { ObjectNotifications } from '../../functions/destinations/destination-type.ts';
import { NotificationQueue } from './s3-notification-queue.ts';

/** A destination whose new objects are announced. */
export interface NotifyingDestination {
  readonly id: string;
  readonly notifications: ObjectNotifications;
}

export interface NotificationsProps {
  readonly archive: IBucket;
  readonly destinations: readonly NotifyingDestination[];
  readonly key: IKey | undefined;
  readonly path: string;
}

/**
 * Lets S3 announce each new object of these destinations, and returns the queues that were made for it, by destination. The property of
 * the bucket does this; the CDK's own notifications would bring a function with a wide role.
 */
export function announceObjects(
  scope: Construct,
  { archive, destinations, key, path }: NotificationsProps,
): ReadonlyMap<string, NotificationQueue> {
  if (destinations.length === 0) return new Map();
  const bucket = archive.node.defaultChild as CfnBucket;
  const queues = destinations.flatMap(({ id, notifications }) => {
    if (!notifications.sqs) return [];
    const made = new NotificationQueue(scope, `Notifications-${id}`, { destination: id, archive, key, path });
    bucket.addResourceDependency(made.policy);
    return [[id, made] as const];
  });
  bucket.notificationConfiguration = {
    queueConfigurations: queues.map(([id, { queue }]) => ({ ...objectsOf(id), queue: queue.queueArn })),
    topicConfigurations: destinations.flatMap(({ id, notifications: { topicArn } }) =>
      topicArn === undefined ? [] : [{ ...objectsOf(id), topic: topicArn }],
    ),
  };
  return new Map(queues);
}

/** Every new object below the folder of a destination. What could not be written there lies in another folder. */
function objectsOf(destination: string) {
  const rules = [{ name: 'prefix', value: `${destination}/` }];
  return { event: 's3:ObjectCreated:*', filter: { s3Key: { rules } } };
}
