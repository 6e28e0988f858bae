import { afterEach, describe, expect, test, vi } from 'vitest';
import { feedsOf, parseConnection } from '../../../functions/core/config/connection.ts';
import { type AnyFeed, isSnapshotFeed } from '../../../functions/core/model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { serve } from '../../../functions/shell/serve.ts';
import { memorySource, memoryStream } from '../../memory/source.ts';

const rereads = [
  { every: HOUR, overlap: DAY },
  { every: DAY, overlap: 7 * DAY },
];
const source = memorySource([
  memoryStream('trails', SECOND, false),
  memoryStream('sessions', SECOND, false, { rereads }),
]);

function configured(streams: unknown) {
  return { id: 'acme', source: source.id, streams };
}

function rereadsOf(name: string, streams: unknown) {
  const feeds: AnyFeed[] = feedsOf(source, parseConnection(source, configured(streams)));
  const feed = feeds.find(({ stream }) => stream.name === name);
  return feed && !isSnapshotFeed(feed) ? feed.rereads : undefined;
}

describe('re-reads in tidemark.json', () => {
  test('are the stream’s own unless it says others, or none', () => {
    expect(rereadsOf('sessions', {})).toEqual(rereads);
    expect(rereadsOf('trails', {})).toEqual([]);
    expect(rereadsOf('trails', { trails: { rereads: [{ every: '90m', overlap: '3d' }] } })).toEqual([
      { every: 90 * MINUTE, overlap: 3 * DAY },
    ]);
    expect(rereadsOf('sessions', { sessions: { rereads: [] } })).toEqual([]);
  });

  test.each([
    [
      [{ every: 'daily', overlap: '7d' }],
      '$.streams.sessions.rereads[0].every: there is "daily", wanted a duration such as 90s',
    ],
    [[{ every: '1d' }], '$.streams.sessions.rereads[0].overlap: nothing is there, wanted'],
    [[{ every: '1d', overlap: '7d', from: 1 }], '$.streams.sessions.rereads[0].from: there is no such setting'],
    [Array(6).fill({ every: '1d', overlap: '7d' }), 'wanted at most 5.'],
    ['7d', '$.streams.sessions.rereads: there is "7d", wanted an array.'],
  ])('that are wrong are named: %j', (rereads, message) => {
    expect(() => rereadsOf('sessions', { sessions: { rereads } })).toThrow(message);
  });
});

describe('an overlap or a re-read longer than delivered events are remembered', () => {
  afterEach(() => vi.unstubAllEnvs());

  function invoke(name: string, settings: object, days?: string) {
    vi.stubEnv('TIDEMARK_TABLE', 'tidemark');
    vi.stubEnv('TIDEMARK_DESTINATIONS', '[]');
    vi.stubEnv('TIDEMARK_SEEN_DAYS', days);
    // Nothing listens there: what has been checked goes no further.
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'none');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
    const connection = configured({ [name]: settings });
    return serve(source)({ connection, streams: [name] }, { getRemainingTimeInMillis: () => 10_000 });
  }

  test.each([
    [
      'trails',
      { overlap: '8d' },
      '8',
      '$.streams.trails.overlap of memory/trails/acme: there is 8d, wanted less than the 8 days that delivered events are remembered.',
    ],
    ['sessions', { overlap: '9d' }, '8', '$.streams.sessions.overlap of memory/sessions/acme: there is 9d'],
    [
      'sessions',
      {
        rereads: [
          { every: '1h', overlap: '1d' },
          { every: '1d', overlap: '40d' },
        ],
      },
      undefined,
      '$.streams.sessions.rereads[1].overlap of memory/sessions/acme: there is 40d, wanted less than the 30 days',
    ],
    ['sessions', {}, '7', '$.streams.sessions.rereads[1].overlap of memory/sessions/acme: there is 7d'],
    ['sessions', { settle: '1d' }, '8', '$.streams.sessions.rereads[1].overlap of memory/sessions/acme: there is 7d'],
  ])('is refused by its name: %s %j in %s days', async (name, settings, days, message) => {
    await expect(invoke(name, settings, days)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(message),
      remedy: 'Shorten it, or raise TIDEMARK_SEEN_DAYS.',
    });
  });

  test.each([
    ['sessions', {}, '8'],
    ['sessions', { rereads: [{ every: '1d', overlap: '29d' }] }, undefined],
  ])('is allowed up to that: %s %j in %s days', async (name, settings, days) => {
    await expect(invoke(name, settings, days)).rejects.toThrow('The table tidemark did not');
  });
});
