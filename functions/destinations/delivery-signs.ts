/** A sign that a Firehose stream does not deliver. It becomes an alarm of the condition `delivery-failing`. */
export interface DeliverySign {
  readonly name: string;
  readonly about: string;
  /** The first command to run. Default: the command of the condition. */
  command?(destination: string): string;
  /** Firehose's metrics, by their names in the expression. */
  readonly metrics: Readonly<Record<string, StreamMetric>>;
  /** Undefined if there is only one metric. */
  readonly expression?: string;
  readonly minutes: number;
  readonly when: 'above' | 'below';
  readonly threshold: number;
  /** Number of periods in a row. */
  readonly periods: number;
}

interface StreamMetric {
  readonly metric: string;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'SampleCount';
}

/** Firehose drops events after a day; this is long before that. */
const STALE_AFTER_SECONDS = 3 * 3_600;

/** @param metric the age of the oldest event that has not been delivered */
export function stale(metric: string): DeliverySign {
  return {
    name: 'stale',
    about: 'It has held events for over three hours; Firehose drops them after a day.',
    metrics: { age: { metric, statistic: 'Maximum' } },
    minutes: 15,
    when: 'above',
    threshold: STALE_AFTER_SECONDS,
    periods: 1,
  };
}

/**
 * A single failed attempt is harmless, because it is repeated; continuing failures are a sign.
 *
 * @param metric the share of attempts that succeeded
 */
export function failed(metric: string): DeliverySign {
  return {
    name: 'failed',
    about: 'Attempts to deliver have failed for three quarters of an hour.',
    metrics: { succeeded: { metric, statistic: 'Average' } },
    minutes: 15,
    when: 'below',
    threshold: 1,
    periods: 3,
  };
}

/**
 * Events that the destination did not take in time are put into the quarantine bucket, and wait there for a person. Firehose counts the
 * puts of a stream that backs up failed events only as DeliveryToS3; BackupToS3 counts where everything is backed up.
 * It is not documented whether that metric is silent while nothing is put, so puts count only beside an attempt that failed.
 *
 * @param title the destination's
 * @param success the share of attempts that succeeded
 */
export function putAside(title: string, success: string): DeliverySign {
  return {
    ...aside(title),
    metrics: {
      taken: { metric: success, statistic: 'Minimum' },
      puts: { metric: 'DeliveryToS3.Success', statistic: 'SampleCount' },
    },
    expression: 'IF(taken < 1, puts, 0)',
  };
}

/**
 * The same sign where Firehose counts itself what it puts aside.
 *
 * @param title the destination's
 * @param count the number of events that were put into the quarantine bucket
 */
export function countedAside(title: string, count: string): DeliverySign {
  return { ...aside(title), metrics: { count: { metric: count, statistic: 'Maximum' } } };
}

function aside(title: string) {
  return {
    name: 'aside',
    about: `${title} did not take events in time; they lie in the bucket of what was not delivered until they are sent again.`,
    command: (destination: string) => `npx tidemark redrive --destination ${destination} --cloud`,
    minutes: 60,
    when: 'above',
    threshold: 0,
    periods: 1,
  } as const;
}
