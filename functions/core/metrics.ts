/**
 * All metrics. The functions that count and the constructs that define alarms share these names.
 * Each is a sum or a maximum per source, and has no feed dimension, because every metric is billed monthly. A setting
 * turns on a few of them per feed (feed-metrics.ts).
 */
export const METRICS = {
  Fetched: 'Count',
  Suppressed: 'Count',
  Delivered: 'Count',
  Pages: 'Count',
  Retries: 'Count',
  /** Events that appeared after their range had been read. */
  Late: 'Count',
  LatenessSeconds: 'Seconds',
  LagSeconds: 'Seconds',
  /** Time left until the vendor deletes records that we have not read. */
  RetentionLeftHours: 'None',
  /** The vendor has deleted a range before it was read. */
  Gap: 'Count',
  Quarantined: 'Count',
  Unmapped: 'Count',
  UnknownEvents: 'Count',
  OutOfRange: 'Count',
  Unreadable: 'Count',
  Incomplete: 'Count',
  /** The number of rows of a window was not the total that the vendor had named. */
  TotalMismatch: 'Count',
  /** Sign-ins under our account that are not on record. */
  UnexpectedSignIns: 'Count',
  /** Changes found between two snapshots. */
  Changes: 'Count',
  Throttled: 'Count',
  Failing: 'Count',
  Refused: 'Count',
  Forbidden: 'Count',
  /** The credentials see only a part of what they should see. */
  NarrowSight: 'Count',
  DeliveryRefused: 'Count',
  ClockSkewSeconds: 'Seconds',
  /** Runs in which a clock, ours or another, was not believed. */
  ClockUnbelievable: 'Count',
  /** A watermark or floor was in the future. */
  FutureWatermark: 'Count',
  ScopeChanged: 'Count',
  Busy: 'Count',
  /** Events that verification found at the vendor but not among the delivered events, and did not deliver. */
  VerifyMissing: 'Count',
  /** From the census, of the worst feed: the time since it was last caught up, less its interval. */
  OverdueSeconds: 'Seconds',
  OldestSuccessSeconds: 'Seconds',
  WorstLagSeconds: 'Seconds',
  LeastRetentionHours: 'None',
  /** Credentials that were exchanged for new ones. */
  Rotated: 'Count',
  /** Counted once a day for each credential that cannot be exchanged without a person. */
  RotationStuck: 'Count',
  /** Entries that were sent again from quarantine. */
  Redriven: 'Count',
} as const;

export type Metric = keyof typeof METRICS;

/** The CloudWatch namespace. Each deployment has its own, so that the metrics of one cannot hide that another is silent. */
export function metricNamespace(stackPrefix = 'tidemark'): string {
  return stackPrefix === 'tidemark' ? 'Tidemark' : `Tidemark/${stackPrefix}`;
}
