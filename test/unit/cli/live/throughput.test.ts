import { describe, expect, test } from 'vitest';
import { sparkline } from '../../../../cli/live/sparkline.ts';
import { Throughput } from '../../../../cli/live/throughput.ts';
import { statusOf } from './sample-state.ts';

const START = 1_000_000_000;
const at = (seconds: number) => START + seconds * 1_000;

/** Plays runs of a feed: from, to, the events of each, how it ended, and its watermark. */
function played(...runs: [number, number, number, { state?: 'more'; watermark?: number }?][]): Throughput {
  const throughput = new Throughput(START);
  const status = statusOf('a/b/c', { state: 'waiting', runs: 0 });
  for (const [from, to, events, end = {}] of runs) {
    status.state = 'running';
    throughput.note([status], at(from));
    status.state = end.state ?? 'caught-up';
    status.runs++;
    status.delivered += events;
    if (end.watermark !== undefined) status.watermark = new Date(at(end.watermark)).toISOString();
    throughput.note([status], at(to));
  }
  return throughput;
}

describe('throughput', () => {
  test('spreads the events of a run over its time', () => {
    const throughput = played([0, 10, 100]);

    expect(throughput.series(at(10), 3)).toEqual([0, 50, 50]);
    expect(throughput.series(at(10), 2, 'a/b/c')).toEqual([50, 50]);
    expect(throughput.series(at(10), 2, 'another/feed/altogether')).toEqual([0, 0]);
  });

  test('is a rate over the last minute, or over the time since the start', () => {
    const throughput = played([0, 10, 100], [80, 90, 30]);

    expect(played([0, 10, 100]).perMinute(at(20))).toBe(300);
    expect(throughput.perMinute(at(90))).toBe(30);
    expect(throughput.perMinute(at(85), 'a/b/c')).toBe(15);
    expect(throughput.perMinute(at(300))).toBe(0);
  });

  test('counts a run that is shorter than the clock’s tick', () => {
    expect(played([5, 5, 7]).perMinute(at(60))).toBe(7);
  });

  test('says when a feed that is behind will have caught up', () => {
    // It reads ten seconds of the past in each second, and is 3,600 s behind at first.
    const more = { state: 'more' } as const;
    const throughput = played([0, 10, 1, { ...more, watermark: -3_600 }], [10, 20, 1, { ...more, watermark: -3_500 }]);

    expect(throughput.untilCaughtUp('a/b/c', at(20))).toBeCloseTo((3_520 / 9) * 1_000);
    expect(throughput.untilCaughtUp('a/b/c', at(30))).toBeCloseTo((3_520 / 9) * 1_000 - 10_000);
  });

  test('does not say so of a feed that has caught up, or that falls behind', () => {
    const more = { state: 'more' } as const;
    const slow = played([0, 10, 1, { ...more, watermark: -3_600 }], [10, 20, 1, { ...more, watermark: -3_599 }]);

    expect(slow.untilCaughtUp('a/b/c', at(20))).toBeUndefined();
    expect(played([0, 10, 1], [10, 20, 1]).untilCaughtUp('a/b/c', at(20))).toBeUndefined();
  });
});

test('a row of bars grows with the root of its numbers, and has its ground where nothing was', () => {
  expect(sparkline([0, 1, 25, 64, 0])).toEqual([
    { text: '▁', tone: 'dim' },
    { text: '▂▆█', tone: 'active' },
    { text: '▁', tone: 'dim' },
  ]);
  expect(sparkline([0, 0])).toEqual([{ text: '▁▁', tone: 'dim' }]);
});
