import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { connect, draw, SOURCES } from '../../infra/support/draw.ts';

const [SOURCE] = SOURCES.map(({ id }) => id);
const DATADOG = {
  id: 'soc',
  type: 'http',
  endpoint: { service: 'datadog', site: 'us5' },
  attributes: { team: 'audit' },
};
const SUMO = {
  id: 'sumo',
  type: 'http',
  endpoint: { service: 'sumologic', url: 'https://endpoint4.sumologic.com/receiver/v1/kinesis/log/ZaVnC4dh' },
  contentEncoding: 'none',
};
const { forwarding, account } = draw({ connections: [connect(SOURCE ?? '')], destinations: [DATADOG, SUMO] });

test('Firehose sends with a key from a secret, compressed, with attributes, and keeps what is not taken', () => {
  forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    DeliveryStreamName: `tidemark-soc-${SOURCE}`,
    DeliveryStreamType: 'DirectPut',
    DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
    HttpEndpointDestinationConfiguration: {
      EndpointConfiguration: {
        Name: 'soc',
        Url: 'https://aws-kinesis-http-intake.logs.us5.datadoghq.com/api/v2/logs?dd-protocol=aws-kinesis-firehose',
      },
      RequestConfiguration: {
        ContentEncoding: 'GZIP',
        CommonAttributes: [{ AttributeName: 'team', AttributeValue: 'audit' }],
      },
      BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 2 },
      RetryOptions: { DurationInSeconds: 7_200 },
      S3BackupMode: 'FailedDataOnly',
      SecretsManagerConfiguration: { Enabled: true },
      CloudWatchLoggingOptions: { Enabled: true },
      S3Configuration: {
        CompressionFormat: 'GZIP',
        ErrorOutputPrefix: `soc/source=${SOURCE}/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
      },
    },
  });
});

test('a receiver without an access key has no secret, and its role reads none', () => {
  forwarding.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
    DeliveryStreamName: `tidemark-sumo-${SOURCE}`,
    HttpEndpointDestinationConfiguration: {
      RequestConfiguration: { ContentEncoding: 'NONE' },
      SecretsManagerConfiguration: Match.absent(),
    },
  });
  const policies = account.find<object>('AWS::IAM::Role').map(({ properties }) => JSON.stringify(properties));
  const ofStreams = policies.filter((text) => text.includes('firehose.amazonaws.com'));
  expect(ofStreams).toHaveLength(2);
  expect(ofStreams.filter((text) => text.includes('secret:tidemark/http/soc'))).toHaveLength(1);
  expect(ofStreams.filter((text) => text.includes('secretsmanager:GetSecretValue'))).toHaveLength(1);
});

test('each stream has alarms for events that wait, that fail, and that were put aside', () => {
  const alarms = account.find<{ AlarmDescription: string }>('AWS::CloudWatch::Alarm');
  const texts = alarms.map(({ properties }) => properties.AlarmDescription);
  for (const id of ['soc', 'sumo']) {
    expect(texts.filter((text) => text.startsWith(`tidemark-${id}-`))).toEqual([
      expect.stringContaining('held events for over three hours'),
      expect.stringContaining('Attempts to deliver have failed'),
      expect.stringContaining(`npx tidemark redrive --destination ${id} --cloud`),
    ]);
  }
  expect(JSON.stringify(account.find('AWS::CloudWatch::Alarm'))).toContain('DeliveryToHttpEndpoint.Success');
  expect(JSON.stringify(account.find('AWS::CloudWatch::Dashboard'))).toContain('DeliveryToHttpEndpoint.DataFreshness');
});

test('the functions get the shape: one event a record for one, packed records for the other', () => {
  const functions = account.find<{ Environment?: { Variables: Record<string, string> } }>('AWS::Lambda::Function');
  const json = functions.map(({ properties }) => properties.Environment?.Variables.TIDEMARK_DESTINATIONS).find(Boolean);
  expect(JSON.parse(json ?? '[]')).toMatchObject([
    { id: 'soc', shape: { format: 'ecs', onePerRecord: true, maxBytes: 524_288 }, heldFor: 7_500_000_000 },
    { id: 'sumo', shape: { format: 'ecs', maxBytes: 524_288 } },
  ]);
});
