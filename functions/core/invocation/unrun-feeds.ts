import { TidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import { errorOf } from '../run/make-report.ts';
import type { FeedReport, FeedState } from '../run/report.ts';
import { countLag } from '../run/times/lag.ts';
import { emptyTally } from '../stored/tally.ts';
import { formatTime, type Instant, SECOND } from '../time.ts';
import type { ConnectionContext } from './connection-context.ts';

/** The reason why a feed was not run. */
export interface NotRun {
  readonly state: FeedState;
  readonly until?: Instant;
  readonly error?: TidemarkError;
}

/** Reports that no feed of the connection was run. */
export async function reportAllUnrun(context: ConnectionContext, reason: NotRun): Promise<FeedReport[]> {
  return await Promise.all(context.feeds.map((feed) => reportUnrun(context, feed, reason)));
}

/** After the credentials were refused, reports the feeds that have not run yet without asking the vendor. */
export async function reportRestRefused(
  context: ConnectionContext,
  reports: Map<string, FeedReport>,
  { error: refusal }: FeedReport,
): Promise<FeedReport[]> {
  const error = refusal && new TidemarkError(refusal);
  for (const feed of context.feeds) {
    if (reports.has(feed.name)) continue;
    reports.set(feed.name, await reportUnrun(context, feed, { state: 'refused', ...(error && { error }) }));
  }
  return [...reports.values()];
}

/** Reports that a feed was not run. The report still includes its lag. */
export async function reportUnrun(
  { effects }: ConnectionContext,
  feed: AnyFeed,
  { state, until, error }: NotRun,
): Promise<FeedReport> {
  const item = await effects.load(feed.name).catch(() => undefined);
  const lag = item && countLag(effects, feed, item);
  return {
    ...emptyTally(),
    feed: feed.name,
    state,
    ...(item && { watermark: formatTime(item.watermark) }),
    ...(lag !== undefined && { lagSeconds: Math.round(lag / SECOND) }),
    ...(until !== undefined && { until: formatTime(until) }),
    warnings: [],
    ...(error && { error: errorOf(error) }),
  };
}
