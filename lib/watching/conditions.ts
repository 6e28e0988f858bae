import type { Metric } from '../../functions/core/metrics.ts';

/** A state of a source that a person has to look at: how it is recognised, and what to do first. Each has a heading in the runbook. */
export interface Condition {
  readonly name: string;
  readonly metrics: readonly [Metric, ...Metric[]];
  /** An expression over the metrics, by their ids (see `idOf`). Undefined if there is only one metric, which is taken as it is. */
  readonly expression?: string;
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum';
  /** Length of a period. */
  readonly minutes: number;
  /** Number of periods that must be beyond the threshold. */
  readonly periods: number;
  /** Number of last periods that are looked at. Undefined if it is `periods`: then they must be in a row. */
  readonly among?: number;
  readonly threshold: number;
  /** On which side of the threshold it holds. Default: above. */
  readonly when?: 'above' | 'below';
  /** Whether missing data also raises the alarm. */
  readonly silence?: true;
  /** Whether it exists only for sources that rotate credentials. */
  readonly rotation?: true;
  readonly about: string;
  /** The first command to run. */
  readonly command: string;
}

/** All conditions. Their metrics have one value for a source, not one for each feed; the log names the worst feeds. */
export const CONDITIONS: readonly Condition[] = [
  {
    name: 'failing',
    metrics: ['Failing'],
    statistic: 'Sum',
    minutes: 15,
    periods: 3,
    threshold: 0,
    about: 'Runs have failed for three quarters of an hour; the watermark waits.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'not-running',
    metrics: ['OverdueSeconds'],
    statistic: 'Maximum',
    minutes: 15,
    periods: 4,
    threshold: 3_600,
    silence: true,
    about: 'A configured feed has not caught up for an hour longer than its interval, or the census is silent.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'lagging',
    metrics: ['WorstLagSeconds'],
    statistic: 'Maximum',
    minutes: 15,
    periods: 4,
    threshold: 2 * 3_600,
    about: 'A feed is over two hours further behind than it is meant to be.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'clock',
    metrics: ['ClockUnbelievable', 'FutureWatermark'],
    expression: 'FILL(clockUnbelievable, 0) + FILL(futureWatermark, 0)',
    statistic: 'Sum',
    minutes: 15,
    periods: 1,
    threshold: 0,
    about: 'A clock is wrong, or a watermark is in the future.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'refused',
    metrics: ['Refused', 'Forbidden'],
    expression: 'FILL(refused, 0) + FILL(forbidden, 0)',
    statistic: 'Sum',
    minutes: 15,
    periods: 1,
    threshold: 0,
    about: 'The vendor refuses the credentials, or a permission is missing.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'throttled',
    metrics: ['Throttled'],
    statistic: 'Sum',
    minutes: 60,
    periods: 3,
    threshold: 100,
    about: 'The vendor has throttled us for hours.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'retention-near',
    metrics: ['LeastRetentionHours', 'Gap'],
    expression: 'IF(FILL(gap, 0) > 0, 0, FILL(leastRetentionHours, 9999))',
    statistic: 'Minimum',
    minutes: 15,
    periods: 1,
    threshold: 72,
    when: 'below',
    about: 'The vendor deletes soon, or has deleted, what has not been read.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'feed-left',
    metrics: ['FeedsLeft'],
    statistic: 'Maximum',
    minutes: 15,
    periods: 1,
    threshold: 0,
    about: 'A feed that has run is no longer configured: what comes after its watermark is not read.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'quarantined',
    metrics: ['Quarantined'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about:
      'Something is in quarantine, and is deleted after deployment.quarantineDays: a destination could not take it whole, or an answer could not be read.',
    command: 'npx tidemark quarantine --cloud',
  },
  {
    name: 'died',
    metrics: ['Died'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about: 'A run has died, for example because its memory was used up; the next one reads less at a time.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'announced-missing',
    metrics: ['TotalMismatch'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about: 'The vendor has announced more rows than it sent, in several runs; the watermark has passed them.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'narrow-sight',
    metrics: ['NarrowSight'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about: 'The credentials see only a part of the log; the events of others are not forwarded.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'scope-changed',
    metrics: ['ScopeChanged'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about: 'The settings that determine what a feed reads were changed; what is new was not read for the past.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'unmapped',
    metrics: ['Unmapped'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about: 'Records could not be mapped; they were delivered as pipeline_error with the original inside.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'verify-missing',
    metrics: ['VerifyMissing'],
    statistic: 'Sum',
    minutes: 60,
    periods: 1,
    threshold: 0,
    about: 'The vendor has events that were never delivered.',
    command: 'npx tidemark verify --cloud --since 17d --repair',
  },
  {
    name: 'delivery-failing',
    metrics: ['DeliveryRefused'],
    statistic: 'Sum',
    minutes: 15,
    periods: 4,
    threshold: 0,
    about: 'A delivery stream has refused records for an hour, or has not passed on what it took.',
    command: 'npx tidemark status --cloud',
  },
  {
    name: 'owed',
    metrics: ['Owed', 'OwedLost'],
    expression: 'FILL(owed, 0) + FILL(owedLost, 0)',
    statistic: 'Sum',
    minutes: 15,
    periods: 1,
    threshold: 0,
    about: 'A destination lacks events that it is owed: they are being read again for it, or cannot be read again.',
    command: 'npx tidemark status --cloud',
  },
  {
    // It is counted once a day. Six periods of six hours keep the alarm on from one day to the next.
    name: 'rotation-stuck',
    metrics: ['RotationStuck'],
    statistic: 'Sum',
    minutes: 6 * 60,
    periods: 1,
    threshold: 0,
    among: 6,
    rotation: true,
    about: 'A credential cannot be exchanged without a person, and may die within weeks; the log says which, and when.',
    command: 'npx tidemark secret set NAME --cloud, with a new one',
  },
];

/** Returns the id of a metric in an expression. */
export function idOf(metric: Metric): string {
  return metric.charAt(0).toLowerCase() + metric.slice(1);
}

/** Returns the text of an alarm: the problem, what to run first, and where to read more. */
export function describe({ name, about, command }: Condition): string {
  return `${name}: ${about} First: ${command}. Then: docs/runbook.md, ${name}.`;
}
