import type { Metric } from '../../functions/core/metrics.ts';

/** A state of a source that a person has to look at: how it is recognised, and what to do first. Each has a heading in the runbook. */
export interface Condition {
  readonly name: string;
  /** One metric, or an expression of several, by their names. */
  readonly value: string;
  readonly metrics: readonly Metric[];
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum';
  readonly minutes: number;
  /** Number of periods in a row. */
  readonly periods: number;
  /** The last number of periods among which they are. Undefined if they must be in a row. */
  readonly among?: number;
  /** Only where credentials are exchanged. */
  readonly rotation?: true;
  readonly when: 'above' | 'below';
  readonly threshold: number;
  /** Whether missing data is the alarm. */
  readonly silence?: true;
  readonly about: string;
  /** What to run first. */
  readonly command: string;
}

/** All conditions. Their metrics are by source, not by feed: the log lines name the worst feeds. */
export const CONDITIONS: readonly Condition[] = [
  {
    ...condition('failing', ['Failing'], 'Sum', 15, 3, 0),
    about: 'Runs have failed for three quarters of an hour; the watermark waits.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('not-running', ['OverdueSeconds'], 'Maximum', 15, 4, 3_600),
    silence: true,
    about: 'A configured feed has not caught up for an hour beyond its cadence, or nobody counts any more.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('lagging', ['WorstLagSeconds'], 'Maximum', 15, 4, 2 * 3_600),
    about: 'A feed is over two hours further behind than it is meant to be.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('refused', ['Refused', 'Forbidden'], 'Sum', 15, 1, 0),
    value: 'FILL(refused, 0) + FILL(forbidden, 0)',
    about: 'The vendor refuses the credentials, or a permission is missing.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('throttled', ['Throttled'], 'Sum', 60, 3, 100),
    about: 'The vendor has throttled us for hours.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('late-beyond-overlap', ['OverlapShortened'], 'Sum', 60, 1, 0),
    about: 'The overlap was cut: what comes late into the part that was cut off is not found by reading.',
    command: 'npx tidemark lateness --cloud',
  },
  {
    ...condition('retention-near', ['LeastRetentionHours', 'Gap'], 'Minimum', 15, 1, 72, 'below'),
    value: 'IF(FILL(gap, 0) > 0, 0, FILL(leastRetentionHours, 9999))',
    about: 'The vendor deletes soon, or has deleted, what has not been read.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('quarantined', ['Quarantined'], 'Sum', 60, 1, 0),
    about: 'Something lies in quarantine: a destination could not take it whole, or an answer could not be read.',
    command: 'npx tidemark quarantine --cloud',
  },
  {
    ...condition('unmapped', ['Unmapped'], 'Sum', 60, 1, 0),
    about: 'Records could not be mapped; they were delivered as pipeline_error with the original inside.',
    command: 'npx tidemark status --cloud',
  },
  {
    ...condition('verify-missing', ['VerifyMissing'], 'Sum', 60, 1, 0),
    about: 'The vendor has events that were never delivered.',
    command: 'npx tidemark verify --cloud --repair',
  },
  {
    ...condition('delivery-failing', ['DeliveryRefused'], 'Sum', 15, 4, 0),
    about: 'A delivery stream has refused records for an hour, or has not passed on what it took.',
    command: 'npx tidemark status --cloud',
  },
  {
    // Counted once a day: the alarm lasts from one day to the next.
    ...condition('rotation-stuck', ['RotationStuck'], 'Sum', 6 * 60, 1, 0),
    among: 6,
    rotation: true,
    about: 'A credential cannot be exchanged without a person, and may die within weeks; the log says which, and when.',
    command: 'npx tidemark secret set NAME --cloud, with a new one',
  },
];

function condition(
  name: string,
  metrics: readonly Metric[],
  statistic: Condition['statistic'],
  minutes: number,
  periods: number,
  threshold: number,
  when: Condition['when'] = 'above',
): Omit<Condition, 'about' | 'command'> {
  return { name, value: idOf(metrics[0] as Metric), metrics, statistic, minutes, periods, threshold, when };
}

/** The name of a metric in an expression. */
export function idOf(metric: Metric): string {
  return metric.charAt(0).toLowerCase() + metric.slice(1);
}

/** The text of an alarm: the problem, what to run first, and where to read more. */
export function describe({ name, about, command }: Condition): string {
  return `${name}: ${about} First: ${command}. Then: docs/runbook.md, ${name}.`;
}
