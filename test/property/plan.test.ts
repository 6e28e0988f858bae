import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Feed } from '../../functions/core/model.ts';
import {
  halve,
  makePlan,
  nextWindow,
  raisedWatermark,
  smallestWindow,
  widen,
} from '../../functions/core/reading/plan.ts';
import { firstCheckpoint } from '../../functions/core/stored/checkpoint.ts';
import { ceilTo, DAY, HOUR, MILLISECOND, MINUTE, SECOND } from '../../functions/core/time.ts';
import { createWorld } from '../memory/world.ts';

const NOW = createWorld().now;
const precision = fc.constantFrom(SECOND, MILLISECOND, 1);
const instant = fc.integer({ min: NOW - 3 * DAY, max: NOW + DAY });
const duration = (max: number) => fc.integer({ min: 0, max });

const feed = fc
  .record({
    precision,
    settle: duration(HOUR),
    overlap: duration(2 * DAY),
    longestWindow: fc.integer({ min: HOUR, max: 2 * DAY }),
    retention: fc.integer({ min: MINUTE, max: 10 * DAY }),
  })
  .map((stream): Feed => createWorld({ stream, vendor: { precision: stream.precision } }).feeds[0] as Feed);

const standing = fc.record({
  watermark: instant,
  floor: instant,
  start: instant,
  narrowed: fc.option(fc.integer({ min: MINUTE, max: DAY }), { nil: undefined }),
});

/** A checkpoint as the engine makes them: nothing was ever read below the floor, which lies on the vendor's grid. */
function checkpointOf(
  feed: Feed,
  { watermark, floor, narrowed }: { watermark: number; floor: number; narrowed: number | undefined },
) {
  const lowest = ceilTo(floor, feed.stream.precision);
  const item = { ...firstCheckpoint(lowest, []), watermark: Math.max(lowest, watermark) };
  return narrowed === undefined ? item : { ...item, narrowed };
}

describe('a plan', () => {
  it('is tiled by its windows, none longer than allowed', () => {
    fc.assert(
      fc.property(feed, standing, (feed, given) => {
        const item = checkpointOf(feed, given);
        const { plan } = makePlan(feed, { ...given, checkpoint: item });
        if (!plan) return;

        const windows = [plan.window];
        for (let at = nextWindow(feed, plan, given.narrowed); at; at = nextWindow(feed, at, given.narrowed))
          windows.push(at.window);

        const longest = Math.min(given.narrowed ?? DAY * 9, feed.stream.longestWindow);
        expect(windows[0]?.from).toBe(plan.from);
        expect(windows.at(-1)?.to).toBe(plan.to);
        windows.forEach(({ from, to }, at) => {
          expect(to).toBeGreaterThan(from);
          expect(to - from).toBeLessThanOrEqual(longest);
          expect(from).toBe(windows[at - 1]?.to ?? plan.from);
        });
      }),
    );
  });

  it('begins at the overlap or below it, but never below floor and retention, and ends before start less settle', () => {
    fc.assert(
      fc.property(feed, standing, (feed, given) => {
        const { precision, retention } = feed.stream;
        const item = checkpointOf(feed, given);
        const { plan } = makePlan(feed, { ...given, checkpoint: item });
        if (!plan) return;

        expect(plan.from).toBeGreaterThanOrEqual(item.floor);
        expect(plan.from).toBeGreaterThanOrEqual(given.start - retention);
        expect(plan.to).toBeLessThanOrEqual(given.start - feed.settle);
        expect(plan.to % precision).toBe(0);
        const promised = Math.max(item.watermark - feed.overlap, item.floor, given.start - retention + precision);
        expect(plan.from).toBeLessThanOrEqual(promised);
        expect(plan.from).toBeLessThanOrEqual(Math.max(item.watermark, given.start - retention + precision));
      }),
    );
  });

  it('is missing only when there is nothing to read', () => {
    fc.assert(
      fc.property(feed, standing, (feed, given) => {
        const item = checkpointOf(feed, given);
        const { plan } = makePlan(feed, { ...given, checkpoint: item });
        const newest = given.start - feed.settle - feed.stream.precision;
        if (!plan)
          expect(Math.max(item.watermark, given.start - feed.stream.retention)).toBeGreaterThan(
            newest - feed.stream.precision,
          );
      }),
    );
  });

  it('says which range the vendor has deleted unread', () => {
    fc.assert(
      fc.property(feed, standing, (feed, given) => {
        const item = checkpointOf(feed, given);
        const { plan, gap } = makePlan(feed, { ...given, checkpoint: item });
        if (!plan) return;
        if (item.watermark >= plan.from) expect(gap).toBeUndefined();
        else expect(gap).toEqual({ from: item.watermark, to: plan.from });
      }),
    );
  });
});

describe('a watermark', () => {
  it('never moves back, nor past its window, nor past what is proven or has settled', () => {
    fc.assert(
      fc.property(
        feed,
        fc.tuple(instant, instant, instant),
        duration(DAY),
        fc.option(instant, { nil: undefined }),
        (feed, [before, from, start], length, proven) => {
          const window = { from, to: from + length };
          const plan = { ...window, window, ...(proven !== undefined && { proven }) };
          const raised = raisedWatermark(feed, before, plan, start);
          expect(raised).toBeGreaterThanOrEqual(before);
          expect(raised).toBeLessThanOrEqual(Math.max(before, window.to));
          expect(raised).toBeLessThanOrEqual(Math.max(before, proven ?? window.to));
          expect(raised).toBeLessThanOrEqual(Math.max(before, start - feed.settle));
        },
      ),
    );
  });
});

describe('a window', () => {
  it('shrinks until it is the smallest, in few steps', () => {
    fc.assert(
      fc.property(feed, fc.integer({ min: 1, max: 400 * DAY }), (feed, length) => {
        let [size, steps] = [length, 0];
        for (
          let half = halve(feed, { from: NOW, to: NOW + size });
          half !== undefined;
          half = halve(feed, { from: NOW, to: NOW + size })
        ) {
          expect(half).toBeLessThan(size);
          [size, steps] = [half, steps + 1];
        }
        expect(size).toBeLessThanOrEqual(Math.max(length, 0));
        expect(size <= smallestWindow(feed)).toBe(true);
        expect(steps).toBeLessThan(60);
      }),
    );
  });

  it('grows back to its full length, in few steps', () => {
    fc.assert(
      fc.property(feed, fc.integer({ min: 1, max: DAY }), (feed, narrowed) => {
        let [size, steps]: [number | undefined, number] = [narrowed, 0];
        for (; size !== undefined; steps++) {
          const wider = widen(feed, size);
          if (wider !== undefined) expect(wider).toBeGreaterThan(size);
          size = wider;
        }
        expect(steps).toBeLessThan(60);
      }),
    );
  });
});
