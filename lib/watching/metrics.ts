import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { metricNamespace, type Metric as Name } from '../../functions/core/metrics.ts';

/** How a metric is looked at. */
interface Look {
  readonly statistic: string;
  readonly period: Duration;
  readonly label?: string;
}

/** What a deployment's functions count of a source, over all of its feeds. */
export function sourceMetric(stackPrefix: string, source: string, metricName: Name, look: Look): Metric {
  return new Metric({ namespace: metricNamespace(stackPrefix), metricName, dimensionsMap: { source }, ...look });
}

/** What Firehose says of one of its streams. */
export function streamMetric(DeliveryStreamName: string, metricName: string, look: Look): Metric {
  return new Metric({ namespace: 'AWS/Firehose', metricName, dimensionsMap: { DeliveryStreamName }, ...look });
}
