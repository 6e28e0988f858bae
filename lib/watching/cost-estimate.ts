import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { streamMetric } from './metrics.ts';

/** List prices of us-east-1, in dollars; docs/dashboard.md says where they are from. */
const PRICE = {
  gigabyteSecond: 0.0000133334,
  invocation: 0.0000002,
  readUnit: 0.000000125,
  writeUnit: 0.000000625,
  deliveredByte: 0.000000000029,
  loggedByte: 0.0000000005,
} as const;
/** Firehose bills each record as a multiple of that. */
const RECORD_BYTES = 5_120;

const EACH_DAY = { statistic: Stats.SUM, period: Duration.days(1) } as const;

/** Something that is billed by use: what it costs on a day, by the metrics of how much was used. */
interface Estimate {
  readonly label: string;
  readonly expression: string;
  readonly used: Readonly<Record<string, IMetric>>;
}

export interface BilledSource {
  readonly title: string;
  readonly invoked: IFunction;
  readonly logGroupName: string;
  readonly memoryMb: number;
  readonly streams: readonly string[];
}

/** What a deployment costs on a day by what it used, in dollars: compute, what the streams took, what was logged, the table. */
export function estimateCost(sources: readonly BilledSource[], tableName: string): IMetric[] {
  const estimates = [...sources.flatMap(ofSource), ofTable(tableName)];
  return estimates.map(({ label, expression, used }, at) => {
    // One graph takes each name once.
    const named = (name: string) => `${name}${at}`;
    return new MathExpression({
      label,
      expression: expression.replace(/[a-z]+/g, named),
      usingMetrics: Object.fromEntries(Object.entries(used).map(([name, metric]) => [named(name), metric])),
      period: EACH_DAY.period,
    });
  });
}

function ofSource({ title, invoked, logGroupName, memoryMb, streams }: BilledSource): Estimate[] {
  return [
    {
      label: `${title}: functions`,
      expression: `duration / 1000 * ${memoryMb / 1_024} * ${price('gigabyteSecond')} + invocations * ${price('invocation')}`,
      used: { duration: invoked.metricDuration(EACH_DAY), invocations: invoked.metricInvocations(EACH_DAY) },
    },
    ...streams.map((stream) => ({
      label: `${stream}: delivery`,
      // A record is rounded up, by one such piece at most.
      expression: `(bytes + ${RECORD_BYTES} * records) * ${price('deliveredByte')}`,
      used: {
        bytes: streamMetric(stream, 'IncomingBytes', EACH_DAY),
        records: streamMetric(stream, 'IncomingRecords', EACH_DAY),
      },
    })),
    {
      label: `${title}: logs`,
      expression: `logged * ${price('loggedByte')}`,
      used: { logged: awsMetric('AWS/Logs', 'IncomingBytes', { LogGroupName: logGroupName }) },
    },
  ];
}

function ofTable(TableName: string): Estimate {
  return {
    label: 'Table',
    expression: `read * ${price('readUnit')} + written * ${price('writeUnit')}`,
    used: {
      read: awsMetric('AWS/DynamoDB', 'ConsumedReadCapacityUnits', { TableName }),
      written: awsMetric('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', { TableName }),
    },
  };
}

function awsMetric(namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, ...EACH_DAY });
}

/** Without an exponent, which metric math does not promise to know. */
function price(of: keyof typeof PRICE): string {
  return PRICE[of].toFixed(14).replace(/0+$/, '');
}
