/** A point in time: whole microseconds since 1970 (UTC). Exact in a double until the year 2255, and as precise as any vendor's time stamps. */
export type Instant = number;

/** A length of time in whole microseconds. */
export type Duration = number;

/** The half-open range `[from, to)`. */
export interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

export const MILLISECOND: Duration = 1_000;
export const SECOND: Duration = 1_000_000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;

const LATEST: Instant = Date.UTC(2200, 0, 1) * MILLISECOND;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,18}))?(?:[Zz]|([+-])(\d\d):?(\d\d))?$/;

/**
 * Reads an RFC 3339 time stamp to the microsecond. A stamp without a zone is read as UTC, as vendors mean it.
 * Returns undefined for anything else, and for times outside 1970 to 2199: the caller treats the record as untimed.
 */
export function parseInstant(text: unknown): Instant | undefined {
  if (typeof text !== 'string') return undefined;
  const parts = RFC3339.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHours = '0', zoneMinutes = '0'] = parts;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // Date.UTC reads year 99 as 1999, and 31 February as a day in March: such a date is a mistake, not a time.
  if (Number(year) < 1970 || Number(month) < 1 || Number(month) > 12) return undefined;
  if (new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const zone = (sign === '-' ? -1 : 1) * (Number(zoneHours) * HOUR + Number(zoneMinutes) * MINUTE);
  const instant =
    midnight * MILLISECOND +
    Number(hour) * HOUR +
    Number(minute) * MINUTE +
    Number(second) * SECOND +
    Number(fraction.slice(0, 6).padEnd(6, '0')) -
    zone;
  return instant >= 0 && instant < LATEST ? instant : undefined;
}

/** Writes an instant as RFC 3339 in UTC: whole seconds, milliseconds or microseconds. */
export function formatInstant(instant: Instant, precision: 's' | 'ms' | 'us' = 'ms'): string {
  const text = new Date(Math.floor(instant / MILLISECOND)).toISOString();
  if (precision === 's') return `${text.slice(0, 19)}Z`;
  if (precision === 'ms') return text;
  // A host's clock may have fractions of a microsecond; a stamp with one could not be read again.
  return `${text.slice(0, 23)}${String(Math.floor(instant) % MILLISECOND).padStart(3, '0')}Z`;
}

const UNITS: Record<string, Duration> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** The format of durations in tidemark.json. */
export const DURATION = /^([1-9]\d{0,5})([smhd])$/;

/** Reads `90s`, `30m`, `24h` or `7d`. */
export function parseDuration(text: string): Duration | undefined {
  const parts = DURATION.exec(text);
  return parts ? Number(parts[1]) * (UNITS[parts[2] as string] as Duration) : undefined;
}

/** Writes a duration for people: `1d 4h`, `3m 20s`, `0.4s`. */
export function formatDuration(duration: Duration): string {
  if (duration < 0) return `-${formatDuration(-duration)}`;
  if (duration < 10 * SECOND) return `${Math.round(duration / (SECOND / 10)) / 10}s`;
  const units: [string, Duration][] = [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ];
  const first = units.findIndex(([, size]) => duration >= size);
  const [unit, size] = units[first] as [string, Duration];
  const smaller = units[first + 1];
  const whole = Math.floor(duration / size);
  const rest = smaller ? Math.floor((duration % size) / smaller[1]) : 0;
  return smaller && rest > 0 ? `${whole}${unit} ${rest}${smaller[0]}` : `${whole}${unit}`;
}

/** Rounds an instant down to a multiple of a step: the start of its second, hour or day. */
export function floorTo(instant: Instant, step: Duration): Instant {
  return Math.floor(instant / step) * step;
}

/** Rounds an instant up to a multiple of a step. */
export function ceilTo(instant: Instant, step: Duration): Instant {
  return Math.ceil(instant / step) * step;
}

/** Writes an instant for messages. */
export function formatTime(instant: Instant): string {
  return formatInstant(instant, 's');
}
