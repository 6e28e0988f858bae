import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { NotificationQueue } from '../delivery/s3-notification-queue.ts';

const UNREAD_SECONDS = 3_600;

/** A state of a notification queue that a person has to look at. Each has a heading in the runbook. */
interface QueueSign {
  readonly name: string;
  readonly about: string;
  /** The first command to run. */
  command(queues: NotificationQueue): string;
  metric(queues: NotificationQueue): IMetric;
  readonly threshold: number;
}

export const QUEUE_SIGNS: readonly QueueSign[] = [
  {
    name: 'notifications-unread',
    about:
      'Nobody has read an announced object of the archive for over an hour; after seven days the announcement is deleted.',
    command: ({ queue }) => `aws sqs get-queue-attributes --attribute-names All --queue-url ${queue.queueUrl}`,
    metric: ({ queue }) =>
      queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: Duration.minutes(15) }),
    threshold: UNREAD_SECONDS,
  },
  {
    name: 'notifications-failed',
    about:
      'The reader of the archive has tried an announced object several times and failed; the announcement waits for 14 days at most.',
    command: ({ deadLetters }) =>
      `aws sqs receive-message --max-number-of-messages 10 --visibility-timeout 0 --queue-url ${deadLetters.queueUrl}`,
    metric: ({ deadLetters }) =>
      deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: Duration.minutes(15) }),
    threshold: 0,
  },
];

export interface NotificationAlarmsProps {
  /** Names the queue in the texts of the alarms. */
  readonly name: string;
  readonly queues: NotificationQueue;
  readonly topic: ITopic;
}

/** The alarms of one notification queue: whether its reader reads, and whether it can. */
export class NotificationAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { name, queues, topic }: NotificationAlarmsProps) {
    super(scope, id);
    this.alarms = QUEUE_SIGNS.map((sign) => {
      const alarm = new Alarm(this, sign.name, {
        alarmDescription: `${name}/${sign.name}: ${sign.about} First: ${sign.command(queues)}. Then: docs/runbook.md, ${sign.name}.`,
        metric: sign.metric(queues),
        threshold: sign.threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        // SQS reports nothing about a queue that nobody has used for hours.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
      return alarm;
    });
  }
}
