import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Source } from '../functions/core/model.ts';
import type { ConfiguredDestination } from '../functions/core/tidemark-config.ts';
import { deliveryStreamName } from '../functions/core/tidemark-config.ts';
import { CONDITIONS, type Condition, describe, idOf } from './conditions.ts';

/** What the functions' metrics are kept under. */
const NAMESPACE = 'Tidemark';
/** Firehose keeps what it cannot pass on for a day: this is long before. */
const STALE_AFTER: Duration = Duration.hours(3);

export interface SourceAlarmsProps {
  readonly source: Source;
  readonly destinations: readonly ConfiguredDestination[];
  readonly stackPrefix: string;
  readonly topic: ITopic;
  /** Whether any of its credentials is exchanged for a new one. */
  readonly rotates: boolean;
}

/** The alarms of a source: one a condition, and one for each of its delivery streams. None of them multiplies with feeds. */
export class SourceAlarms extends Construct {
  constructor(scope: Construct, id: string, { source, destinations, stackPrefix, topic, rotates }: SourceAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    const conditions = CONDITIONS.filter(({ rotation }) => rotates || !rotation);
    for (const condition of conditions) this.#watch(source, condition).addAlarmAction(action);
    for (const destination of destinations) {
      this.#watchStream(destination, deliveryStreamName(destination.id, source.id, stackPrefix)).addAlarmAction(action);
    }
  }

  #watch(source: Source, condition: Condition): Alarm {
    const { name, value, metrics, statistic, minutes, periods, among = periods, when, threshold, silence } = condition;
    const period = Duration.minutes(minutes);
    const usingMetrics = Object.fromEntries(
      metrics.map((metricName) => [
        idOf(metricName),
        new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { source: source.id }, statistic, period }),
      ]),
    );
    const [only] = Object.values(usingMetrics);
    const metric =
      metrics.length === 1 && only ? only : new MathExpression({ expression: value, usingMetrics, period });
    return new Alarm(this, name, {
      alarmDescription: `${source.id}/${describe(condition)}`,
      metric,
      threshold,
      evaluationPeriods: among,
      ...(among !== periods && { datapointsToAlarm: periods }),
      comparisonOperator:
        when === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }

  /** What a stream took and has not passed on for hours: seen by its age. */
  #watchStream({ id, type }: ConfiguredDestination, deliveryStream: string): Alarm {
    const failing = CONDITIONS.find(({ name }) => name === 'delivery-failing') as Condition;
    return new Alarm(this, `delivery-${id}`, {
      alarmDescription: `${deliveryStream}/${describe(failing)}`,
      metric: new Metric({
        namespace: 'AWS/Firehose',
        metricName: type === 's3' ? 'DeliveryToS3.DataFreshness' : 'DeliveryToSplunk.DataFreshness',
        dimensionsMap: { DeliveryStreamName: deliveryStream },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(15),
      }),
      threshold: STALE_AFTER.toSeconds(),
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
