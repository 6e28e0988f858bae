import type { TimelineOptions } from '../../timeline.ts';
import type { CollectionName } from '../content/collections.ts';
import type { AuditRecord } from '../content/record.ts';

/** How the log's times are made. */
export interface LogOptions extends TimelineOptions {
  readonly precision: 'milliseconds' | 'seconds';
}

/** One row of the log. */
export interface LogRow extends Place {
  readonly collection: CollectionName;
  /** Counts the rows of its collection: what strikes every n-th row goes by it. */
  readonly number: number;
  readonly shownAt: number;
  /** Made when it is asked for: most rows are only counted. */
  record(): AuditRecord;
}

/** Where a row stands. Rows are in order of time, then of id. */
export interface Place {
  readonly time: number;
  readonly id: number;
}
