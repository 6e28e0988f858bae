import { Duration as CdkDuration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { type Duration, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { PlannedSchedule } from '../plan/plan-schedules.ts';
import type { ForwardingStack } from './forwarding-stack.ts';

export interface SchedulesProps extends StackProps {
  readonly planned: readonly PlannedSchedule[];
  readonly forwarding: ForwardingStack;
}

/** One shard of the schedules. It holds nothing else, so a shard can be changed or recreated without the others. */
export class SchedulesStack extends Stack {
  constructor(scope: Construct, id: string, { planned, forwarding, ...props }: SchedulesProps) {
    super(scope, id, { description: 'Tidemark: when what is read.', ...props });
    // The references already imply this dependency; it is explicit because alarms must exist before schedules.
    this.addStackDependency(forwarding, 'nothing runs unwatched');
    const group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    for (const { id, source, invokes, every, atMinute, input, description } of planned) {
      const invocable = (invokes === 'rotation' ? forwarding.rotations : forwarding.sources).get(source);
      if (!invocable) throw new Error(`There is no function for ${source}.`);
      new Schedule(this, id, {
        description,
        scheduleGroup: group,
        schedule: atMinute === undefined ? ScheduleExpression.rate(minutes(every)) : dailyAt(atMinute),
        timeWindow: atMinute === undefined ? windowOf(every) : TimeWindow.off(),
        target: new LambdaInvoke(invocable.function.function, {
          role: invocable.scheduler.withoutPolicyUpdates(),
          input: ScheduleTargetInput.fromText(JSON.stringify(input)),
          // The next run reads what this one could not. A late invocation would only collide with it.
          retryAttempts: 0,
          maxEventAge: CdkDuration.minutes(5),
          deadLetterQueue: forwarding.missed,
        }),
      });
    }
  }
}

/** Spreads schedules that were created together over a fifth of their period, at most an hour. */
function windowOf(every: Duration): TimeWindow {
  const window = Math.min(Math.floor(every / 5 / MINUTE) * MINUTE, HOUR);
  return window < MINUTE ? TimeWindow.off() : TimeWindow.flexible(minutes(window));
}

function dailyAt(minute: number): ScheduleExpression {
  return ScheduleExpression.cron({ hour: String(Math.floor(minute / 60)), minute: String(minute % 60) });
}

function minutes(duration: Duration): CdkDuration {
  return CdkDuration.minutes(duration / MINUTE);
}
