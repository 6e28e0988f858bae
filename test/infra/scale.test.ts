import { expect, test } from 'vitest';
import { connect, draw, LAKE, SOURCES, SPLUNK } from './support/draw.ts';

interface ScheduleProperties {
  readonly Target: { readonly Input: string };
}

interface RoleProperties {
  readonly Policies: readonly object[];
}

const ONCE_A_SOURCE = [
  'AWS::CloudWatch::Alarm',
  'AWS::IAM::Role',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
];

test('a thousand connections to each source stay within CloudFormation’s, Scheduler’s and IAM’s limits', () => {
  const tenants = Array.from({ length: 1_000 }, (_, at) => `tenant-${String(at).padStart(4, '0')}.example`);
  const connections = SOURCES.flatMap(({ id }) => tenants.map((tenant) => connect(id, tenant)));

  const {
    state,
    forwarding,
    schedules: shards,
    account,
  } = draw({
    connections,
    destinations: [LAKE, SPLUNK],
    deployment: { shards: 24 },
  });

  for (const template of [state, forwarding, ...shards].map((one) => one.toJSON())) {
    // As CDK writes it.
    expect(JSON.stringify(template, undefined, 1).length).toBeLessThan(1_000_000);
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
  }
  const schedules = account.find<ScheduleProperties>('AWS::Scheduler::Schedule');
  expect(Math.max(...schedules.map(({ properties }) => properties.Target.Input.length))).toBeLessThan(256_000);
  const scheduled = schedules.map(({ properties }) => JSON.parse(properties.Target.Input).connection);
  expect(
    new Set(scheduled.flatMap((connection) => (connection ? `${connection.source}/${connection.id}` : []))).size,
  ).toBe(connections.length);
  // A census names all feeds of a source in its shard; a list that is too long is parted.
  const censuses = schedules.map(({ properties }) => properties.Target.Input).filter((input) => /"census"/.test(input));
  expect(Math.max(...censuses.map((input) => input.length))).toBeLessThan(100_000);
  // What watches, works and delivers is there once a source, or once a source and destination.
  const few = draw();
  for (const type of ONCE_A_SOURCE) {
    expect(account.find(type).length, type).toBeGreaterThan(0);
    expect(account.find(type).length, type).toBe(few.account.find(type).length);
  }
  expect(account.find('AWS::CloudWatch::Dashboard')).toHaveLength(1);
  // All inline policies of a role together may have 10,240 characters.
  for (const { id, properties } of account.find<RoleProperties>('AWS::IAM::Role'))
    expect(JSON.stringify(properties.Policies).length, id).toBeLessThan(10_240);
});
