/**
 * Every metric there is. The function that counts and the construct that alarms share these names, so they cannot drift.
 * All are summed or maximised per source; they carry no feed, for each further metric costs money every month. Who wants a
 * few of them per feed all the same asks for it (feed-metrics.ts).
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
  /** What is left until the vendor deletes what we have not read. */
  RetentionLeftHours: 'None',
  /** The vendor's retention has swallowed a range before it was read. */
  Gap: 'Count',
  Quarantined: 'Count',
  Unmapped: 'Count',
  UnknownEvents: 'Count',
  OutOfRange: 'Count',
  Unreadable: 'Count',
  Incomplete: 'Count',
  /** A window had another number of rows than the vendor had said. */
  TotalMismatch: 'Count',
  /** Sign-ins under our account that we know nothing of. */
  UnexpectedSignIns: 'Count',
  /** Changes found between two snapshots. */
  Changes: 'Count',
  Throttled: 'Count',
  Failing: 'Count',
  Refused: 'Count',
  Forbidden: 'Count',
  /** The credentials see only a part of what they should. */
  NarrowSight: 'Count',
  DeliveryRefused: 'Count',
  OverlapShortened: 'Count',
  ClockSkewSeconds: 'Seconds',
  /** The vendor's clock is more than a day off and was not believed. */
  ClockUnbelievable: 'Count',
  ScopeChanged: 'Count',
  Busy: 'Count',
  /** Events that verification found at the vendor and not among the delivered, and did not deliver. */
  VerifyMissing: 'Count',
  /** By the census, of the worst feed: how long ago it was last caught up, beyond how often it is due. */
  OverdueSeconds: 'Seconds',
  OldestSuccessSeconds: 'Seconds',
  WorstLagSeconds: 'Seconds',
  LeastRetentionHours: 'None',
  /** Credentials that were exchanged for new ones. */
  Rotated: 'Count',
  /** Once a day for each credential that cannot be exchanged without a person. */
  RotationStuck: 'Count',
  /** Entries that were let out of quarantine. */
  Redriven: 'Count',
} as const;

export type Metric = keyof typeof METRICS;

/** Where CloudWatch keeps them: each deployment apart, or one would answer for another that is silent. */
export function metricNamespace(stackPrefix = 'tidemark'): string {
  return stackPrefix === 'tidemark' ? 'Tidemark' : `Tidemark/${stackPrefix}`;
}
