import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { metricNamespace, type Metric as Name } from '../../functions/core/metrics.ts';

/** How a metric is aggregated and labelled. */
interface Look {
  readonly statistic: string;
  readonly period: Duration;
  readonly label?: string;
}

/** Returns a metric that the functions of a deployment count for a source, over all of its feeds. */
export function sourceMetric(stackPrefix: string, source: string, metricName: Name, look: Look): Metric {
  return new Metric({ namespace: metricNamespace(stackPrefix), metricName, dimensionsMap: { source }, ...look });
}

/** Returns a metric that Firehose reports about a stream. */
export function streamMetric(DeliveryStreamName: string, metricName: string, look: Look): Metric {
  return new Metric({ namespace: 'AWS/Firehose', metricName, dimensionsMap: { DeliveryStreamName }, ...look });
}
