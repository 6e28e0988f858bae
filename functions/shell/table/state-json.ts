import { formatInstant, parseInstant } from '../../core/time.ts';

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
]);

/** Writes a state as JSON that people can read. */
export function encodeState(state: object): string {
  return JSON.stringify(state, (key, value: unknown) =>
    INSTANT_KEYS.has(key) && typeof value === 'number' ? formatInstant(value, 'us') : value,
  );
}

/** Reads what `encodeState` wrote. */
export function decodeState(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => (INSTANT_KEYS.has(key) ? (parseInstant(value) ?? value) : value));
}
