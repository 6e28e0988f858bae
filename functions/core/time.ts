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
  return parseUsual(text) ?? parseAny(text);
}

/** Reads a time stamp in any form of RFC 3339. */
function parseAny(text: string): Instant | undefined {
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

const ZERO = 0x30;
/** The characters of `2026-01-10T09:03:27` that are no digits, with their places. */
const SEPARATORS = [
  [4, 0x2d],
  [7, 0x2d],
  [10, 0x54],
  [13, 0x3a],
  [16, 0x3a],
] as const;
/** Days that every month has. */
const SHORTEST_MONTH = 28;

/**
 * Reads the form in which nearly all time stamps come, without a regular expression: `2026-01-10T09:03:27.123Z`, with a fraction
 * of one to six digits or none. Undefined for every other form, and for what may be no time: the slow way decides.
 */
function parseUsual(text: string): Instant | undefined {
  const last = text.length - 1;
  if (last < 19 || last > 26 || text.charCodeAt(last) !== 0x5a) return undefined;
  for (const [at, code] of SEPARATORS) if (text.charCodeAt(at) !== code) return undefined;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  // Each comparison with NaN, for something that is no number, is false.
  if (!(year >= 1970 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= SHORTEST_MONTH))
    return undefined;
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  const whole = Date.UTC(year, month - 1, day, hour, minute, second) * MILLISECOND;
  if (last === 19) return whole;
  const fraction = text.charCodeAt(19) === 0x2e ? digits(text, 20, last) : Number.NaN;
  const instant = whole + fraction * (POWERS_OF_TEN[26 - last] as number);
  return Number.isNaN(instant) ? undefined : instant;
}

const POWERS_OF_TEN = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** The number that the digits in `[from, to)` of a text are; NaN if one of them is no digit, or if there are none. */
function digits(text: string, from: number, to: number): number {
  if (from === to) return Number.NaN;
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Writes an instant as RFC 3339 in UTC: whole seconds, milliseconds or microseconds. */
export function formatInstant(instant: Instant, precision: 's' | 'ms' | 'us' = 'ms'): string {
  // A host's clock may have fractions of a microsecond; a stamp with one could not be read again.
  const whole = Math.floor(instant);
  const minute = Math.floor(whole / MINUTE);
  const micros = whole - minute * MINUTE;
  const second = Math.floor(micros / SECOND);
  const time = `${untilMinute(minute)}${twoDigits(second)}`;
  if (precision === 's') return `${time}Z`;
  const fraction = micros - second * SECOND;
  const millis = threeDigits(Math.floor(fraction / MILLISECOND));
  return precision === 'ms' ? `${time}.${millis}Z` : `${time}.${millis}${threeDigits(fraction % MILLISECOND)}Z`;
}

/** The minutes that were written last: when neighbouring events happened, and when they were read. */
let lastMinute = { minute: 0, text: '1970-01-01T00:00:' };
let otherMinute = lastMinute;

/** A time until its seconds, by its minute counted from 1970. Throws for a day that no calendar has. */
function untilMinute(minute: number): string {
  if (minute === lastMinute.minute) return lastMinute.text;
  const made =
    minute === otherMinute.minute
      ? otherMinute
      : { minute, text: `${untilDay(Math.floor(minute / MINUTES_A_DAY))}${clockText(minute)}` };
  otherMinute = lastMinute;
  lastMinute = made;
  return made.text;
}

let lastDay = { day: 0, text: '1970-01-01T' };

/** A time until its hours, by its day counted from 1970. Throws for a day that no calendar has. */
function untilDay(day: number): string {
  if (day !== lastDay.day) {
    lastDay = { day, text: new Date(day * (DAY / MILLISECOND)).toISOString().slice(0, -'00:00:00.000Z'.length) };
  }
  return lastDay.text;
}

const MINUTES_A_DAY = DAY / MINUTE;

/** The hours and minutes of a minute, counted from 1970. */
function clockText(minute: number): string {
  const ofDay = minute - Math.floor(minute / MINUTES_A_DAY) * MINUTES_A_DAY;
  const hour = Math.floor(ofDay / 60);
  return `${twoDigits(hour)}:${twoDigits(ofDay - hour * 60)}:`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

function threeDigits(number: number): string {
  return number < 100 ? `0${twoDigits(number)}` : `${number}`;
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

/** In the order of days since 1 January 1970, a Thursday. */
const WEEKDAYS = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'] as const;

/** The day of the week and the hour of an instant in UTC: `{ day: 'sat', hour: '07' }`. */
export function weekHourOf(instant: Instant): { readonly day: string; readonly hour: string } {
  const day = Math.floor(instant / DAY);
  return { day: WEEKDAYS.at(day % 7) ?? '', hour: twoDigits(Math.floor((instant - day * DAY) / HOUR)) };
}

/** Writes an instant for messages. */
export function formatTime(instant: Instant): string {
  return formatInstant(instant, 's');
}
