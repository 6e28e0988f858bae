import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { connect, draw, LAKE, SOURCES, SPLUNK } from './support/draw.ts';

const ROOT = join(import.meta.dirname, '../..');
const usual = draw();
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly LoggingConfig: { readonly LogGroup: string };
  readonly Timeout: number;
  readonly VpcConfig?: object;
  readonly Tags?: readonly object[];
}

describe('a function', () => {
  test('runs Node 24 on arm64 with little memory, and logs JSON to a log group of its own', () => {
    // One reads on, the other reads the past.
    usual.forwarding.resourceCountIs('AWS::Lambda::Function', 2 * SOURCES.length);
    usual.forwarding.allResourcesProperties('AWS::Lambda::Function', {
      FunctionName: Match.absent(),
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 256,
      ReservedConcurrentExecutions: Match.absent(),
      VpcConfig: Match.absent(),
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'INFO',
        LogGroup: Match.anyValue(),
      },
    });
    const functions = usual.account.find<FunctionProperties>('AWS::Lambda::Function');
    expect(new Set(functions.map(({ properties }) => properties.LoggingConfig.LogGroup)).size).toBe(functions.length);
    const timeouts = functions.map(({ id, properties }) => [id.includes('backfill'), properties.Timeout]);
    expect(timeouts.filter(([backfill, timeout]) => timeout !== (backfill ? 900 : 300))).toEqual([]);
    usual.forwarding.allResourcesProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 90,
      LogGroupName: Match.absent(),
    });
  });

  test('is told its table and its streams, and nothing else', () => {
    const functions = usual.account.find<FunctionProperties>('AWS::Lambda::Function');

    const told = functions.map(({ properties }) => properties.Environment.Variables);

    expect(told).toEqual(
      [...SOURCES, ...SOURCES].map(({ id }) => ({
        TIDEMARK_TABLE: 'TableCD117FA1',
        TIDEMARK_DESTINATIONS: JSON.stringify([
          { id: 'lake', deliveryStream: `tidemark-lake-${id}`, heldFor: 300_000_000, shape: { format: 'ecs' } },
          {
            id: 'soc',
            deliveryStream: `tidemark-soc-${id}`,
            heldFor: 7_590_000_000,
            shape: { format: 'ecs', hec: {} },
          },
        ]),
        TIDEMARK_SEEN_DAYS: '30',
        TIDEMARK_QUARANTINE_DAYS: '90',
        TIDEMARK_LOG_LEVEL: 'info',
        TIDEMARK_ORIGINS: '/opt/tidemark/origins.json',
        TIDEMARK_NAMESPACE: 'Tidemark',
        NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=160',
        MALLOC_ARENA_MAX: '1',
        MALLOC_MMAP_THRESHOLD_: '65536',
        MALLOC_TRIM_THRESHOLD_: '131072',
      })),
    );
  });

  test('is not invoked again by itself: what failed is kept, with its reason', () => {
    usual.forwarding.resourceCountIs('AWS::Lambda::EventInvokeConfig', 2 * SOURCES.length);
    usual.forwarding.allResourcesProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Missed3BACDA05', 'Arn'] } } },
    });
    usual.forwarding.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      AlarmActions: [{ Ref: 'TopicBFC7AF6E' }],
    });
  });

  test('is there only for sources that have a connection', () => {
    const [source = { id: '' }] = SOURCES;

    const { forwarding } = draw({ connections: [connect(source.id), connect(source.id, 'other')] });

    forwarding.resourceCountIs('AWS::Lambda::Function', 2);
  });
});

describe('a setting', () => {
  const allFunctions = (deployment: object, properties: object) =>
    draw({ deployment }).forwarding.allResourcesProperties('AWS::Lambda::Function', properties);

  test('timeout and reservedConcurrency reach the functions that schedules invoke, and backfills have their own', () => {
    const deployment = { timeout: '10m', reservedConcurrency: 2, backfill: { reservedConcurrency: 3 } };
    const functions = draw({ deployment }).account.find('AWS::Lambda::Function');
    for (const { id, properties } of functions) {
      const [timeout, reserved] = id.includes('backfill') ? [900, 3] : [600, 2];
      expect(properties, id).toMatchObject({ Timeout: timeout, ReservedConcurrentExecutions: reserved });
    }
  });

  test('logs outlive a removal, and delete themselves later; the queue of missed invocations goes', () => {
    const logs = Object.entries(usual.forwarding.findResources('AWS::Logs::LogGroup'));
    const queues = Object.values(usual.forwarding.findResources('AWS::SQS::Queue'));

    // Of each source: two functions, and a stream to each of two destinations.
    expect(logs).toHaveLength(4 * SOURCES.length);
    for (const [id, log] of logs) {
      expect(log, id).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: { RetentionInDays: 90 },
      });
      // With a name of its own, it would stand in the way of the next deployment.
      expect(log.Properties, id).not.toHaveProperty('LogGroupName');
    }
    expect(queues).toEqual([expect.objectContaining({ DeletionPolicy: 'Delete' })]);
  });

  test('memoryMb, seenDays and logLevel reach all functions', () => {
    allFunctions(
      { memoryMb: 512, logLevel: 'debug', seenDays: 45 },
      {
        MemorySize: 512,
        LoggingConfig: { ApplicationLogLevel: 'DEBUG' },
        Environment: { Variables: { TIDEMARK_LOG_LEVEL: 'debug', TIDEMARK_SEEN_DAYS: '45' } },
      },
    );
  });

  test.each([
    [256, 160],
    [10_240, 10_144],
  ])('memoryMb of %i limits both parts of the heap, as Lambda limits neither when one is set', (memoryMb, old) => {
    allFunctions(
      { memoryMb },
      { Environment: { Variables: { NODE_OPTIONS: `--max-semi-space-size=4 --max-old-space-size=${old}` } } },
    );
  });

  test('perFeedMetrics reaches the functions', () => {
    allFunctions({ perFeedMetrics: true }, { Environment: { Variables: { TIDEMARK_PER_FEED_METRICS: 'true' } } });
  });

  test('a log level above info drops no metrics, which are lines without a level', () => {
    allFunctions({ logLevel: 'error' }, { LoggingConfig: { ApplicationLogLevel: 'INFO' } });
  });

  test('vpc, proxy and caBundle reach the functions', () => {
    const vpc = { subnetIds: ['subnet-0123abcd', 'subnet-4567abcd'], securityGroupIds: ['sg-0123abcd'] };
    allFunctions(
      { vpc, proxy: 'http://proxy.example.com:3128', caBundle: '/somewhere/authority.pem' },
      {
        VpcConfig: { SubnetIds: vpc.subnetIds, SecurityGroupIds: vpc.securityGroupIds },
        Environment: {
          Variables: {
            HTTPS_PROXY: 'http://proxy.example.com:3128',
            NODE_EXTRA_CA_CERTS: '/opt/tidemark/authorities.pem',
          },
        },
      },
    );
  });

  test('permissionsBoundary and rolePath reach all roles', () => {
    const permissionsBoundary = 'arn:aws:iam::111122223333:policy/boundary';
    const { forwarding, account } = draw({ deployment: { permissionsBoundary, rolePath: '/forwarders/' } });

    // Of each source: its two functions', its schedules', and one for each of two destinations; and two of state machines.
    expect(account.find('AWS::IAM::Role')).toHaveLength(5 * SOURCES.length + 2);
    forwarding.allResourcesProperties('AWS::IAM::Role', {
      Path: '/forwarders/',
      PermissionsBoundary: permissionsBoundary,
    });
  });

  test('tags reach what can have tags, in every stack', () => {
    const { account } = draw({ deployment: { tags: { team: 'detection' } } });

    const types = [
      'AWS::Lambda::Function',
      'AWS::S3::Bucket',
      'AWS::KinesisFirehose::DeliveryStream',
      'AWS::Scheduler::ScheduleGroup',
      'AWS::IAM::Role',
    ];
    for (const type of types)
      for (const { properties } of account.find<FunctionProperties>(type))
        expect(properties.Tags).toContainEqual({ Key: 'team', Value: 'detection' });
  });

  test('logRetentionDays reaches all logs', () => {
    draw({ deployment: { logRetentionDays: 365 } }).forwarding.allResourcesProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 365,
    });
  });

  test('stackPrefix is in the names of stacks, streams and tables, so that two can stand side by side', () => {
    const { account } = draw({ deployment: { stackPrefix: 'audit-eu' } });

    expect(account.find('AWS::Lambda::Function')[0]?.stack).toBe('audit-eu-forwarding');
    const names = account
      .find('AWS::KinesisFirehose::DeliveryStream')
      .map(({ properties }) => properties.DeliveryStreamName);
    expect(names.toSorted()).toEqual(
      SOURCES.flatMap(({ id }) => [`audit-eu-lake-${id}`, `audit-eu-soc-${id}`]).toSorted(),
    );
    const [told] = account.find<FunctionProperties>('AWS::Lambda::Function');
    expect(told?.properties.Environment.Variables.TIDEMARK_DESTINATIONS).toContain('"audit-eu-lake-');
    expect(account.find('AWS::Glue::Database')[0]?.properties.DatabaseInput).toMatchObject({ Name: 'audit_eu' });
  });

  test('kmsKeyArn encrypts the queue and the streams', () => {
    const { forwarding } = draw({ deployment: { kmsKeyArn: KEY } });

    forwarding.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: KEY });
    forwarding.allResourcesProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: KEY },
    });
  });

  test('alarms go to a topic that is there, or to one that is made for these addresses', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:security';
    const given = draw({ deployment: { alarms: { topicArn } } }).forwarding;
    const made = draw({ deployment: { alarms: { emails: ['soc@example.com'] } } }).forwarding;

    given.resourceCountIs('AWS::SNS::Topic', 0);
    given.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topicArn] });
    made.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'soc@example.com' });
  });
});

describe('an S3 destination', () => {
  test('takes gzipped lines, by source and day, and what fails goes elsewhere', () => {
    for (const { id } of SOURCES)
      usual.forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
        DeliveryStreamName: `tidemark-lake-${id}`,
        DeliveryStreamType: 'DirectPut',
        DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
        ExtendedS3DestinationConfiguration: {
          Prefix: `lake/source=${id}/dt=!{timestamp:yyyy-MM-dd}/`,
          ErrorOutputPrefix: `errors/lake/source=${id}/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
          CompressionFormat: 'GZIP',
          FileExtension: '.json.gz',
          BufferingHints: { IntervalInSeconds: 300, SizeInMBs: 64 },
          CloudWatchLoggingOptions: { Enabled: true },
          DynamicPartitioningConfiguration: Match.absent(),
          ProcessingConfiguration: Match.absent(),
        },
      });
  });

  test('is a table whose partitions nobody has to add, when its format is ecs', () => {
    const { forwarding } = draw({ destinations: [LAKE, { ...LAKE, id: 'vault', format: 'raw' }, SPLUNK] });
    const ids = SOURCES.map(({ id }) => id);

    forwarding.resourceCountIs('AWS::Glue::Table', 1);
    forwarding.hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Name: 'lake',
        PartitionKeys: [Match.objectLike({ Name: 'source_id' }), Match.objectLike({ Name: 'dt' })],
        Parameters: {
          'projection.enabled': 'true',
          'projection.source_id.values': ids.join(','),
          'projection.dt.type': 'date',
          'projection.dt.range': '2026-01-01,NOW+1DAY',
        },
      },
    });
    const [table] = draw().account.find<{
      TableInput: { Parameters: Record<string, string>; StorageDescriptor: { Columns: object[] } };
    }>('AWS::Glue::Table');
    expect(table?.properties.TableInput.Parameters['storage.location.template']).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own placeholders
      's3://archiveda4cb258/lake/source=${source_id}/dt=${dt}/',
    );
    for (const name of ids)
      expect(table?.properties.TableInput.StorageDescriptor.Columns).toContainEqual({ Name: name, Type: 'string' });
  });

  test('its queries read no more than a limit, and the one at hand shows each event once', () => {
    draw({ deployment: { queryLimitGb: 7 } }).forwarding.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 7_000_000_000,
        ManagedQueryResultsConfiguration: { Enabled: true },
      },
    });
    const queries = usual.account.find<{ Name: string; QueryString: string; Database: string }>(
      'AWS::Athena::NamedQuery',
    );
    expect(queries[0]?.properties.QueryString).toMatch(
      /PARTITION BY event\.id[\s\S]*WHERE dt BETWEEN[\s\S]*WHERE copy = 1/,
    );
    // content/athena has them for people to read, each with a line of words before it.
    const shown = globSync('content/athena/*.sql', { cwd: ROOT })
      .map((file) => readFileSync(join(ROOT, file), 'utf8').replace(/^--.*\n/, ''))
      .sort();
    expect(queries.map(({ properties }) => properties.QueryString).sort()).toEqual(shown);
    expect(Math.max(...queries.map(({ properties }) => properties.Name.length + 31))).toBeLessThanOrEqual(128);
  });
});

describe('a Splunk destination', () => {
  test('is sent envelopes with a token from a secret; what Splunk does not take is kept', () => {
    for (const { id } of SOURCES)
      usual.forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
        DeliveryStreamName: `tidemark-soc-${id}`,
        DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
        SplunkDestinationConfiguration: {
          HECEndpoint: SPLUNK.hecUrl,
          HECEndpointType: 'Event',
          HECToken: Match.absent(),
          HECAcknowledgmentTimeoutInSeconds: 300,
          RetryOptions: { DurationInSeconds: 7_200 },
          BufferingHints: { IntervalInSeconds: 30, SizeInMBs: 5 },
          SecretsManagerConfiguration: { Enabled: true, RoleARN: Match.anyValue() },
          CloudWatchLoggingOptions: { Enabled: true },
          S3BackupMode: 'FailedEventsOnly',
          S3Configuration: {
            BucketARN: Match.objectLike({
              'Fn::GetStackOutput': { OutputName: Match.stringLikeRegexp('Quarantine') },
            }),
            Prefix: `soc/source=${id}/dt=!{timestamp:yyyy-MM-dd}/`,
            ErrorOutputPrefix: `soc/source=${id}/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
            CompressionFormat: 'GZIP',
            CloudWatchLoggingOptions: { Enabled: true },
          },
        },
      });
    const streams = usual.account.find<{
      SplunkDestinationConfiguration?: { SecretsManagerConfiguration: { SecretARN: string } };
    }>('AWS::KinesisFirehose::DeliveryStream');
    const secrets = streams.flatMap(
      ({ properties }) => properties.SplunkDestinationConfiguration?.SecretsManagerConfiguration.SecretARN ?? [],
    );
    expect(new Set(secrets)).toEqual(
      new Set(['arn:aws:secretsmanager:eu-west-1:111122223333:secret:tidemark/splunk/soc']),
    );
  });
});

test('nothing that AWS could name has a name, but for streams, schedule groups and what SQL reads', () => {
  const named = [
    'FunctionName',
    'RoleName',
    'QueueName',
    'TopicName',
    'BucketName',
    'TableName',
    'LogGroupName',
    'AlarmName',
    'LogStreamName',
  ];
  for (const template of [usual.state, usual.forwarding, ...usual.schedules]) {
    const { Resources } = template.toJSON() as { Resources: Record<string, { Properties: Record<string, unknown> }> };
    for (const [id, { Properties }] of Object.entries(Resources))
      expect(
        named.filter((name) => typeof Properties[name] === 'string'),
        id,
      ).toEqual([]);
  }
});

test('nothing names a partition of AWS: what is drawn stands in GovCloud and in China, too', () => {
  const named = [usual.state, usual.forwarding, ...usual.schedules].map((template) =>
    JSON.stringify(template.toJSON()),
  );

  expect(named.join('').match(/arn:aws[\w-]*:[\w-]*/g)).toBeNull();
});
