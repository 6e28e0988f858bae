import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ConfiguredDestination } from '../../functions/core/config/tidemark-config.ts';
import { CONDITIONS, type Condition, describe } from './conditions.ts';
import { DELIVERY, streamMetric } from './metrics.ts';

export interface StreamAlarmsProps {
  /** The Firehose stream's name. */
  readonly stream: string;
  readonly destination: string;
  readonly type: ConfiguredDestination['type'];
}

/** How it shows that a stream does not pass on what it took. */
interface Sign {
  readonly about: string;
  /** What to run first, where it is not what the condition says. */
  readonly command?: string;
  readonly metric: IMetric;
  readonly when: 'above' | 'below';
  readonly threshold: number;
  /** So many periods in a row. */
  readonly periods: number;
}

const QUARTER = Duration.minutes(15);
/** Firehose keeps what it cannot pass on for a day: this is long before. */
const STALE_AFTER: Duration = Duration.hours(3);

/** The alarms of one Firehose stream: all of them are the condition `delivery-failing`. */
export class StreamAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { stream, destination, type }: StreamAlarmsProps) {
    super(scope, id);
    const failing = CONDITIONS.find(({ name }) => name === 'delivery-failing') as Condition;
    const signs: Record<string, Sign> = {
      stale: stale(stream, type),
      failed: failed(stream, type),
      ...(type === 'splunk' && { aside: aside(stream, destination) }),
    };
    this.alarms = Object.entries(signs).map(
      ([name, { about, command = failing.command, metric, when, threshold, periods }]) =>
        new Alarm(this, name, {
          alarmDescription: `${stream}/${describe({ ...failing, about, command })}`,
          metric,
          threshold,
          evaluationPeriods: periods,
          comparisonOperator:
            when === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
          // A stream that has nothing to deliver says nothing.
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
    );
  }
}

function stale(stream: string, type: StreamAlarmsProps['type']): Sign {
  return {
    about: 'It has held events for over three hours; Firehose drops them after a day.',
    metric: streamMetric(stream, `${DELIVERY[type]}.DataFreshness`, { statistic: Stats.MAXIMUM, period: QUARTER }),
    when: 'above',
    threshold: STALE_AFTER.toSeconds(),
    periods: 1,
  };
}

/** Success is the share of attempts that did. One that fails is tried again and says nothing; attempts that fail time after time do. */
function failed(stream: string, type: StreamAlarmsProps['type']): Sign {
  return {
    about: 'Attempts to deliver have failed for three quarters of an hour.',
    metric: streamMetric(stream, `${DELIVERY[type]}.Success`, { statistic: Stats.AVERAGE, period: QUARTER }),
    when: 'below',
    threshold: 1,
    periods: 3,
  };
}

/**
 * Events that Splunk did not take in time end in the bucket of what was not delivered, and wait there for a person. Of a stream that
 * only backs up what failed, the puts to that bucket are counted as DeliveryToS3; BackupToS3 counts where all is backed up.
 * Whether Firehose counts none where there are none is not documented, so that only those count beside which Splunk refused something.
 */
function aside(stream: string, destination: string): Sign {
  const period = Duration.hours(1);
  return {
    about:
      'Splunk did not take events in time; they lie in the bucket of what was not delivered until they are sent again.',
    command: `npx tidemark redrive --destination ${destination} --cloud`,
    metric: new MathExpression({
      expression: 'IF(taken < 1, puts, 0)',
      usingMetrics: {
        taken: streamMetric(stream, 'DeliveryToSplunk.Success', { statistic: Stats.MINIMUM, period }),
        puts: streamMetric(stream, 'DeliveryToS3.Success', { statistic: Stats.SAMPLE_COUNT, period }),
      },
      period,
    }),
    when: 'above',
    threshold: 0,
    periods: 1,
  };
}
