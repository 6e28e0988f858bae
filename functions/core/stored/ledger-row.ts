import { formatInstant, type Instant, type Range } from '../time.ts';
import type { Tally } from './tally.ts';

/** What was done for a feed on one day (UTC). */
export interface DayTally extends Omit<Tally, 'retries'> {
  readonly day: string;
  /** Windows that were read to their end. */
  readonly windows: number;
  /** Ranges that could not be read, and ranges that the vendor deleted first. */
  readonly unreadable: readonly Range[];
  readonly gaps: readonly Range[];
}

/** Up to where the ledger has been written: days before `first` have a row, those before `final` the row that stays. */
export interface Folded {
  readonly first: Instant;
  readonly final: Instant;
}

/** What was delivered of the events of one hour: in all, and to each destination. */
export interface LedgerHour extends Digest {
  readonly hour: string;
  readonly destinations: Readonly<Record<string, Digest>>;
}

/** One day (UTC) of a feed: what was delivered of that day's events, and what was done on that day. */
export interface LedgerRow {
  readonly day: string;
  /** When the seen keys were read that it adds up. */
  readonly madeAt: Instant;
  readonly hours: readonly LedgerHour[];
  readonly done?: DayTally;
}

/** The day of an instant: `2026-01-10`. */
export function dayOf(instant: Instant): string {
  return formatInstant(instant, 's').slice(0, 10);
}

/** How many there are, and the sum of their keys modulo 2^64: equal for equal sets, and it adds up. */
export interface Digest {
  readonly events: number;
  readonly digest: string;
}
