import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { deliveryStreamName } from '../../functions/core/config/destination.ts';
import type { Source } from '../../functions/core/model.ts';
import { type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import { CONDITIONS, type Condition, describe, idOf } from './conditions.ts';
import { sourceMetric } from './metrics.ts';
import { StreamAlarms } from './stream-alarms.ts';

export interface SourceAlarmsProps {
  readonly source: Source;
  readonly destinations: readonly ConfiguredDestination[];
  readonly destinationTypes: readonly DestinationType[];
  readonly stackPrefix: string;
  readonly topic: ITopic;
  /** Whether any of its credentials is exchanged for a new one. */
  readonly rotates: boolean;
}

/** The alarms of a source: one a condition, and those of its delivery streams. None of them multiplies with feeds. */
export class SourceAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  /** Those of them that silence sets off. */
  readonly silent: readonly Alarm[];

  constructor(scope: Construct, id: string, props: SourceAlarmsProps) {
    super(scope, id);
    const { source, destinations, destinationTypes, stackPrefix, topic, rotates } = props;
    const streams = destinations.flatMap(({ id, type }) => {
      const stream = deliveryStreamName(id, source.id, stackPrefix);
      const { signs } = typeOf(destinationTypes, { type }).delivery;
      return new StreamAlarms(this, `delivery-${id}`, { stream, destination: id, signs }).alarms;
    });
    const conditions = CONDITIONS.filter(({ rotation }) => rotates || !rotation);
    const watched = conditions.map((condition) => [condition, this.#watch(stackPrefix, source, condition)] as const);
    this.alarms = [...watched.map(([, alarm]) => alarm), ...streams];
    this.silent = watched.flatMap(([{ silence }, alarm]) => (silence ? [alarm] : []));
    const action = new SnsAction(topic);
    for (const alarm of this.alarms) alarm.addAlarmAction(action);
  }

  #watch(stackPrefix: string, source: Source, condition: Condition): Alarm {
    const { name, value, metrics, statistic, minutes, periods, among = periods, when, threshold, silence } = condition;
    const period = Duration.minutes(minutes);
    const usingMetrics = Object.fromEntries(
      metrics.map((metricName) => [
        idOf(metricName),
        sourceMetric(stackPrefix, source.id, metricName, { statistic, period }),
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
}
