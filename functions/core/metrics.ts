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
  /** Records with an id of the vendor's that another record has, too. All of them are delivered, so nobody has to act. */
  ReusedIds: 'Count',
  Unreadable: 'Count',
  Incomplete: 'Count',
  /** A run has ended without giving its lease back. The run after it counts this. */
  Died: 'Count',
  /** An answer was larger than the memory of the function allows. */
  TooLarge: 'Count',
  /** The watermark has passed a window that brought fewer rows than the vendor had announced. */
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
  /** Counted when a range becomes owed to a destination, and by the census for each feed that owes one. */
  Owed: 'Count',
  /** A range that is owed to a destination cannot be read again. */
  OwedLost: 'Count',
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
  /** From the census: feeds that have run and are no longer configured. */
  FeedsLeft: 'None',
  /** Credentials that were exchanged for new ones. */
  Rotated: 'Count',
  /** Counted once a day for each credential that cannot be exchanged without a person. */
  RotationStuck: 'Count',
  /** Entries that were sent again from quarantine. */
  Redriven: 'Count',
} as const;

export type Metric = keyof typeof METRICS;

/** What it means that a metric was counted, and why no alarm is about it, if none is. */
interface Fate {
  /** `loss`: events are or may be missing. `trouble`: something works badly, and the watermark waits. `work`: nothing is wrong. */
  readonly means: 'loss' | 'trouble' | 'work';
  /** Undefined if an alarm is about this metric (lib/watching/conditions.ts). */
  readonly withoutAlarm?: string;
  /** A metric with an alarm that is counted whenever this one is, or as long as this one lasts. */
  readonly seenBy?: Metric;
}

/** The fate of every metric. For tests only, so it stands apart from what the functions need. */
export const FATES: Readonly<Record<Metric, Fate>> = {
  Fetched: { means: 'work', withoutAlarm: 'It shows how much was read.' },
  Suppressed: { means: 'work', withoutAlarm: 'Every run reads its overlap again.' },
  Delivered: { means: 'work', withoutAlarm: 'A log may be quiet. That nothing runs is seen by the census.' },
  Pages: { means: 'work', withoutAlarm: 'It shows how much was asked.' },
  Retries: { means: 'work', withoutAlarm: 'A retry that does not help ends in a failure.' },
  Late: { means: 'work', withoutAlarm: 'Late events were found and delivered.' },
  LatenessSeconds: { means: 'work', withoutAlarm: 'What is later than the overlap is found by verification.' },
  LagSeconds: {
    means: 'trouble',
    withoutAlarm: 'The census counts the worst lag also if nothing runs.',
    seenBy: 'WorstLagSeconds',
  },
  RetentionLeftHours: {
    means: 'trouble',
    withoutAlarm: 'The census counts the least retention also if nothing runs.',
    seenBy: 'LeastRetentionHours',
  },
  Gap: { means: 'loss' },
  Quarantined: { means: 'loss' },
  Unmapped: { means: 'loss' },
  UnknownEvents: { means: 'work', withoutAlarm: 'An unknown name is delivered like every other one.' },
  OutOfRange: { means: 'work', withoutAlarm: 'A row from outside of the range is delivered like every other one.' },
  ReusedIds: { means: 'work', withoutAlarm: 'All of the records are delivered.' },
  Unreadable: { means: 'loss', withoutAlarm: 'The answer lies in quarantine.', seenBy: 'Quarantined' },
  Incomplete: {
    means: 'trouble',
    withoutAlarm: 'The window is read again in parts, or the run fails.',
    seenBy: 'Failing',
  },
  Died: { means: 'trouble' },
  TooLarge: { means: 'work', withoutAlarm: 'A smaller window is read. If there is none, the answer is unreadable.' },
  TotalMismatch: { means: 'loss' },
  UnexpectedSignIns: {
    means: 'trouble',
    withoutAlarm: 'The events themselves are tagged for the SIEM, whose rules decide.',
  },
  Changes: { means: 'work', withoutAlarm: 'Changes are events.' },
  Throttled: { means: 'trouble' },
  Failing: { means: 'trouble' },
  Refused: { means: 'trouble' },
  Forbidden: { means: 'trouble' },
  NarrowSight: { means: 'loss' },
  DeliveryRefused: { means: 'trouble' },
  Owed: { means: 'loss' },
  OwedLost: { means: 'loss' },
  ClockSkewSeconds: { means: 'work', withoutAlarm: 'The watermark keeps to the earlier clock.' },
  ClockUnbelievable: { means: 'trouble' },
  FutureWatermark: { means: 'trouble' },
  ScopeChanged: { means: 'loss' },
  Busy: { means: 'work', withoutAlarm: 'The other worker reads. A lease that nobody gives back runs out.' },
  VerifyMissing: { means: 'loss' },
  OverdueSeconds: { means: 'trouble' },
  OldestSuccessSeconds: { means: 'trouble', withoutAlarm: 'The same without the interval.', seenBy: 'OverdueSeconds' },
  WorstLagSeconds: { means: 'trouble' },
  LeastRetentionHours: { means: 'trouble' },
  FeedsLeft: { means: 'loss' },
  Rotated: { means: 'work', withoutAlarm: 'It went well.' },
  RotationStuck: { means: 'trouble' },
  Redriven: { means: 'work', withoutAlarm: 'It went well.' },
};

/** The CloudWatch namespace. Each deployment has its own, so that the metrics of one cannot hide that another is silent. */
export function metricNamespace(stackPrefix = 'tidemark'): string {
  return stackPrefix === 'tidemark' ? 'Tidemark' : `Tidemark/${stackPrefix}`;
}
