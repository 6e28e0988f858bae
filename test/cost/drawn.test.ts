import { expect, test } from 'vitest';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { planSchedules } from '../../lib/plan/plan-schedules.ts';
import { drawnFor } from '../../tools/cost/drawn.ts';
import { configure, connect, draw, LAKE, SOURCES, SPLUNK } from '../infra/support/draw.ts';

// What is counted is compared with the templates: what somebody draws and nobody counts would be missing in the sums.

const CHANGE = {
  connections: SOURCES.flatMap(({ id }) => [connect(id, 'acme'), connect(id, 'other')]),
  destinations: [LAKE, { ...LAKE, id: 'vault', notifications: { sqs: true } }, SPLUNK],
};
const { account } = draw(CHANGE);
const drawn = drawnFor(configure(CHANGE), SOURCES, DESTINATION_TYPES);

/** Types of resources that cost nothing by themselves, or only by what is counted otherwise. */
const NOT_BILLED = [
  'AWS::Athena::NamedQuery',
  'AWS::Athena::WorkGroup',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::LogStream',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::StepFunctions::StateMachine',
];
/** Types that are paid by the piece, or by how often they act. */
const COUNTED = [
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::KMS::Key',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
];

interface AlarmProperties {
  readonly Metrics?: readonly { readonly MetricStat?: object }[];
}

test('every type of resource that is drawn has been thought of', () => {
  const unknown = account.types().filter((type) => ![...NOT_BILLED, ...COUNTED].includes(type));

  expect(unknown).toEqual([]);
});

test('alarms are counted by their metrics, as they are billed', () => {
  const alarms = account.find<AlarmProperties>('AWS::CloudWatch::Alarm');
  const metrics = alarms.map(
    ({ properties }) => properties.Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1,
  );

  expect(drawn.fixed.alarmMetrics).toBe(metrics.reduce((sum, count) => sum + count, 0));
});

test('dashboards, keys and schedules are as many as are drawn', () => {
  const planned = planSchedules(configure(CHANGE), SOURCES).flat();

  expect(drawn.fixed.dashboards).toBe(account.find('AWS::CloudWatch::Dashboard').length);
  expect(drawn.fixed.keys).toBe(account.find('AWS::KMS::Key').length);
  expect(drawn.runs.length + drawn.verifications.length + drawn.censuses.length).toBe(planned.length);
  expect(planned).toHaveLength(account.find('AWS::Scheduler::Schedule').length);
});

test('a topic that is there already has its own key, and a shared secret is paid once', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:soc';
  const shared = SOURCES.map(({ id }) => ({ ...connect(id), secret: 'tidemark/shared' }));
  const given = drawnFor(
    configure({ connections: shared, deployment: { alarms: { topicArn } } }),
    SOURCES,
    DESTINATION_TYPES,
  );

  // The key that signs evidence.
  expect(given.fixed.keys).toBe(1);
  expect(given.secrets).toBe(1 + 1);
  // Two connections to each source, and the token of one destination.
  expect(drawn.secrets).toBe(2 * SOURCES.length + 1);
});

test('what a configuration sets is what is counted: cadence, memory, how long things are kept', () => {
  const [source] = SOURCES;
  const streams = Object.fromEntries((source?.streams ?? []).map(({ name }) => [name, { every: '10m' }]));
  const set = drawnFor(
    configure({
      connections: [{ ...connect(source?.id ?? ''), streams }],
      deployment: { memoryMb: 512, logRetentionDays: 30, seenDays: 60, archiveDays: 100, logLevel: 'warn' },
    }),
    SOURCES,
    DESTINATION_TYPES,
  );

  expect(set.runs.map(({ aDay }) => aDay)).toEqual([144]);
  expect(set).toMatchObject({ memoryMb: 512, logDays: 30, seenDays: 60, archiveDays: 100, quiet: true });
  expect(set.verifications.map(({ aDay }) => aDay)).toEqual([24]);
  expect(set.censuses).toEqual([{ aDay: 96, feeds: set.runs[0]?.streams.length, connections: 1, known: 1 }]);
});
