import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { deliveryStreamName } from '../../functions/core/config/destination.ts';
import type { Metric } from '../../functions/core/metrics.ts';
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
  /** Whether any of its credentials rotates. */
  readonly rotates: boolean;
}

/** The alarms of a source: one for each condition, and those of its delivery streams. Their number does not grow with the feeds. */
export class SourceAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  /** The alarms that missing data raises. */
  readonly silent: readonly Alarm[];

  constructor(scope: Construct, id: string, props: SourceAlarmsProps) {
    super(scope, id);
    const { source, destinations, destinationTypes, stackPrefix, topic, rotates } = props;
    const streams = destinations.flatMap((destination) => {
      const { id } = destination;
      const stream = deliveryStreamName(id, source.id, stackPrefix);
      const { signs } = typeOf(destinationTypes, destination).delivery(destination);
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
    const { name, periods, among = periods, when = 'above', threshold, silence } = condition;
    return new Alarm(this, name, {
      alarmDescription: `${source.id}/${describe(condition)}`,
      metric: metricOf(stackPrefix, source, condition),
      threshold,
      evaluationPeriods: among,
      ...(among !== periods && { datapointsToAlarm: periods }),
      comparisonOperator:
        when === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

function metricOf(stackPrefix: string, source: Source, condition: Condition): IMetric {
  const { metrics, expression, statistic, minutes } = condition;
  const period = Duration.minutes(minutes);
  const ofSource = (metric: Metric) => sourceMetric(stackPrefix, source.id, metric, { statistic, period });
  if (expression === undefined) return ofSource(metrics[0]);
  const usingMetrics = Object.fromEntries(metrics.map((metric) => [idOf(metric), ofSource(metric)]));
  return new MathExpression({ expression, usingMetrics, period });
}
