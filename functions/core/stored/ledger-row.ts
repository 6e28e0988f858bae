import { formatInstant, type Instant, type Range } from '../time.ts';
import type { DayNote, VerifiedDay } from './day-record.ts';
import type { Tally } from './tally.ts';

/** The work for a feed on one day (UTC). */
export interface DayTally extends Omit<Tally, 'retries'> {
  readonly day: string;
  /** Number of windows that were read to their end. */
  readonly windows: number;
  /** Ranges that could not be read, and ranges that the vendor deleted before they were read. */
  readonly unreadable: readonly Range[];
  readonly gaps: readonly Range[];
  /** The versions of the program that have worked on that day, each with the hash of its code. Undefined if that is not known. */
  readonly code?: readonly string[];
}

/** A day without work. */
export function emptyDay(day: string): DayTally {
  const counts = { pages: 0, fetched: 0, suppressed: 0, delivered: 0, quarantined: 0, unmapped: 0, late: 0 };
  return { day, windows: 0, ...counts, unreadable: [], gaps: [] };
}

/** Up to where the ledger has been written: days before `first` have a row, days before `final` have their last row. */
export interface Folded {
  readonly first: Instant;
  readonly final: Instant;
}

/** The delivered events of one hour: in total, and for each destination. */
export interface LedgerHour extends Digest {
  readonly hour: string;
  readonly destinations: Readonly<Record<string, Digest>>;
}

/** One day (UTC) of a feed: which of that day's events were delivered, and what was done on that day. */
export interface LedgerRow {
  readonly day: string;
  /** When it was written. No two states of a row have the same. */
  readonly madeAt: Instant;
  readonly hours: readonly LedgerHour[];
  /** Set if the day's events were not counted yet: the row was begun for something else, and `hours` says nothing. */
  readonly uncounted?: boolean;
  readonly done?: DayTally;
  /** Undefined if the day was never verified, or only by a version that did not store the results. */
  readonly verified?: VerifiedDay;
  readonly notes?: readonly DayNote[];
}

/** The day of an instant: `2026-01-10`. */
export function dayOf(instant: Instant): string {
  return formatInstant(instant, 's').slice(0, 10);
}

/** The number of events and the sum of their keys modulo 2^64. Equal sets have equal digests, and digests can be added. */
export interface Digest {
  readonly events: number;
  readonly digest: string;
}
