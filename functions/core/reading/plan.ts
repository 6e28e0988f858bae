import type { Feed, Stream } from '../model.ts';
import type { FeedCheckpoint, Plan, ReadingCheckpoint } from '../stored/checkpoint.ts';
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

/** A new plan. */
export interface PlanResult {
  /** Undefined if there is nothing to read yet. */
  readonly plan?: Plan;
  /** The range that the vendor deleted before it was read. */
  readonly gap?: Range;
}

/** Inputs of a plan besides the feed. */
interface PlanInputs {
  readonly checkpoint: Pick<FeedCheckpoint, 'watermark' | 'floor' | 'narrowed' | 'readFrom'>;
  /** The present when the run began. */
  readonly start: Instant;
  /** The overlaps of the longer re-reads that are due. */
  readonly due?: readonly Duration[];
}

/**
 * Plans what this run reads: `[watermark - overlap, start - settle)`, never below the floor or the vendor's retention.
 * `start` is read once per run, so that the watermark can never get ahead of the overlap that was re-read.
 */
export function makePlan(feed: Feed, { checkpoint, start, due = [] }: PlanInputs): PlanResult {
  const { precision, retention } = feed.stream;
  const { watermark, floor, readFrom = floor } = checkpoint;
  const oldestKept = ceilTo(start - retention, precision);
  const overlap = Math.max(feed.overlap, ...due);
  const overlapFrom = Math.max(watermark - overlap, floor, readFrom);
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

/** The plan for what is left of a range that a checkpoint works through: the stored one, if it lies in the range. */
export function planUpTo(feed: Feed, { watermark: from, plan, narrowed }: ReadingCheckpoint, to: Instant): Plan {
  if (plan && plan.to <= to) return plan;
  return { from, to, window: firstWindow(feed, { from, to }, narrowed) };
}

/** The plan with its next window. Undefined if its window was the last one. */
export function nextWindow(feed: Feed, plan: Plan, narrowed: Duration | undefined): Plan | undefined {
  if (plan.window.to >= plan.to) return undefined;
  return withWindow(plan, firstWindow(feed, { from: plan.window.to, to: plan.to }, narrowed));
}

/** The plan with another window, of which nothing is read yet. */
export function withWindow({ from, to, rereads, vendorNow }: Plan, window: Range): Plan {
  return { from, to, window, ...(rereads && { rereads }), ...(vendorNow !== undefined && { vendorNow }) };
}

/** The plan with its window to be read from the start again. */
export function wholeWindow({ left: _, ...plan }: Plan): Plan {
  return plan;
}

/** The watermark after a window is done: never beyond the proven end of the vendor's answers, and never back. */
export function raisedWatermark(feed: Feed, watermark: Instant, plan: Plan): Instant {
  const { window, proven = window.to, vendorNow = Number.POSITIVE_INFINITY } = plan;
  return Math.max(watermark, floorTo(Math.min(window.to, proven, vendorNow - feed.settle), feed.stream.precision));
}

/** The longest distance behind the watermark at which rows are read again. */
export function longestOverlap({ overlap, rereads = [] }: Feed): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap));
}

/** Half the length of a window. Undefined if it is the smallest one. For a vendor with whole steps, half of the steps that it touches. */
export function halve(feed: Feed, window: Range): Duration | undefined {
  const { from, to } = feed.stream.windowStep === undefined ? window : askedRange(feed.stream, window);
  const half = ceilTo((to - from) / 2, smallestWindow(feed));
  return half < to - from ? half : undefined;
}

/** The smallest window worth asking for: the vendor's precision or step, and not below a millisecond. */
export function smallestWindow({ stream }: Feed): Duration {
  return Math.max(stream.precision, stream.windowStep ?? 0, MILLISECOND);
}

/** The range to ask for: in whole steps if the vendor has them, else with margins, because its bounds may be inclusive or not. */
export function askedRange({ precision, windowStep }: Stream, { from, to }: Range): Range {
  if (windowStep !== undefined) return { from: floorTo(from, windowStep), to: ceilTo(to, windowStep) };
  return { from: Math.max(0, from - precision), to: to + precision };
}

/** The overlaps of the longer re-reads that are due. */
export function dueRereads(feed: Feed, { reread = {} }: Pick<FeedCheckpoint, 'reread'>, start: Instant): Duration[] {
  const due = (feed.rereads ?? []).filter(({ every, overlap }) => {
    const last = parseInstant(reread[nameOf(overlap)]);
    return last === undefined || start >= last + every;
  });
  return due.map(({ overlap }) => overlap);
}

/** When each longer re-read was last done, updated after a window of a plan. A re-read is done when the plan has reached the watermark, or its own end. */
export function doneRereads(
  feed: Feed,
  { reread, watermark }: { readonly reread: FeedCheckpoint['reread'] | undefined; readonly watermark: Instant },
  plan: Plan,
): FeedCheckpoint['reread'] | undefined {
  if (!plan.rereads || plan.window.to < Math.min(watermark, plan.to)) return reread;
  const done = formatInstant(plan.to + feed.settle, 'us');
  return { ...reread, ...Object.fromEntries(plan.rereads.map((overlap) => [nameOf(overlap), done])) };
}

/** The key of a re-read. It is exact, since two of them may differ by minutes. */
function nameOf(overlap: Duration): string {
  return `${overlap / SECOND}s`;
}

/** The next longer window after a narrowed one was read. Undefined if that is the stream's longest window. */
export function widen(feed: Feed, narrowed: Duration | undefined): Duration | undefined {
  if (narrowed === undefined) return undefined;
  const wider = narrowed * 4;
  return wider >= feed.stream.longestWindow ? undefined : wider;
}

function windowLength(feed: Feed, narrowed: Duration | undefined): Duration {
  return Math.min(narrowed ?? feed.stream.longestWindow, feed.stream.longestWindow);
}

/** The first window of a range. For a vendor with whole steps it ends where a step ends, so that no step is asked for twice. */
export function firstWindow({ stream, ...feed }: Feed, { from, to }: Range, narrowed: Duration | undefined): Range {
  const start = stream.windowStep === undefined ? from : floorTo(from, stream.windowStep);
  return { from, to: Math.min(start + windowLength({ stream, ...feed }, narrowed), to) };
}
