import { describe, expect, test } from 'vitest';
import { checkDeployable } from '../../lib/check-deployable.ts';
import { DRAWN_TYPES } from '../../lib/delivery/drawings.ts';
import { configure, draw, LAKE, SOURCES, SPLUNK } from '../infra/support/draw.ts';
import { allows, type Statement } from '../infra/support/policy.ts';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:reader';
const QUEUED = { ...LAKE, notifications: { sqs: true } };
const CHANGE = {
  destinations: [
    QUEUED,
    { ...LAKE, id: 'vault', notifications: { topicArn: TOPIC } },
    { ...LAKE, id: 'quiet' },
    SPLUNK,
  ],
  deployment: { stackPrefix: 'audit', rolePath: '/forwarders/' },
};
const drawn = draw(CHANGE);
const ARCHIVE = drawn.account.arn('audit-state', 'ArchiveDA4CB258');

interface QueueProperties {
  readonly SqsManagedSseEnabled?: boolean;
  readonly KmsMasterKeyId?: string;
  readonly MessageRetentionPeriod: number;
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

const queues = drawn.account.find<QueueProperties>('AWS::SQS::Queue').filter(({ stack }) => stack === 'audit-state');
const queue = queues.find(({ properties }) => properties.RedrivePolicy) ?? expect.fail();
const deadLetters = queues.find(({ properties }) => !properties.RedrivePolicy) ?? expect.fail();
const QUEUE = drawn.account.arn('audit-state', queue.id);

describe('the bucket', () => {
  const bucket = drawn.state.findResources('AWS::S3::Bucket').ArchiveDA4CB258;
  const filter = (prefix: string) => ({ S3Key: { Rules: [{ Name: 'prefix', Value: prefix }] } });

  test('announces new objects by destination, and neither those of others nor what could not be written', () => {
    expect(bucket?.Properties.NotificationConfiguration).toEqual({
      QueueConfigurations: [
        { Event: 's3:ObjectCreated:*', Filter: filter('lake/'), Queue: { 'Fn::GetAtt': [queue.id, 'Arn'] } },
      ],
      TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Filter: filter('vault/'), Topic: TOPIC }],
    });
  });

  test('is configured after the policy that lets it send, and no function does it', () => {
    const policies = Object.keys(drawn.state.findResources('AWS::SQS::QueuePolicy'));

    expect(policies).toHaveLength(2);
    expect(bucket?.DependsOn).toEqual([expect.stringMatching(/^NotificationslakeQueuePolicy/)]);
    expect(policies).toContain(bucket?.DependsOn[0]);
    drawn.state.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('announces nothing, and has no queue, where nobody asked for it', () => {
    const { state, forwarding } = draw();

    expect(state.findResources('AWS::S3::Bucket').ArchiveDA4CB258?.Properties).not.toHaveProperty(
      'NotificationConfiguration',
    );
    state.resourceCountIs('AWS::SQS::Queue', 0);
    expect(JSON.stringify(forwarding.toJSON())).not.toContain('notifications-');
  });
});

describe('the queue', () => {
  test('is encrypted and hands what cannot be read to one that keeps it longer', () => {
    expect(queues).toHaveLength(2);
    expect(queue.properties).toMatchObject({ SqsManagedSseEnabled: true });
    expect(queue.properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: drawn.account.arn('audit-state', deadLetters.id),
      maxReceiveCount: 5,
    });
    expect(deadLetters.properties.SqsManagedSseEnabled).toBe(true);
    expect(deadLetters.properties.MessageRetentionPeriod).toBeGreaterThan(queue.properties.MessageRetentionPeriod);
  });

  test('is encrypted with the account’s own key where there is one, and its reader may use that', () => {
    const { account } = draw({ ...CHANGE, deployment: { kmsKeyArn: KEY } });
    const own = account.find<QueueProperties>('AWS::SQS::Queue');
    const statements = readerOf(account);

    expect(own.map(({ properties }) => properties.KmsMasterKeyId)).toEqual([KEY, KEY, KEY]);
    expect(
      allows(statements, {
        action: 'kms:Decrypt',
        resource: KEY,
        context: { 'kms:ViaService': ['sqs.eu-west-1.amazonaws.com'] },
      }),
    ).toBe(true);
    expect(allows(statements, { action: 'kms:Decrypt', resource: KEY, context: {} })).toBe(false);
  });

  test('takes messages of this bucket alone, over TLS', () => {
    const policies = drawn.account.find<{ PolicyDocument: { Statement: Statement[] } }>('AWS::SQS::QueuePolicy');
    const [statements = []] = policies
      .filter(({ id }) => id.startsWith('NotificationslakeQueuePolicy'))
      .map(({ properties }) => properties.PolicyDocument.Statement);
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');

    expect(allowed).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QUEUE,
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::audit-state*' },
        },
      },
    ]);
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  test('is named in outputs, with its dead letters and the policy of its reader', () => {
    const outputs = drawn.state.findOutputs('*');
    const named = Object.keys(outputs).filter((name) => name.startsWith('Notifications'));

    expect(named.map((name) => name.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'NotificationslakeQueueUrl',
      'NotificationslakeQueueArn',
      'NotificationslakeDeadLettersUrl',
      'NotificationslakeReaderPolicyArn',
    ]);
  });
});

function readerOf(account: typeof drawn.account): readonly Statement[] {
  const [policy, ...others] = account.find<{ PolicyDocument: { Statement: Statement[] } }>('AWS::IAM::ManagedPolicy');
  expect(others).toEqual([]);
  return policy?.properties.PolicyDocument.Statement ?? [];
}

describe('the policy of a reader', () => {
  const statements = readerOf(drawn.account);
  const may = (action: string, resource: string, context = {}) => allows(statements, { action, resource, context });

  test('lets it receive and delete messages, and read the objects of the destination', () => {
    for (const action of [
      'ReceiveMessage',
      'DeleteMessage',
      'ChangeMessageVisibility',
      'GetQueueUrl',
      'GetQueueAttributes',
    ])
      expect(may(`sqs:${action}`, QUEUE), action).toBe(true);
    expect(may('s3:GetObject', `${ARCHIVE}/lake/source=acme/dt=2026-01-10/x`)).toBe(true);
    expect(may('s3:GetBucketLocation', ARCHIVE)).toBe(true);
    expect(may('s3:ListBucket', ARCHIVE, { 's3:prefix': ['lake/source=acme/'] })).toBe(true);
  });

  test('lets it do nothing else', () => {
    expect(may('sqs:SendMessage', QUEUE)).toBe(false);
    expect(may('sqs:PurgeQueue', QUEUE)).toBe(false);
    expect(may('sqs:ReceiveMessage', drawn.account.arn('audit-state', deadLetters.id))).toBe(false);
    expect(may('s3:GetObject', `${ARCHIVE}/vault/source=acme/dt=2026-01-10/x`)).toBe(false);
    expect(may('s3:GetObject', `${ARCHIVE}/errors/lake/source=acme/x`)).toBe(false);
    expect(may('s3:PutObject', `${ARCHIVE}/lake/x`)).toBe(false);
    expect(may('s3:DeleteObject', `${ARCHIVE}/lake/x`)).toBe(false);
    expect(may('s3:ListBucket', ARCHIVE)).toBe(false);
    expect(may('s3:ListBucket', ARCHIVE, { 's3:prefix': ['vault/'] })).toBe(false);
    expect(may('kms:Decrypt', KEY)).toBe(false);
  });

  test('stands below the path of the roles', () => {
    drawn.state.hasResourceProperties('AWS::IAM::ManagedPolicy', { Path: '/forwarders/' });
  });
});

describe('settings', () => {
  const start = (notifications: unknown) => () => configure({ destinations: [{ ...LAKE, notifications }] });

  test.each([
    [{}, '$.destinations[0].notifications: there is {}, wanted one of sqs and topicArn.'],
    [{ sqs: true, topicArn: TOPIC }, 'wanted one of sqs and topicArn.'],
    [{ sqs: false }, '$.destinations[0].notifications.sqs: there is false, wanted true.'],
    [
      { topicArn: 'reader' },
      '$.destinations[0].notifications.topicArn: there is "reader", wanted the ARN of an SNS topic',
    ],
    [{ topicArn: `${TOPIC}.fifo` }, 'that is not FIFO'],
    [{ sqs: true, readers: [] }, '$.destinations[0].notifications.readers: there is no such setting'],
    [true, '$.destinations[0].notifications: there is true, wanted an object.'],
  ])('that make no sense are refused: %j', (notifications, told) => {
    expect(start(notifications)).toThrow(told);
  });

  test('a destination whose folder holds what others could not write cannot announce its objects', () => {
    const check = (id: string) => () =>
      checkDeployable(configure({ destinations: [{ ...QUEUED, id }] }), SOURCES, DRAWN_TYPES, 'tidemark.json');

    expect(check('errors')).toThrow('$.destinations[0].id: there is "errors", wanted another id');
    expect(check('errors-2')).not.toThrow();
  });
});

test('alarms tell that nobody reads, and that a reader cannot; nothing runs before them', () => {
  interface AlarmProperties {
    readonly AlarmDescription: string;
    readonly MetricName: string;
    readonly Threshold: number;
    readonly TreatMissingData: string;
    readonly AlarmActions: readonly string[];
    readonly Dimensions: readonly { readonly Value: string }[];
  }
  const alarms = drawn.account
    .find<AlarmProperties>('AWS::CloudWatch::Alarm')
    .filter(({ properties }) => properties.AlarmDescription.startsWith('audit-lake/notifications-'));

  expect(alarms.map(({ properties }) => properties)).toEqual([
    expect.objectContaining({
      AlarmDescription: expect.stringMatching(
        /^audit-lake\/notifications-unread: .* First: aws sqs get-queue-attributes .* Then: docs\/runbook\.md, notifications-unread\.$/,
      ),
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 3_600,
      TreatMissingData: 'notBreaching',
      Dimensions: [{ Name: 'QueueName', Value: `${queue.id}.QueueName` }],
    }),
    expect.objectContaining({
      AlarmDescription: expect.stringMatching(/^audit-lake\/notifications-failed: .* First: aws sqs receive-message /),
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      Dimensions: [{ Name: 'QueueName', Value: `${deadLetters.id}.QueueName` }],
    }),
  ]);
  for (const { properties } of alarms) expect(properties.AlarmActions).toHaveLength(1);
  const { Resources } = drawn.forwarding.toJSON() as { Resources: Record<string, { DependsOn?: string[] }> };
  const schedulers = Object.keys(Resources).filter((id) => /^[a-z]+scheduler/.test(id));
  expect(schedulers).toHaveLength(SOURCES.length);
  for (const id of schedulers)
    expect(Resources[id]?.DependsOn).toEqual(expect.arrayContaining(alarms.map((alarm) => alarm.id)));
});
