// CloudWatch Logs Insights queries over the functions' logs. test/e2e/log-queries.test.ts runs them on real log lines.

/**
 * The worst feeds among those that run: first by the number of runs that ended with an error, then by lag. Each run logs a line with the
 * feed's report. Reports of jobs have no lag and are left out.
 */
export const WORST_FEEDS: readonly string[] = [
  'filter ispresent(state) and ispresent(lagSeconds)',
  'stats count(error.code) as failures, latest(lagSeconds) as lag, latest(state) as lastRun, latest(error.code) as lastError, latest(watermark) as upTo by feed',
  'sort failures desc, lag desc',
  'limit 10',
];

/** The feeds that are overdue longest, including those that do not run at all: each census names the worst feeds of its shard. */
export const OVERDUE_FEEDS: readonly string[] = [
  'filter ispresent(overdue.feed) and overdue.seconds > 0',
  'stats latest(overdue.seconds) as seconds by overdue.feed',
  'sort seconds desc',
  'limit 10',
];
