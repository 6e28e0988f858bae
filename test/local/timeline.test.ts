import { describe, expect, test } from 'vitest';
import { createTimeline, type Span, type Timeline } from '../../simulators/timeline.ts';

const NOON = Date.parse('2026-01-10T12:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const read = (timeline: Timeline, span: Partial<Span> = {}) => [
  ...timeline.happenings({ from: NOON, to: NOON + HOUR_MS, visibleAt: Infinity, ...span }),
];

describe('the timeline of a vendor', () => {
  test.each([
    [0.05, 3],
    [0.5, 30],
    [6, 360],
    [333.3, 19_998],
    [10_000, 600_000],
  ])('has %d events a minute', (perMinute, anHour) => {
    const found = read(createTimeline({ seed: 1, perMinute })).length;

    expect(Math.abs(found - anHour)).toBeLessThanOrEqual(Math.max(5, anHour * 0.05));
  });

  test.each([1, 7, 1000, 25_000])('has exactly %d events when asked for so many', (count) => {
    const timeline = createTimeline({ seed: 1, perMinute: 6, from: NOON, to: NOON + HOUR_MS, count });

    expect(read(timeline, { from: 0, to: Infinity })).toHaveLength(count);
  });

  test('needs a range for an exact count', () => {
    expect(() => createTimeline({ seed: 1, perMinute: 6, count: 5 })).toThrow(/give from and to/);
  });

  test('has no events at rate zero', () => {
    expect(read(createTimeline({ seed: 1, perMinute: 0 }))).toEqual([]);
  });

  test('is the same after a restart, and different for another seed', () => {
    const first = read(createTimeline({ seed: 5, perMinute: 60 }));

    expect(read(createTimeline({ seed: 5, perMinute: 60 }))).toEqual(first);
    expect(read(createTimeline({ seed: 6, perMinute: 60 }))).not.toEqual(first);
  });

  test('is the same whether read whole, in slices, backwards or row by row', () => {
    const timeline = createTimeline({ seed: 5, perMinute: 45 });
    const whole = read(timeline);

    const slices = Array.from({ length: 60 }, (_, minute) =>
      read(timeline, { from: NOON + minute * MINUTE_MS, to: NOON + (minute + 1) * MINUTE_MS }),
    );
    const backwards = read(timeline, { newestFirst: true });
    const resumed = whole.map((row) => read(timeline, { beyond: row.id })[0]);
    const resumedBackwards = whole.map((row) => read(timeline, { beyond: row.id, newestFirst: true })[0]);

    expect(slices.flat()).toEqual(whole);
    expect(backwards.toReversed()).toEqual(whole);
    expect(resumed).toEqual([...whole.slice(1), undefined]);
    expect(resumedBackwards).toEqual([undefined, ...whole.slice(0, -1)]);
  });

  test('has row ids that grow with time and whole seconds', () => {
    const rows = read(createTimeline({ seed: 5, perMinute: 600 }));

    expect(rows.every((row, index) => index === 0 || row.id === (rows[index - 1]?.id ?? 0) + 1)).toBe(true);
    expect(rows.every((row, index) => index === 0 || row.time >= (rows[index - 1]?.time ?? 0))).toBe(true);
    expect(rows.every((row) => row.time % 1000 === 0)).toBe(true);
  });

  test('keeps to its bounds', () => {
    const bounds = { from: NOON + 10 * MINUTE_MS, to: NOON + 20 * MINUTE_MS };
    const unbounded = createTimeline({ seed: 5, perMinute: 60 });

    expect(read(createTimeline({ seed: 5, perMinute: 60, ...bounds }))).toEqual(read(unbounded, bounds));
  });

  test('has about one twin or triplet in a hundred, equal in second and content', () => {
    const rows = read(createTimeline({ seed: 5, perMinute: 1000 }));
    const groups = Object.values(Object.groupBy(rows, (row) => `${row.time} ${row.seed}`));

    const repeated = groups.filter((group) => (group?.length ?? 0) > 1);

    expect(repeated.length / groups.length).toBeGreaterThan(0.007);
    expect(repeated.length / groups.length).toBeLessThan(0.013);
    expect(new Set(groups.map((group) => group?.length))).toEqual(new Set([1, 2, 3]));
  });

  test('shows late events late, and only those', () => {
    const timeline = createTimeline({ seed: 5, perMinute: 100 }, () => ({ late: { share: 0.1, upToSeconds: 300 } }));
    const all = read(timeline);
    const late = all.filter((row) => row.shownAt > row.time);

    const atTheEnd = read(timeline, { visibleAt: NOON + HOUR_MS });

    expect(late.length / all.length).toBeGreaterThan(0.08);
    expect(late.length / all.length).toBeLessThan(0.12);
    expect(Math.max(...late.map((row) => row.shownAt - row.time))).toBeLessThanOrEqual(300_000);
    expect(atTheEnd).toEqual(all.filter((row) => row.shownAt <= NOON + HOUR_MS));
    expect(atTheEnd.length).toBeLessThan(all.length);
  });
});
