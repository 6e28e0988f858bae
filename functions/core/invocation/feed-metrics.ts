import type { Metric } from '../metrics.ts';
import type { FeedReport, FeedState } from '../run/report.ts';

const FAILING: ReadonlySet<FeedState> = new Set(['failed', 'refused', 'forbidden']);

/**
 * What is counted for each feed by itself, where that is asked for. Few on purpose: CloudWatch bills each of them for each feed.
 * Whether a feed runs at all is not among them: the census tells it for all feeds at once.
 */
export function feedMetrics({ state, lagSeconds, delivered }: FeedReport): ReadonlyMap<Metric, number> {
  return new Map<Metric, number>([
    // Without a checkpoint, and for a job beside the feed, there is no lag.
    ...(lagSeconds === undefined ? [] : [['LagSeconds', lagSeconds] as const]),
    ['Delivered', delivered],
    ['Failing', FAILING.has(state) ? 1 : 0],
  ]);
}
