import type { Metric } from '../metrics.ts';
import type { FeedReport, FeedState } from '../run/report.ts';

const FAILING: ReadonlySet<FeedState> = new Set(['failed', 'refused', 'forbidden']);

/**
 * The metrics of a single feed, for deployments that want them. There are few, since CloudWatch bills each metric of each feed.
 * They do not show whether a feed runs at all: the census finds that out for all feeds.
 */
export function feedMetrics({ state, lagSeconds, delivered }: FeedReport): ReadonlyMap<Metric, number> {
  return new Map<Metric, number>([
    // A feed without a checkpoint, and a job beside a feed, have no lag.
    ...(lagSeconds === undefined ? [] : [['LagSeconds', lagSeconds] as const]),
    ['Delivered', delivered],
    ['Failing', FAILING.has(state) ? 1 : 0],
  ]);
}
