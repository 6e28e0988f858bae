import { type DayTally, emptyDay } from '../../core/stored/ledger-row.ts';
import { formatInstant, type Instant, MILLISECOND, parseInstant, SECOND } from '../../core/time.ts';

/** The keys whose numbers are instants: they are stored as text that people can read. */
const INSTANT_KEYS = new Set([
  'from',
  'to',
  'until',
  'at',
  'proven',
  'vendorNow',
  'lastSuccess',
  'askedAt',
  'floor',
  'notBefore',
  'ongoingFrom',
  'noneOngoingAt',
  'startedAt',
  'createdAt',
  'since',
  'first',
  'final',
  'recorded',
]);

/** Writes a state as JSON that people can read. */
export function encodeState(state: object): string {
  return JSON.stringify(state, (key, value: unknown) => {
    if (INSTANT_KEYS.has(key) && typeof value === 'number') return shortest(value);
    return key === 'days' && Array.isArray(value) ? value.map(withoutZeros) : value;
  });
}

/** Most counts of a day of work are zero, and need no room. */
function withoutZeros(day: object): object {
  return Object.fromEntries(Object.entries(day).filter(([, count]) => count !== 0 && !isEmpty(count)));
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** An instant without zeros at its end: a write costs by the kilobyte, and a checkpoint has many instants. */
function shortest(instant: Instant): string {
  if (instant % SECOND === 0) return formatInstant(instant, 's');
  return formatInstant(instant, instant % MILLISECOND === 0 ? 'ms' : 'us');
}

/** Reads what `encodeState` wrote. */
export function decodeState(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (INSTANT_KEYS.has(key)) return parseInstant(value) ?? value;
    return key === 'days' && Array.isArray(value)
      ? value.map((day: DayTally) => ({ ...emptyDay(day.day), ...day }))
      : value;
  });
}
