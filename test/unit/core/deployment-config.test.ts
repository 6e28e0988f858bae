import { expect, test } from 'vitest';
import { parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { SECOND } from '../../../functions/core/time.ts';
import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../../../functions/destinations/destination-types.ts';
import { memorySource, memoryStream } from '../../memory/source.ts';

const source = memorySource([memoryStream('events', SECOND, false)]);

function parse(deployment: unknown) {
  const connections = [{ id: 'acme', source: source.id }];
  const file = { connections, destinations: [{ id: 'lake', type: SIMPLEST_TYPE.id }], deployment };
  return parseConfig(JSON.stringify(file), 'tidemark.json', [source], DESTINATION_TYPES).deployment;
}

function quiet(...times: object[]) {
  return { alarms: { quietHours: { times } } };
}

test('nothing has to be said', () => {
  expect(parse(undefined)).toEqual({
    stackPrefix: 'tidemark',
    shards: 1,
    tags: {},
    rolePath: '/',
    quarantineDays: 90,
    logRetentionDays: 90,
    logLevel: 'info',
    seenDays: 30,
    memoryMb: 256,
    timeout: 300_000_000,
    queryLimitGb: 100,
    retiredFeeds: [],
    perFeedMetrics: false,
    backfill: { feedsAtOnce: 5 },
    secretKeyArns: [],
    alarms: { emails: [] },
  });
});

test('a feed that runs is not retired, one that was switched off or removed may be', () => {
  expect(parse({ retiredFeeds: ['memory/usage/acme', 'memory/events/gone'] }).retiredFeeds).toHaveLength(2);
  expect(() => parse({ retiredFeeds: ['memory/events/gone', 'memory/events/acme'] })).toThrow(
    '$.deployment.retiredFeeds[1]: there is "memory/events/acme", which is configured to run.',
  );
});

test('that alarms are to reach nobody is a choice, and another than leaving it out', () => {
  expect(parse({ alarms: 'none' }).alarms).toEqual({ emails: [], none: true });
  expect(parse({ alarms: {} }).alarms).toEqual({ emails: [] });
});

test.each([
  [{ stackPrefix: 'Security' }, '$.deployment.stackPrefix: there is "Security", wanted small letters'],
  [{ stackPrefix: 'a-name-that-is-too-long' }, '$.deployment.stackPrefix'],
  [{ shards: 0 }, '$.deployment.shards: there is 0, wanted at least 1.'],
  [{ tags: { 'aws:cost': 'x' } }, 'aws:'],
  [{ tags: { cost: 'a;b' } }, '$.deployment.tags.cost: there is "a;b", wanted letters'],
  [{ permissionsBoundary: 'boundary' }, '$.deployment.permissionsBoundary: there is "boundary", wanted the ARN'],
  [{ rolePath: 'forwarders' }, '$.deployment.rolePath: there is "forwarders", wanted a path such as'],
  [{ kmsKeyArn: 'alias/mine' }, '$.deployment.kmsKeyArn: there is "alias/mine", wanted the ARN of a key'],
  [{ vpc: { subnetIds: ['subnet'], securityGroupIds: ['sg-01234567'] } }, '$.deployment.vpc.subnetIds[0]'],
  [{ vpc: { subnetIds: ['subnet-01234567'] } }, '$.deployment.vpc.securityGroupIds: nothing is there'],
  [{ proxy: 'http://user:hunter2@proxy.example.com' }, '$.deployment.proxy'],
  [{ proxy: 'proxy.example.com:3128' }, '$.deployment.proxy'],
  [{ objectLock: { days: 0 } }, '$.deployment.objectLock.days: there is 0, wanted at least 1.'],
  [{ archiveDays: 1.5 }, '$.deployment.archiveDays'],
  [{ quarantineDays: 0 }, '$.deployment.quarantineDays: there is 0, wanted at least 1.'],
  [{ logRetentionDays: 45 }, '$.deployment.logRetentionDays: there is 45, wanted 1 or 3'],
  [{ seenDays: 0 }, '$.deployment.seenDays: there is 0'],
  [{ memoryMb: 128 }, '$.deployment.memoryMb: there is 128, wanted at least 256.'],
  [{ timeout: '16m' }, '$.deployment.timeout: there is "16m", wanted a duration of 30s to 15m'],
  [{ timeout: 300 }, '$.deployment.timeout'],
  [{ reservedConcurrency: 0 }, '$.deployment.reservedConcurrency: there is 0'],
  [{ alarms: { topicArn: 'topic' } }, '$.deployment.alarms.topicArn: there is "topic", wanted the ARN of an SNS topic'],
  [{ alarms: { emails: ['nobody'] } }, '$.deployment.alarms.emails[0]: there is "nobody", wanted an e-mail address.'],
  [{ retiredFeeds: ['usage'] }, '$.deployment.retiredFeeds[0]: there is "usage", wanted the name of a feed'],
  [{ retiredFeeds: ['a/b/c', 'a/b/c'] }, '$.deployment.retiredFeeds'],
  [{ alarms: 'nobody' }, '$.deployment.alarms: there is "nobody", wanted "none" or an object.'],
  [{ alarms: { email: 'soc@example.com' } }, '$.deployment.alarms.email: there is no such setting'],
  [{ perFeedMetrics: 'yes' }, '$.deployment.perFeedMetrics: there is "yes", wanted a boolean.'],
  [quiet({ from: '25:00', to: '06:00' }), '.quietHours.times[0].from: there is "25:00", wanted a time of day such as'],
  [
    quiet({ from: 'fri 18:00', to: '06:00' }),
    '.quietHours.times[0]: there is {"from":"fri 18:00","to":"06:00"}, wanted',
  ],
  [quiet({ from: '06:00', to: '06:00' }), 'wanted two different times, both of the day or both of the week.'],
  [quiet({ from: '22:00' }), '.quietHours.times[0].to: nothing is there'],
  [quiet(), '$.deployment.alarms.quietHours.times: there is [], wanted at least 1.'],
  [
    { alarms: { quietHours: { timeZone: 'Bielefeld', times: [{ from: '22:00', to: '06:00' }] } } },
    '$.deployment.alarms.quietHours.timeZone: there is "Bielefeld", wanted a time zone such as Europe/Berlin',
  ],
  [
    { alarms: { quietHours: { timeZone: '+01:00', times: [{ from: '22:00', to: '06:00' }] } } },
    '$.deployment.alarms.quietHours.timeZone: there is "+01:00"',
  ],
  [{ shard: 2 }, '$.deployment.shard: there is no such setting; look for a misspelling.'],
])('%j is told by its path, what is there, and what is wanted', (deployment, told) => {
  expect(() => parse(deployment)).toThrow(TidemarkError);
  expect(() => parse(deployment)).toThrow(told);
});

test('a password in a proxy’s URL does not get into the error', () => {
  expect(() => parse({ proxy: 'http://user:hunter2@proxy.example.com' })).toThrow(/^((?!hunter2)[\s\S])*$/);
});
