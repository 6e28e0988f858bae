import type { Feed, Stream } from '../model.ts';
import type { Checkpoint, Plan } from '../stored/checkpoint.ts';
import {
  ceilTo,
  type Duration,
  floorTo,
  formatInstant,
  type Instant,
  MILLISECOND,
  parseInstant,
  type Range,
  SECOND,
} from '../time.ts';

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
 * @param due the re-reads that are due: how far behind the watermark each begins
 */
export function makePlan(
  feed: Feed,
  checkpoint: Checkpoint,
  start: Instant,
  seenFrom: Instant,
  due: readonly Duration[] = [],
): PlanResult {
  const { precision, retention } = feed.stream;
  const { watermark, floor } = checkpoint;
  const oldestKept = ceilTo(start - retention, precision);
  const overlap = Math.max(feed.overlap, ...due);
  const overlapFrom = Math.max(watermark - overlap, Math.min(seenFrom, watermark), floor);
  const from = floorTo(Math.max(overlapFrom, oldestKept), precision);
  const to = floorTo(start - feed.settle, precision);
  const gap = watermark < oldestKept && oldestKept < to ? { from: watermark, to: oldestKept } : undefined;
  if (to <= from) return {};
  return {
    plan: {
      from,
      to,
      window: firstWindow(feed, { from, to }, checkpoint.narrowed),
      ...(due.length > 0 && { rereads: due }),
    },
    ...(gap && { gap }),
  };
}

/** The plan after its window is done; none when that was the last. */
export function nextWindow(feed: Feed, plan: Plan, narrowed: Duration | undefined): Plan | undefined {
  if (plan.window.to >= plan.to) return undefined;
  return withWindow(plan, firstWindow(feed, { from: plan.window.to, to: plan.to }, narrowed));
}

/** The plan with another window, nothing of it read. */
export function withWindow({ from, to, rereads, vendorNow }: Plan, window: Range): Plan {
  return { from, to, window, ...(rereads && { rereads }), ...(vendorNow !== undefined && { vendorNow }) };
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

/** Half of a window, or none when it is the smallest there can be. Where the vendor has whole steps, half of those it touches. */
export function halve(feed: Feed, window: Range): Duration | undefined {
  const { from, to } = feed.stream.windowStep === undefined ? window : askedRange(feed.stream, window);
  const half = ceilTo((to - from) / 2, smallestWindow(feed));
  return half < to - from ? half : undefined;
}

/** The smallest window worth asking for: the vendor's precision or step, and not below a millisecond. */
export function smallestWindow({ stream }: Feed): Duration {
  return Math.max(stream.precision, stream.windowStep ?? 0, MILLISECOND);
}

/** What to ask for to get a range: whole steps where the vendor has them, else a margin more, for nobody knows whether its bounds are inclusive. */
export function askedRange({ precision, windowStep }: Stream, { from, to }: Range): Range {
  if (windowStep !== undefined) return { from: floorTo(from, windowStep), to: ceilTo(to, windowStep) };
  return { from: Math.max(0, from - precision), to: to + precision };
}

/** How far behind the watermark this run is to begin, beyond the overlap: the re-reads whose time has come. */
export function dueRereads(feed: Feed, { reread = {} }: Checkpoint, start: Instant): Duration[] {
  const due = (feed.rereads ?? []).filter(({ every, overlap }) => {
    const last = parseInstant(reread[nameOf(overlap)]);
    return last === undefined || start >= last + every;
  });
  return due.map(({ overlap }) => overlap);
}

/** When each re-read was last done, after a window of a plan: it is over when the plan has come to the watermark that it began behind, or to its end. */
export function doneRereads(feed: Feed, { reread, watermark }: Checkpoint, plan: Plan): Checkpoint['reread'] {
  if (!plan.rereads || plan.window.to < Math.min(watermark, plan.to)) return reread;
  const done = formatInstant(plan.to + feed.settle, 'us');
  return { ...reread, ...Object.fromEntries(plan.rereads.map((overlap) => [nameOf(overlap), done])) };
}

/** What a re-read is stored under: exact, for two of them may differ by minutes. */
function nameOf(overlap: Duration): string {
  return `${overlap / SECOND}s`;
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

/** The first window of a range. Those of a vendor that answers for whole steps end where a step does, so that none is asked for twice. */
export function firstWindow({ stream, ...feed }: Feed, { from, to }: Range, narrowed: Duration | undefined): Range {
  const start = stream.windowStep === undefined ? from : floorTo(from, stream.windowStep);
  return { from, to: Math.min(start + windowLength({ stream, ...feed }, narrowed), to) };
}
