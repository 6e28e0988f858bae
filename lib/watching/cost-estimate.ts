import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { streamMetric } from './metrics.ts';

/** List prices of us-east-1, in dollars. Their sources are in docs/dashboard.md. */
const PRICE = {
  gigabyteSecond: 0.0000133334,
  invocation: 0.0000002,
  readUnit: 0.000000125,
  writeUnit: 0.000000625,
  deliveredByte: 0.000000000029,
  tableByte: 0.000000000075,
  loggedByte: 0.0000000005,
} as const;
/** Firehose rounds the size of each record up to a multiple of this. */
const RECORD_BYTES = 5_120;

const EACH_DAY = { statistic: Stats.SUM, period: Duration.days(1) } as const;

/** The cost of one day of something that is billed by use. */
interface Estimate {
  readonly label: string;
  /** The cost in dollars, from the metrics in `used` by their names. */
  readonly expression: string;
  readonly used: Readonly<Record<string, IMetric>>;
}

export interface BilledSource {
  readonly title: string;
  readonly invoked: IFunction;
  readonly logGroupName: string;
  readonly memoryMb: number;
  readonly streams: readonly BilledStream[];
}

export interface BilledStream {
  readonly stream: string;
  /** Firehose bills what it writes to a table by its bytes. */
  readonly isTable: boolean;
}

/** Returns the estimated cost of each day in dollars: functions, delivery streams, logs and the table. */
export function estimateCost(sources: readonly BilledSource[], tableName: string): IMetric[] {
  const estimates = [...sources.flatMap(ofSource), ofTable(tableName)];
  return estimates.map(({ label, expression, used }, at) => {
    // The ids of metrics must be unique in a graph.
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
    ...streams.map(ofStream),
    {
      label: `${title}: logs`,
      expression: `logged * ${price('loggedByte')}`,
      used: { logged: awsMetric('AWS/Logs', 'IncomingBytes', { LogGroupName: logGroupName }) },
    },
  ];
}

function ofStream({ stream, isTable }: BilledStream): Estimate {
  const label = `${stream}: delivery`;
  const bytes = streamMetric(stream, 'IncomingBytes', EACH_DAY);
  if (isTable) return { label, expression: `bytes * ${price('tableByte')}`, used: { bytes } };
  return {
    label,
    // Rounding up adds less than RECORD_BYTES to each record.
    expression: `(bytes + ${RECORD_BYTES} * records) * ${price('deliveredByte')}`,
    used: { bytes, records: streamMetric(stream, 'IncomingRecords', EACH_DAY) },
  };
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

/** Returns a price without an exponent: metric math does not document that notation. */
function price(of: keyof typeof PRICE): string {
  return PRICE[of].toFixed(14).replace(/0+$/, '');
}
