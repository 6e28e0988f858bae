import { dayOf, type LedgerRow } from '../../stored/ledger-row.ts';
import { DAY, type Duration, HOUR, type Instant, parseInstant } from '../../time.ts';

/** How far back the pauses of a feed are measured. */
export const MEASURED: Duration = 28 * DAY;
/** A feed whose events go back less far has shown no rhythm yet: it takes two weekends to know one. */
const LEAST_MEASURED: Duration = 14 * DAY;
/** The longest pause of a feed that has events on working days: a long weekend. A feed with longer ones has no rhythm. */
const LONGEST_USUAL: Duration = 4 * DAY;
/** A silence is much longer than the longest usual pause, and never less than a day: a day that is different is nothing to tell. */
const TIMES_USUAL = 2;
const LEAST_SILENCE: Duration = DAY;

/** A feed that used to have events on most days has none any more. */
export interface Silence {
  /** The end of the last hour that had events. */
  readonly since: Instant;
  /** The longest time without events before. */
  readonly usual: Duration;
}

/**
 * Compares the time without events with the pauses that the feed had before. Undefined if it is not silent, or if nothing can be said.
 *
 * @param rows what was delivered of the days before, in the order of time
 * @param readUntil everything before this time was read. So a feed that stands still is behind, and not silent
 */
export function silenceOf(rows: readonly LedgerRow[], readUntil: Instant): Silence | undefined {
  const hours = rows.flatMap(hoursWithEvents);
  const [first, last] = [hours.at(0), hours.at(-1)];
  if (first === undefined || last === undefined || last - first < LEAST_MEASURED) return undefined;
  if (new Set(hours.map(dayOf)).size * 2 < (last - first) / DAY) return undefined;
  const usual = hours.reduce((longest, hour, at) => Math.max(longest, hour - (hours[at - 1] ?? hour)), 0);
  const since = last + HOUR;
  const silent = readUntil - since;
  if (usual > LONGEST_USUAL || silent < Math.max(LEAST_SILENCE, TIMES_USUAL * usual)) return undefined;
  return { since, usual };
}

function hoursWithEvents({ hours }: LedgerRow): Instant[] {
  return hours.flatMap(({ hour, events }) => (events > 0 ? (parseInstant(`${hour}:00:00Z`) ?? []) : []));
}
