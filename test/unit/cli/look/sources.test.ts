import { expect, test } from 'vitest';
import { closest } from '../../../../cli/feeds/closest.ts';
import { describeSources } from '../../../../cli/sources/describe-sources.ts';
import { showSources } from '../../../../cli/sources/show-sources.ts';
import type { FeedStatusReport } from '../../../../functions/core/invocation/feed-status.ts';
import { emptyDay } from '../../../../functions/core/stored/ledger-row.ts';
import { findSources } from '../../../../lib/plan/find-sources.ts';
import { isMeasured } from '../../../../tools/cost/measured.ts';
import { madeUpSource } from './made-up-log.ts';

const FEED = 'memory/acts/demo';
const hours = [{ hour: '2026-01-10T09', events: 720, digest: '1', destinations: {} }];
const report = (changes: Partial<FeedStatusReport>): FeedStatusReport => ({
  feed: FEED,
  kind: 'events',
  floor: '2026-01-10T00:00:00.000Z',
  watermark: '2026-01-10T12:00:00.000Z',
  jobs: [],
  quarantine: [],
  ledger: [],
  ...changes,
});
const figuresOf = (changes: Partial<FeedStatusReport>) =>
  describeSources([madeUpSource()], [report(changes)])[0]?.streams[0]?.feeds[0];

test('a stream is described with its timing and its permission; a snapshot has no past', () => {
  const [described] = describeSources([madeUpSource()]);

  expect(described).toMatchObject({ source: 'memory', origin: 'https://memory.example' });
  expect(described?.streams).toEqual([
    expect.objectContaining({
      stream: 'memory/acts',
      kind: 'events',
      needs: 'nothing',
      everySeconds: 300,
      settleSeconds: 120,
      overlapSeconds: 1_800,
      lateUpToSeconds: 1_920,
      retentionSeconds: 90 * 86_400,
      requestsPerRun: null,
      feeds: [],
    }),
    expect.objectContaining({
      stream: 'memory/things',
      kind: 'snapshot',
      overlapSeconds: null,
      retentionSeconds: null,
    }),
  ]);
});

test('the requests of a run are those that were measured', async () => {
  const streams = describeSources((await findSources()).filter(isMeasured)).flatMap((source) => source.streams);

  expect(streams.length).toBeGreaterThan(10);
  for (const { stream, requestsPerRun } of streams) expect(requestsPerRun, stream).toBeGreaterThan(0);
});

test.each([
  [
    'events a minute since the first day, and requests an event of whole days',
    {
      ledger: [{ day: '2026-01-10', madeAt: 0, hours, done: { ...emptyDay('2026-01-10'), pages: 36, delivered: 720 } }],
    },
    { eventsPerMinute: 1, requestsPerEvent: 0.05 },
  ],
  [
    'no requests an event before a day is over',
    { ledger: [{ day: '2026-01-10', madeAt: 0, hours }] },
    { eventsPerMinute: 1, requestsPerEvent: null },
  ],
  ['nothing of a feed that has delivered nothing', {}, { eventsPerMinute: null, requestsPerEvent: null }],
])('of a feed is known: %s', (_, changes, figures) => {
  expect(figuresOf(changes)).toEqual({ feed: FEED, ...figures });
});

test('as text, what is not known is called unknown', () => {
  const text = showSources(describeSources([madeUpSource()], [report({})]));

  expect(text).toContain('memory/acts');
  expect(text).toMatch(/memory\/acts\/demo +unknown +unknown/);
});

test.each([
  ['acme/usres', ['acme/users', 'acme/groups'], 'acme/users'],
  ['users', ['acme/groups', 'acme/users'], 'acme/users'],
  ['ACME/Groups', ['acme/users', 'acme/groups'], 'acme/groups'],
])('what is closest to %s of %j', (typed, names, nearest) => {
  expect(closest(typed, names)[0]).toBe(nearest);
});
