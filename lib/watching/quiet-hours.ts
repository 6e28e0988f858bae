import { Duration, TimeZone } from 'aws-cdk-lib';
import { type Alarm, AlarmMuteRule, ScheduleExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type QuietHours as Hours, quietTimes } from '../../functions/core/config/quiet-hours.ts';

export interface QuietHoursProps {
  readonly hours: Hours;
  readonly alarms: readonly Alarm[];
}

/**
 * Mutes alarms at the configured times. Muted alarms still change state. An alarm that was raised in quiet hours and is still on at their
 * end is sent then; one that was sent before they began is not sent again.
 */
export class QuietHours extends Construct {
  constructor(scope: Construct, id: string, { hours, alarms }: QuietHoursProps) {
    super(scope, id);
    const timeZone = TimeZone.of(hours.timeZone);
    for (const [at, { day, minute, minutes }] of quietTimes(hours).entries()) {
      new AlarmMuteRule(this, String(at + 1), {
        description: 'Tidemark: when silence is no news (deployment.alarms.quietHours).',
        schedule: ScheduleExpression.cron({
          minute: String(minute % 60),
          hour: String(Math.floor(minute / 60)),
          ...(day !== undefined && { weekDay: day.toUpperCase() }),
          timeZone,
        }),
        duration: Duration.minutes(minutes),
        alarms: [...alarms],
      });
    }
  }
}
