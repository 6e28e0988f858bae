import { describe, expect, test } from 'vitest';
import { heatMapOf } from '../../../../cli/ui/data/heat-map.ts';
import type { FeedStatusReport } from '../../../../functions/core/invocation/feed-status.ts';

const NOW = Date.parse('2026-01-10T12:30:00Z');

/** A feed that began at a time, has read up to another, and has delivered so many events of some hours to `a` and to `b`. */
function look(
  floor: string,
  watermark: string,
  hours: Readonly<Record<string, readonly [number, number]>>,
): FeedStatusReport {
  const ledger = [
    {
      day: '2026-01-10',
      madeAt: 0,
      hours: Object.entries(hours).map(([hour, [a, b]]) => ({
        hour,
        events: Math.max(a, b),
        digest: '',
        destinations: { a: { events: a, digest: '' }, b: { events: b, digest: '' } },
      })),
    },
  ];
  return { feed: 'x', kind: 'events', floor, watermark, jobs: [], quarantine: [], ledger };
}

describe('the heat map', () => {
  const map = heatMapOf(
    [
      look('2026-01-09T20:10:00Z', '2026-01-10T11:20:00Z', { '2026-01-09T22': [5, 5], '2026-01-10T10': [100, 100] }),
      look('2026-01-09T23:00:00Z', '2026-01-10T10:20:00Z', { '2026-01-09T22': [3, 3], '2026-01-10T09': [10, 7] }),
    ],
    3,
    NOW,
  );

  test('has a row for each day, the newest first, with 24 hours', () => {
    expect(map.days.map(({ day, total }) => [day, total])).toEqual([
      ['2026-01-10', 110],
      ['2026-01-09', 8],
      ['2026-01-08', 0],
    ]);
    expect(map.days.every(({ hours }) => hours.length === 24)).toBe(true);
  });

  test('adds up the events of all feeds', () => {
    expect(map.days[1]?.hours[22]).toEqual({ events: 8, reach: 'read' });
  });

  test('marks an hour of which a destination lacks events', () => {
    expect(map.days[0]?.hours[9]).toEqual({ events: 10, reach: 'read', lacking: { a: 10, b: 7 } });
    expect(map.destinations).toEqual(['a', 'b']);
  });

  test('tells an hour without events from one before the beginning, and from one that has not been read', () => {
    const reach = (day: number, hour: number) => map.days[day]?.hours[hour]?.reach;

    expect([reach(1, 19), reach(1, 20), reach(0, 3), reach(0, 11), reach(0, 12), reach(2, 5)]).toEqual([
      'none',
      'read',
      'read',
      'read',
      'future',
      'none',
    ]);
  });

  test('has steps of colour that end with the largest hour', () => {
    expect(map.bounds.at(-1)).toBe(100);
    expect(map.bounds).toEqual([20, 40, 60, 80, 100]);
  });

  test('has steps that grow where busy hours have many times the events of quiet ones', () => {
    const { bounds } = heatMapOf(
      [
        look('2026-01-10T00:00:00Z', '2026-01-10T12:00:00Z', {
          '2026-01-10T01': [2, 2],
          '2026-01-10T02': [200_000, 200_000],
        }),
      ],
      1,
      NOW,
    );

    expect(bounds).toEqual([20, 200, 2_000, 20_000, 200_000]);
  });

  test.each([
    ['of nothing', []],
    [
      'of a feed that has never run',
      [{ feed: 'x', kind: 'events', jobs: [], quarantine: [], ledger: [] } as FeedStatusReport],
    ],
  ])('%s is empty', (_, looks) => {
    const { days, bounds } = heatMapOf(looks, 1, NOW);

    expect(bounds).toEqual([]);
    expect(days[0]?.hours.every(({ reach, events }) => reach === 'none' && events === 0)).toBe(true);
  });

  test('of a single count has one step', () => {
    expect(
      heatMapOf([look('2026-01-10T00:00:00Z', '2026-01-10T12:00:00Z', { '2026-01-10T01': [1, 1] })], 1, NOW).bounds,
    ).toEqual([1]);
  });
});
