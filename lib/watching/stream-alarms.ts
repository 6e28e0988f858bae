import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { DeliverySign } from '../../functions/destinations/delivery-signs.ts';
import { CONDITIONS, type Condition, describe } from './conditions.ts';
import { streamMetric } from './metrics.ts';

export interface StreamAlarmsProps {
  /** The Firehose stream's name. */
  readonly stream: string;
  readonly destination: string;
  readonly signs: readonly DeliverySign[];
}

/** The alarms of one Firehose stream: all of them are the condition `delivery-failing`. */
export class StreamAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { stream, destination, signs }: StreamAlarmsProps) {
    super(scope, id);
    const failing = CONDITIONS.find(({ name }) => name === 'delivery-failing') as Condition;
    this.alarms = signs.map((sign) => {
      const command = sign.command?.(destination) ?? failing.command;
      return new Alarm(this, sign.name, {
        alarmDescription: `${stream}/${describe({ ...failing, about: sign.about, command })}`,
        metric: metricOf(stream, sign),
        threshold: sign.threshold,
        evaluationPeriods: sign.periods,
        comparisonOperator:
          sign.when === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
        // A stream with nothing to deliver reports nothing.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    });
  }
}

function metricOf(stream: string, { metrics, expression, minutes }: DeliverySign): IMetric {
  const period = Duration.minutes(minutes);
  const usingMetrics = Object.fromEntries(
    Object.entries(metrics).map(([name, { metric, statistic }]) => [
      name,
      streamMetric(stream, metric, { statistic, period }),
    ]),
  );
  const [only] = Object.values(usingMetrics);
  return expression === undefined && only
    ? only
    : new MathExpression({ expression: expression ?? '', usingMetrics, period });
}
