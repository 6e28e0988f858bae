// Queries of CloudWatch Logs Insights about what the functions log; test/e2e/log-queries.test.ts holds them against real lines.

/**
 * The worst feeds, of those that run: first by how many of their runs ended with an error, then by how far they are behind. Each run logs a
 * line with the feed's report; that of a job beside the feed has no lag, and is not meant.
 */
export const WORST_FEEDS: readonly string[] = [
  'filter ispresent(state) and ispresent(lagSeconds)',
  'stats count(error.code) as failures, latest(lagSeconds) as lag, latest(state) as lastRun, latest(error.code) as lastError, latest(watermark) as upTo by feed',
  'sort failures desc, lag desc',
  'limit 10',
];

/** Those that are longest overdue, also where they do not run at all: each census names the worst of its shard. */
export const OVERDUE_FEEDS: readonly string[] = [
  'filter ispresent(overdue.feed) and overdue.seconds > 0',
  'stats latest(overdue.seconds) as seconds by overdue.feed',
  'sort seconds desc',
  'limit 10',
];
