import type { Checkpoint, Plan } from './checkpoint.ts';
import type { Feed } from './model.ts';
import { ceilTo, type Duration, floorTo, type Instant, MILLISECOND, type Range } from './time.ts';

/** What the vendor's retention has swallowed before it was read. */
export interface PlanResult {
  /** None when there is nothing to read yet. */
  readonly plan?: Plan;
  readonly gap?: Range;
}

/**
 * Sets out what this run reads: `[watermark - overlap, start - settle)`, never below the floor or the vendor's retention.
 * `start` is read once a run, so that the watermark can never get ahead of the overlap that was re-read.
 *
 * @param seenFrom the oldest time whose seen keys are loaded; the overlap is cut there
 */
export function makePlan(feed: Feed, checkpoint: Checkpoint, start: Instant, seenFrom: Instant): PlanResult {
  const { precision, retention } = feed.stream;
  const { watermark, floor } = checkpoint;
  const oldestKept = ceilTo(start - retention, precision);
  const overlapFrom = Math.max(watermark - feed.overlap, Math.min(seenFrom, watermark), floor);
  const from = floorTo(Math.max(overlapFrom, oldestKept), precision);
  const to = floorTo(start - feed.settle, precision);
  const gap = watermark < oldestKept && oldestKept < to ? { from: watermark, to: oldestKept } : undefined;
  if (to <= from) return {};
  return {
    plan: { from, to, window: firstWindow({ from, to }, windowLength(feed, checkpoint.narrowed)) },
    ...(gap && { gap }),
  };
}

/** The plan after its window is done; none when that was the last. */
export function nextWindow(feed: Feed, plan: Plan, narrowed: Duration | undefined): Plan | undefined {
  if (plan.window.to >= plan.to) return undefined;
  return withWindow(plan, firstWindow({ from: plan.window.to, to: plan.to }, windowLength(feed, narrowed)));
}

/** The plan with another window, nothing of it read. */
export function withWindow({ from, to, vendorNow }: Plan, window: Range): Plan {
  return { from, to, window, ...(vendorNow !== undefined && { vendorNow }) };
}

/** The plan with its window to be read from the start again. */
export function wholeWindow({ left: _, ...plan }: Plan): Plan {
  return plan;
}

/** Where the watermark may go when a window is done: not past what the vendor has proven, and never back. */
export function raisedWatermark(feed: Feed, watermark: Instant, plan: Plan): Instant {
  const { window, proven = window.to, vendorNow = Number.POSITIVE_INFINITY } = plan;
  return Math.max(watermark, floorTo(Math.min(window.to, proven, vendorNow - feed.settle), feed.stream.precision));
}

/** Half of a window, or none when it is the smallest there can be. */
export function halve(feed: Feed, window: Range): Duration | undefined {
  const half = ceilTo((window.to - window.from) / 2, smallestWindow(feed));
  return half < window.to - window.from ? half : undefined;
}

/** The smallest window worth asking for: the vendor's precision, and not below a millisecond. */
export function smallestWindow(feed: Feed): Duration {
  return Math.max(feed.stream.precision, MILLISECOND);
}

/** Grows a narrowed window back towards the stream's own length; none when it is there. */
export function widen(feed: Feed, narrowed: Duration | undefined): Duration | undefined {
  if (narrowed === undefined) return undefined;
  const wider = narrowed * 4;
  return wider >= feed.stream.longestWindow ? undefined : wider;
}

function windowLength(feed: Feed, narrowed: Duration | undefined): Duration {
  return Math.min(narrowed ?? feed.stream.longestWindow, feed.stream.longestWindow);
}

function firstWindow(range: Range, length: Duration): Range {
  return { from: range.from, to: Math.min(range.from + length, range.to) };
}
