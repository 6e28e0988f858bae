import type { TimelineOptions } from '../../timeline.ts';
import type { CollectionName } from '../content/collections.ts';
import type { AuditRecord } from '../content/record.ts';

/** Options of the log's times. */
export interface LogOptions extends TimelineOptions {
  readonly precision: 'milliseconds' | 'seconds';
}

/** One row of the log. */
export interface LogRow extends Place {
  readonly collection: CollectionName;
  /** Number of the row in its collection: faults of every n-th row use it. */
  readonly number: number;
  readonly shownAt: number;
  /** Made on demand: most rows are only counted. */
  record(): AuditRecord;
}

/** The place of a row. Rows are in order of time, then of id. */
export interface Place {
  readonly time: number;
  readonly id: number;
}
