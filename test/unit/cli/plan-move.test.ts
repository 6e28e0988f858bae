import { describe, expect, test } from 'vitest';
import { daysToLookAt, planMove } from '../../../cli/move/plan-move.ts';
import type { FeedStatusReport } from '../../../functions/core/invocation/feed-status.ts';
import type { Feed } from '../../../functions/core/model.ts';
import { DAY, HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';

const at = (text: string) => parseInstant(`2026-03-${text}Z`) as Instant;
const NOW = at('10T12:00:00');

const feed = {
  name: 'a/logins/acme',
  settle: 10 * MINUTE,
  stream: { retention: 30 * DAY, precision: SECOND },
} as unknown as Feed;

/** The feed as the table knows it: read up to 10:00, with events in some hours. */
function lookOf(hours: Readonly<Record<string, number>> = {}, watermark: string | undefined = '2026-03-10T10:00:00Z') {
  const rows = Object.entries(hours).map(([hour, events]) => ({ hour: `2026-03-${hour}`, events }));
  return {
    feed: feed.name,
    kind: 'events',
    ...(watermark !== undefined && { watermark }),
    ledger: [{ day: '2026-03-10', madeAt: NOW, hours: rows }],
  } as unknown as FeedStatusReport;
}

describe('what a move does', () => {
  test('back: it says how much is read again, by the hours of the ledger', () => {
    const look = lookOf({ '10T07': 1, '10T08': 20, '10T09': 300, '10T10': 4_000 });

    const { from, to, effect } = planMove(feed, look, at('10T08:00:00'), NOW);

    expect([from, to]).toEqual(['2026-03-10T10:00:00Z', '2026-03-10T08:00:00Z']);
    expect(effect).toMatch(/^reads 2h again: 320 events of it were delivered, and are delivered again only if /);
  });

  test('forward: it says how long is skipped, and about how many events that is', () => {
    const look = lookOf({ '04T00': 10_000, '09T00': 6_800 });

    expect(planMove(feed, look, at('10T11:00:00'), NOW).effect).toBe(
      'skips 1h: what happened then is not read, about 100 events at the rate of the 7 days before',
    );
    expect(planMove(feed, lookOf(), at('10T11:00:00'), NOW).effect).toBe('skips 1h: what happened then is not read');
  });

  test('it does not go beyond what has settled, or below what the vendor keeps', () => {
    expect(planMove(feed, lookOf(), NOW, NOW).to).toBe('2026-03-10T11:50:00Z');
    expect(planMove(feed, lookOf(), NOW - 99 * DAY, NOW)).toMatchObject({
      to: '2026-02-08T12:00:00Z',
      effect: expect.stringContaining('(the vendor keeps no more than 30d)'),
    });
  });

  test('it says so if nothing changes, or if the feed has never run', () => {
    expect(planMove(feed, lookOf(), at('10T10:00:00'), NOW).effect).toBe('is there already');
    expect(
      planMove(feed, { ...lookOf(), watermark: undefined } as unknown as FeedStatusReport, at('10T10:00:00'), NOW),
    ).toMatchObject({
      from: undefined,
      effect: 'has never run: it starts there',
    });
  });
});

test('the days that are looked at hold everything that may be read again, and the usual days before', () => {
  const [read, never] = [at('10T10:00:00'), undefined];

  expect(daysToLookAt([read, never], at('10T11:00:00'), NOW)).toEqual({ from: NOW - 7 * DAY, to: NOW });
  expect(daysToLookAt([read], NOW - 20 * DAY, NOW)).toEqual({ from: NOW - 20 * DAY, to: NOW });
  expect(daysToLookAt([NOW - 9 * DAY], NOW - HOUR, NOW)).toEqual({ from: NOW - 9 * DAY, to: NOW });
});
