import { describe, expect, test } from 'vitest';
import { History, largest } from '../../../../cli/ui/data/history.ts';

const START = 1_800_000_000;
const all = () => 'all';

/** A history in which a feed has delivered so many events more each ten seconds. */
function steady(growth: number, seconds: number, lagSeconds = 5): History {
  const history = new History();
  for (let at = 0; at <= seconds; at += 10)
    history.add(START + at, [{ feed: 'a', delivered: 1_000 + (at / 10) * growth, lagSeconds }]);
  return history;
}

describe('the history', () => {
  test('counts what has been delivered since its first sample', () => {
    expect(steady(20, 600).deliveredOf('a')).toBe(1_200);
    expect(new History().deliveredOf('a')).toBeUndefined();
  });

  test('shows events a minute, step by step, up to the last whole step', () => {
    const { times, series } = steady(20, 600).throughput('hour', START + 600, all);

    // A step of 15 seconds holds one or two samples of 20 events.
    const values = series[0]?.values.filter((value) => value !== null) ?? [];
    expect(new Set(values.slice(1))).toEqual(new Set([80, 160]));
    expect(values.slice(1).reduce((sum: number, value) => sum + (value ?? 0), 0) / (values.length - 1)).toBeCloseTo(
      120,
      -1,
    );
    expect(times).toHaveLength(240);
    expect(times.at(-1)).toBe(START + 585);
  });

  test('leaves a gap where nothing was looked at', () => {
    const history = new History();
    for (const at of [0, 15, 90]) history.add(START + at, [{ feed: 'a', lagSeconds: at, delivered: at }]);

    const { series } = history.lag('hour', START + 105, all);

    expect(series[0]?.values.slice(-7)).toEqual([0, 15, null, null, null, null, 90]);
  });

  test('puts feeds together by their label: events are added up, of lags the largest counts', () => {
    const history = new History();
    const sample = (feed: string, delivered: number, lagSeconds: number) => ({ feed, delivered, lagSeconds });
    history.add(START, [sample('x/a', 0, 1), sample('x/b', 0, 7), sample('y/a', 0, 3)]);
    history.add(START + 1, [sample('x/a', 10, 1), sample('x/b', 5, 7), sample('y/a', 1, 3)]);
    const labelOf = (feed: string) => (feed === 'y/a' ? undefined : feed.charAt(0));

    expect(history.throughput('hour', START + 15, labelOf).series).toEqual([
      { label: 'x', values: [...Array(239).fill(null), 60] },
    ]);
    expect(history.lag('hour', START + 15, labelOf).series[0]?.values.at(-1)).toBe(7);
  });

  test('takes a counter that begins anew for no negative pace', () => {
    const history = new History();
    for (const [at, delivered] of [
      [0, 500],
      [1, 510],
      [2, 0],
      [3, 4],
    ] as const)
      history.add(START + at, [{ feed: 'a', delivered }]);

    expect(history.throughput('hour', START + 15, all).series[0]?.values.at(-1)).toBe(14 * 4);
  });

  test('forgets what is older than its range', () => {
    const history = steady(1, 2 * 86_400);

    const hour = history.throughput('hour', START + 2 * 86_400, all);
    const day = history.lag('day', START + 2 * 86_400, all);

    expect(hour.times.at(0)).toBe(START + 2 * 86_400 - 3_600);
    expect(day.times).toHaveLength(288);
    expect(hour.series[0]?.values.every((value) => value !== null)).toBe(true);
    expect(day.series[0]?.values.every((value) => value === 5)).toBe(true);
  });

  test('gives the pace of a feed for its small chart, also where nothing is known', () => {
    const pace = steady(20, 600).paceOf('a', START + 600, 4);

    expect(pace).toHaveLength(4);
    expect(new Set(pace)).toEqual(new Set([80, 160]));
    expect(new History().paceOf('a', START, 3)).toEqual([0, 0, 0]);
  });
});

test('of many lines the eight largest are kept, by name', () => {
  const series = Array.from({ length: 12 }, (_, at) => ({
    label: `feed ${String.fromCharCode(108 - at)}`,
    values: [at, null],
  }));

  const kept = largest(series).map(({ label }) => label);

  expect(kept).toHaveLength(8);
  expect(kept).toEqual(kept.toSorted());
  expect(kept).toContain('feed a');
  expect(kept).not.toContain('feed l');
});
