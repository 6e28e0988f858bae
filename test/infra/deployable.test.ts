import { expect, test } from 'vitest';
import { TidemarkError } from '../../functions/core/errors.ts';
import { isSnapshot } from '../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { checkDeployable } from '../../lib/check-deployable.ts';
import { configure, connect, LAKE, SOURCES, SPLUNK } from './support/draw.ts';

const [first] = SOURCES.map(({ id }) => id) as [string];
const stream = SOURCES[0]?.streams.find((one) => one.enabled && !isSnapshot(one))?.name ?? '';

const withStream = (settings: object) => ({
  connections: [connect(first, 'acme', { streams: { [stream]: settings } })],
});
const check = (change: object) => checkDeployable(configure(change), SOURCES, DESTINATION_TYPES, 'tidemark.json');

test('what the other tests draw can be deployed', () => {
  expect(() => check({})).not.toThrow();
});

test.each([
  [withStream({ every: '30s' }), `$.connections[0].streams.${stream}.every: there is 30s, wanted whole minutes`],
  [withStream({ every: '366d' }), `$.connections[0].streams.${stream}.every: there is 366d, wanted whole minutes`],
  [
    withStream({ overlap: '30d' }),
    `$.connections[0].streams.${stream}.overlap: there is 30d, wanted less than the 30 days`,
  ],
  [
    withStream({ rereads: [{ every: '1d', overlap: '40d' }] }),
    `$.connections[0].streams.${stream}.rereads[0].overlap: there is 40d, wanted less than the 30 days`,
  ],
  [
    { connections: [connect(first, 'acme', { origin: 'http://127.0.0.1:8080' })] },
    '$.connections[0].origin: there is "http://127.0.0.1:8080", wanted https',
  ],
  [
    { destinations: [{ ...SPLUNK, hecUrl: undefined }] },
    '$.destinations[0].hecUrl: nothing is there, wanted the https URL',
  ],
  [
    { destinations: [LAKE, { ...SPLUNK, hecUrl: 'http://127.0.0.1:8088' }] },
    '$.destinations[1].hecUrl: there is "http://127.0.0.1:8088"',
  ],
  [
    { destinations: [{ ...SPLUNK, tokenSecret: '*' }] },
    '$.destinations[0].tokenSecret: there is "*", wanted the name or the ARN',
  ],
  [
    { destinations: [{ ...SPLUNK, id: 'soc-europe' }] },
    '$.destinations[0].tokenSecret: there is "tidemark/splunk/soc-europe", wanted a name that does not end with a dash',
  ],
  [
    { deployment: { archiveDays: 30, objectLock: { days: 30 } } },
    '$.deployment.archiveDays: there is 30, wanted more than the 30 days',
  ],
  [
    { deployment: { alarms: { topicArn: 'arn:aws:sns:eu-west-1:111122223333:x', emails: ['a@example.com'] } } },
    '$.deployment.alarms.emails: a topic that is there already has its own subscribers',
  ],
  [
    {
      deployment: {
        alarms: {
          quietHours: {
            times: [
              { from: '12:00', to: '00:00' },
              { from: '00:00', to: '12:00' },
            ],
          },
        },
      },
    },
    '$.deployment.alarms.quietHours.times: together they are all of the week',
  ],
  [
    { destinations: Array.from({ length: 16 }, (_, at) => ({ ...LAKE, id: `lake-${at}` })) },
    '$.destinations: there are 16 for 3 sources, wanted 15 at most',
  ],
  [
    {
      destinations: Array.from({ length: 20 }, (_, at) => ({
        ...SPLUNK,
        id: `${'a'.repeat(28)}-${at}`,
        index: 'i'.repeat(80),
      })),
    },
    '$.destinations: there are 20 with',
  ],
])('what cannot be deployed is named by its path: %j', (change, told) => {
  expect(() => check(change)).toThrow(TidemarkError);
  expect(() => check(change)).toThrow(told);
});

test('all that is wrong is told at once', () => {
  const change = { ...withStream({ every: '30s' }), destinations: [{ ...SPLUNK, hecUrl: undefined }] };

  expect(() => check(change)).toThrow(/every: there is 30s[\s\S]*hecUrl: nothing is there/);
});

test('a stream that does not run may be timed in any way', () => {
  expect(() => check(withStream({ enabled: false, every: '30s' }))).not.toThrow();
});

test('how many stacks the schedules take is told, and so many do', () => {
  const connections = Array.from({ length: 600 }, (_, at) => connect(first, `tenant-${at}`));
  const failure = (() => {
    try {
      check({ connections });
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return '';
  })();

  const shards = Number(/\$\.deployment\.shards: there is 1, wanted (\d+)/.exec(failure)?.[1]);

  expect(shards).toBeGreaterThan(1);
  expect(() => check({ connections, deployment: { shards } })).not.toThrow();
});
