import { describe, expect, test } from 'vitest';
import { feedRow } from '../../../../cli/ui/data/feed-rows.ts';
import { feedsOf, parseConnection } from '../../../../functions/core/config/connection.ts';
import type { FeedStatusReport } from '../../../../functions/core/invocation/feed-status.ts';
import { plain } from '../../../e2e/plain.ts';

const LOOK: FeedStatusReport = {
  feed: 'x/y/one',
  kind: 'events',
  watermark: '2026-01-10T09:00:00.000Z',
  lagSeconds: 20,
  lastSuccess: '2026-01-10T09:00:10.000Z',
  failures: 0,
  jobs: [],
  quarantine: [],
  ledger: [],
};
const CALM = { pace: [] };
const LAST_ERROR = { code: 'refused', message: 'The token has expired.', at: '2026-01-10T09:00:00.000Z' };
const HOLD = { until: '2026-01-10T10:00:00.000Z', reason: 'throttled', message: 'Too many requests.' };
const LEASE = { owner: 'me', until: '2026-01-10T10:00:00.000Z' };

const connection = parseConnection(plain.source, {
  id: 'one',
  source: plain.source.id,
  origin: 'https://vendor.example.com',
  settings: plain.settings,
});
const [first] = feedsOf(plain.source, connection);
if (!first) throw new Error('The plain source has no stream.');
const chosen = { connection, feed: first };

describe('the state of a feed', () => {
  test.each<[string, Partial<FeedStatusReport>, string, string]>([
    ['that is up to date', {}, 'caught up', 'good'],
    ['that is at work', { lease: LEASE }, 'reading', 'busy'],
    ['that a vendor lets wait', { hold: HOLD, lease: LEASE }, 'waiting', 'notice'],
    ['that fails', { failures: 2, lastError: LAST_ERROR }, 'failing', 'bad'],
    ['that waits after failures', { failures: 2, lastError: LAST_ERROR, hold: HOLD }, 'waiting', 'bad'],
    ['whose watermark lies ahead', { lagSeconds: -5 }, 'in the future', 'notice'],
    ['that is an hour behind', { lagSeconds: 36_000 }, 'behind', 'notice'],
    [
      'that lacks events',
      { conditions: [{ name: 'narrow-sight', since: HOLD.until, message: 'Sees one group.' }] },
      'caught up',
      'bad',
    ],
    [
      'that owes a destination',
      { owed: [{ destination: 'lake', from: 'a', to: 'b', since: 'c', waits: true }] },
      'caught up',
      'notice',
    ],
    ['whose destination is away', { away: [{ destination: 'lake', since: 'c' }] }, 'caught up', 'notice'],
    ['that has failed and recovered', { lastError: LAST_ERROR }, 'caught up', 'good'],
  ])('%s', (_, change, state, severity) => {
    expect(feedRow({ ...LOOK, ...change }, { ...CALM, chosen })).toMatchObject({ state, severity });
  });

  test('that has never run', () => {
    const { feed, kind, jobs, quarantine, ledger } = LOOK;

    expect(feedRow({ feed, kind, jobs, quarantine, ledger }, CALM)).toMatchObject({
      state: 'not read yet',
      severity: 'notice',
    });
  });

  test('comes with what to do, if this program knows it', () => {
    const look = { ...LOOK, failures: 1, lastError: LAST_ERROR };
    const error = { code: 'refused', stage: 'receiving', message: 'Expired.', remedy: 'Put in a new one.' } as const;
    const status = { state: 'refused', error, warnings: [] } as unknown as NonNullable<
      Parameters<typeof feedRow>[1]['status']
    >;

    expect(feedRow(look, CALM).notes[0]).toEqual({
      severity: 'bad',
      text: 'refused: The token has expired.',
      since: LAST_ERROR.at,
    });
    expect(feedRow(look, { ...CALM, status }).notes[0]?.remedy).toBe('Put in a new one.');
  });
});
