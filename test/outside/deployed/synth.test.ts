import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, test } from 'vitest';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { review } from '../../../lib/account/review.ts';
import { exampleSources } from '../../../tools/cost/example-sources.ts';
import { connect, EVERY_KIND, LAKE, SOURCES, SPLUNK } from '../../infra/support/draw.ts';
import { synth, unpack, type ZipPlace } from '../../infra/support/synth.ts';

const EXAMPLE = fileURLToPath(new URL('../../../tidemark.example.json', import.meta.url));
const CERTIFICATE = fileURLToPath(new URL('../../fixtures/loopback-tls/certificate.pem', import.meta.url));
const SUMO = 'https://endpoint4.sumologic.com/receiver/v1/kinesis/log/ZaVnC4dh';
const connections = SOURCES.map(({ id }) => connect(id));

/** Settings of destinations that add to what is drawn, or to what is sent. */
const MORE: Readonly<Record<string, object>> = {
  [LAKE.id]: { notifications: { sqs: true } },
  [SPLUNK.id]: { sourcetype: 'acme:{source}', source: '{stream}', host: '{connection}' },
};

/** Every setting there is, away from its default. */
const EVERYTHING = {
  stackPrefix: 'audit',
  shards: 2,
  tags: { team: 'detection' },
  permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
  rolePath: '/forwarders/',
  kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  secretKeyArns: ['arn:aws:kms:eu-west-1:111122223333:key/a1b2c3d4-4b5a-6978-8796-a5b4c3d2e1f0'],
  vpc: { subnetIds: ['subnet-0123abcd'], securityGroupIds: ['sg-0123abcd'] },
  proxy: 'http://proxy.example.com:3128',
  caBundle: CERTIFICATE,
  objectLock: { days: 400, mode: 'compliance' },
  archiveDays: 500,
  quarantineDays: 60,
  logRetentionDays: 365,
  logLevel: 'debug',
  seenDays: 60,
  memoryMb: 512,
  timeout: '10m',
  reservedConcurrency: 5,
  backfill: { feedsAtOnce: 20, reservedConcurrency: 3 },
  queryLimitGb: 10,
  retiredFeeds: ['acme/log/gone'],
  perFeedMetrics: true,
  alarms: {
    emails: ['soc@acme.test'],
    quietHours: { timeZone: 'Europe/Berlin', times: [{ from: 'fri 22:00', to: 'mon 06:00' }] },
  },
};

interface FunctionProperties {
  readonly Code: ZipPlace;
}

interface LayerProperties {
  readonly Content: ZipPlace;
}

test('the example is drawn, with a warning and a rule by which CloudFormation refuses it', async () => {
  const { code, said, templates, out, account } = await synth(EXAMPLE);

  expect(code, said).toBe(0);
  expect(said).toContain('Copy tidemark.example.json to tidemark.json');
  // A copy of it with the address left in would tell nobody either.
  expect(said).toMatch(/^WARNING ALARMS REACH NOBODY: .* has only example addresses\./m);
  expect([...templates.keys()]).toEqual(['tidemark-state', 'tidemark-forwarding', 'tidemark-schedules-1']);
  for (const text of templates.values()) {
    const [assertion] = JSON.parse(text).Rules.Refused.Assertions;
    expect(assertion.Assert['Fn::Equals'][0]).not.toBe(assertion.Assert['Fn::Equals'][1]);
    expect(assertion.AssertDescription).toContain('This is the example.');
  }
  // Source maps are beside the assembly, not in what a cold start loads.
  for (const { properties } of account.find<FunctionProperties>('AWS::Lambda::Function')) {
    const { folder, files } = unpack(out, properties.Code);
    expect(files).toEqual(['index.mjs']);
    expect(statSync(join(folder, 'index.mjs')).size).toBeLessThan(815_000);
  }
  for (const { properties } of account.find<LayerProperties>('AWS::Lambda::LayerVersion'))
    expect(unpack(out, properties.Content).files).toEqual(['tidemark/origins.json']);
  for (const { id } of exampleSources(SOURCES))
    expect(existsSync(join(out, 'source-maps', `${id}.mjs.map`))).toBe(true);
});

test('a configuration outside of the repository, with every setting and every type of destination: no finding of any review stands unexplained', async () => {
  const { code, said, cpuSeconds, out, templates, account } = await synth({
    // Those of the example: more of them would leave no room for so many destinations.
    connections: exampleSources(SOURCES).map(({ id, rotation }) => connect(id, 'acme', rotation && { rotate: true })),
    destinations: [
      ...EVERY_KIND.map((destination) => ({ ...destination, ...MORE[destination.id] })),
      { id: 'sumo', type: 'http', endpoint: { service: 'sumologic', url: SUMO }, contentEncoding: 'none' },
    ],
    deployment: EVERYTHING,
  });

  expect(code, said).toBe(0);
  expect(said).not.toMatch(/ERROR|WARNING/);
  expect(new Set(EVERY_KIND.map(({ type }) => type))).toEqual(new Set(DESTINATION_TYPES.map(({ id }) => id)));
  // On two cores it takes less than that by the clock.
  expect(cpuSeconds).toBeGreaterThan(0);
  expect(cpuSeconds).toBeLessThan(30);
  expect([...templates.values()].join('')).not.toContain('"Refused": {');
  for (const { properties } of account.find<FunctionProperties>('AWS::Lambda::Function'))
    expect(unpack(out, properties.Code).files).toEqual(['index.mjs']);
  for (const { properties } of account.find<LayerProperties>('AWS::Lambda::LayerVersion'))
    expect(unpack(out, properties.Content).files).toEqual(['tidemark/authorities.pem', 'tidemark/origins.json']);
});

test.each([
  [
    'is not right',
    { connections, destinations: [LAKE], deployment: { shards: 0 } },
    '$.deployment.shards: there is 0, wanted at least 1.',
  ],
  [
    'cannot be deployed',
    { connections, destinations: [{ ...SPLUNK, hecUrl: undefined }] },
    '$.destinations[0].hecUrl: nothing is there',
  ],
  ['is not there', '/nowhere/tidemark.json', '/nowhere/tidemark.json cannot be read'],
])(
  'a configuration that %s ends with an error that says what and where, and no stack trace',
  async (_, config, told) => {
    const { code, said } = await synth(config);

    expect(code).not.toBe(0);
    expect(said).toContain(told);
    expect(said).not.toMatch(/^\s+at /m);
  },
);

test('reviews are awake: what nobody has explained is found by both packs', () => {
  const app = new App();
  review(app);
  const stack = new Stack(app, 'Stack');
  new Bucket(stack, 'Bucket');
  new Queue(stack, 'Queue');

  expect(() => app.synth()).toThrow(/AwsSolutions-S1[\s\S]*Serverless-SQSRedrivePolicy/);
});
