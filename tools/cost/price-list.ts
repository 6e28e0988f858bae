/** A list price of us-east-1, and how reliable it is. */
export interface Price {
  readonly title: string;
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  /** Free amount of each account every month, without an end. Other things in the account use it too. */
  readonly free?: number;
  readonly source: string;
  /** Who states the price: AWS, others who quote it, or nobody if no source was found. */
  readonly saidBy: 'AWS' | 'others' | 'nobody';
}

/** The day on which the sources were read. */
export const LOOKED_UP = '2026-11-29';

const CLOUDWATCH = 'aws.amazon.com/cloudwatch/pricing (free); castai.medium.com, signoz.io, factualminds.com (price)';
const AIRBYTE = 'airbyte.com/data-engineering-resources/dynamodb-pricing';
const CLOUDBURN = 'cloudburn.io/blog';
const MILLION = 1_000_000;

/** Everything that a deployment may be billed for, including what it does not use yet. */
export const PRICES = {
  lambdaRequests: {
    title: 'Lambda requests',
    dollars: 0.2,
    per: MILLION,
    unit: 'requests',
    free: MILLION,
    source: 'cloudchipr.com/blog/aws-lambda-pricing',
    saidBy: 'others',
  },
  lambdaSeconds: {
    title: 'Lambda time, arm64',
    dollars: 0.000_013_333_4,
    per: 1,
    unit: 'GB-s',
    free: 400_000,
    source: 'cloudchipr.com/blog/aws-lambda-pricing',
    saidBy: 'others',
  },
  schedules: {
    title: 'Scheduler',
    dollars: 1,
    per: MILLION,
    unit: 'invocations',
    free: 14 * MILLION,
    source: `${CLOUDBURN}/amazon-eventbridge-pricing`,
    saidBy: 'others',
  },
  tableReads: {
    title: 'DynamoDB reads',
    dollars: 0.125,
    per: MILLION,
    unit: 'units',
    source: AIRBYTE,
    saidBy: 'others',
  },
  tableWrites: {
    title: 'DynamoDB writes',
    dollars: 0.625,
    per: MILLION,
    unit: 'units',
    source: AIRBYTE,
    saidBy: 'others',
  },
  tableStorage: {
    title: 'DynamoDB storage',
    dollars: 0.25,
    per: 1,
    unit: 'GB',
    free: 25,
    source: 'aws.amazon.com/dynamodb/pricing',
    saidBy: 'AWS',
  },
  tableBackups: {
    title: 'DynamoDB backups (point in time)',
    dollars: 0.2,
    per: 1,
    unit: 'GB',
    source: 'aws.amazon.com/dynamodb/pricing names it, but no figure was found',
    saidBy: 'nobody',
  },
  firehose: {
    title: 'Firehose, in steps of 5 KiB a record',
    dollars: 0.029,
    per: 1,
    unit: 'GB',
    source: 'aws.amazon.com/kinesis/data-firehose/pricing (steps); quotes of others (price)',
    saidBy: 'others',
  },
  firehoseTables: {
    title: 'Firehose to tables, by bytes',
    dollars: 0.075,
    per: 1,
    unit: 'GB',
    source: 'aws.amazon.com/firehose/pricing, as quoted in 2025',
    saidBy: 'others',
  },
  archivePuts: {
    title: 'S3 objects written',
    dollars: 0.005,
    per: 1_000,
    unit: 'requests',
    source: 'devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples',
    saidBy: 'others',
  },
  archiveStorage: {
    title: 'S3 storage',
    dollars: 0.023,
    per: 1,
    unit: 'GB',
    source: 'devnotes.tech, deepeshsoni.com/archives/256',
    saidBy: 'others',
  },
  logs: {
    title: 'CloudWatch logs ingested',
    dollars: 0.5,
    per: 1,
    unit: 'GB',
    free: 5,
    source: CLOUDWATCH,
    saidBy: 'others',
  },
  logStorage: {
    title: 'CloudWatch logs stored',
    dollars: 0.03,
    per: 1,
    unit: 'GB',
    source: 'no source was found; this figure is commonly used',
    saidBy: 'nobody',
  },
  metrics: {
    title: 'CloudWatch metrics',
    dollars: 0.3,
    per: 1,
    unit: 'metrics',
    free: 10,
    source: CLOUDWATCH,
    saidBy: 'others',
  },
  alarms: {
    title: 'CloudWatch alarms',
    dollars: 0.1,
    per: 1,
    unit: 'metrics',
    free: 10,
    source: `${CLOUDWATCH}; c3x.dev/resources/aws/aws_cloudwatch_metric_alarm`,
    saidBy: 'others',
  },
  dashboards: {
    title: 'CloudWatch dashboards',
    dollars: 3,
    per: 1,
    unit: 'dashboards',
    free: 3,
    source: CLOUDWATCH,
    saidBy: 'others',
  },
  secrets: {
    title: 'Secrets Manager secrets',
    dollars: 0.4,
    per: 1,
    unit: 'secrets',
    source: 'hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms',
    saidBy: 'others',
  },
  secretCalls: {
    title: 'Secrets Manager calls',
    dollars: 0.05,
    per: 10_000,
    unit: 'calls',
    source: 'hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms',
    saidBy: 'others',
  },
  keys: {
    title: 'KMS keys',
    dollars: 1,
    per: 1,
    unit: 'keys',
    source: 'wring.co/blog/aws-kms-pricing-guide',
    saidBy: 'others',
  },
  keyRequests: {
    title: 'KMS requests',
    dollars: 0.03,
    per: 10_000,
    unit: 'requests',
    free: 20_000,
    source: 'wring.co/blog/aws-kms-pricing-guide',
    saidBy: 'others',
  },
  queueRequests: {
    title: 'SQS requests',
    dollars: 0.4,
    per: MILLION,
    unit: 'requests',
    free: MILLION,
    source: `${CLOUDBURN}/amazon-sqs-pricing`,
    saidBy: 'others',
  },
  mails: {
    title: 'SNS mails',
    dollars: 2,
    per: 100_000,
    unit: 'mails',
    free: 1_000,
    source: 'factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols',
    saidBy: 'others',
  },
  transitions: {
    title: 'Step Functions, Standard',
    dollars: 0.025,
    per: 1_000,
    unit: 'transitions',
    free: 4_000,
    source: 'aws.amazon.com/step-functions/pricing',
    saidBy: 'AWS',
  },
} as const satisfies Record<string, Price>;

export type PriceId = keyof typeof PRICES;

/** Athena is billed for each query, so it is not in the sum of a month. */
export const QUERY = {
  dollarsPerTerabyte: 5,
  leastBytes: 10_000_000,
  source: 'athena.guide/articles/athena-basics-pricing-model',
  saidBy: 'others',
} as const;
