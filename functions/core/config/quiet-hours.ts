import * as z from 'zod/mini';
import { described } from './connection.ts';

/** The names of the days, from the first day of the week. */
export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEK)[number];

const TIME = /^(?:(mon|tue|wed|thu|fri|sat|sun) )?([01]\d|2[0-3]):([0-5]\d)$/;
const TIME_WANTED = 'a time of day such as 22:00, or of the week such as fri 18:00';
const PAIR_WANTED = 'two different times, both of the day or both of the week';
const ZONE_WANTED = 'a time zone such as Europe/Berlin, or UTC';

export const MINUTES_A_DAY = 24 * 60;
export const MINUTES_A_WEEK = 7 * MINUTES_A_DAY;

/** The schema of quiet hours in tidemark.json: times in which a silent source is no reason for an alarm. */
export function quietHoursSchema() {
  const time = z.string().check(z.regex(TIME, TIME_WANTED));
  return z.strictObject({
    timeZone: z._default(
      described(
        z.string().check(z.maxLength(50), z.refine(isTimeZone, ZONE_WANTED)),
        'The time zone of the times. A quiet time always has the same length: if clocks change within it, it ends an hour early or late that day.',
      ),
      'UTC',
    ),
    times: described(
      z
        .array(z.strictObject({ from: time, to: time }).check(z.refine(isPair, PAIR_WANTED)))
        .check(z.minLength(1), z.maxLength(20)),
      'Each is daily, {"from": "22:00", "to": "06:00"}, or weekly, {"from": "fri 18:00", "to": "mon 06:00"}. They may overlap.',
    ),
  });
}

export type QuietHours = z.infer<ReturnType<typeof quietHoursSchema>>;

/** When a quiet time begins, every day or on one day of the week, and how long it lasts. */
export interface QuietTime {
  readonly day: Weekday | undefined;
  /** Start, in minutes since midnight. */
  readonly minute: number;
  readonly minutes: number;
}

export function quietTimes({ times }: QuietHours): QuietTime[] {
  return times.map(({ from, to }) => {
    const [begin, end] = [read(from), read(to)];
    const round = begin.day === undefined ? MINUTES_A_DAY : MINUTES_A_WEEK;
    return {
      day: begin.day,
      minute: begin.minute % MINUTES_A_DAY,
      minutes: (end.minute - begin.minute + round) % round,
    };
  });
}

/** Number of quiet minutes in a week. */
export function quietMinutes(hours: QuietHours): number {
  const quiet = new Set<number>();
  for (const { day, minute, minutes } of quietTimes(hours)) {
    for (const begins of day === undefined ? WEEK : [day]) {
      const from = WEEK.indexOf(begins) * MINUTES_A_DAY + minute;
      for (let at = from; at < from + minutes; at++) quiet.add(at % MINUTES_A_WEEK);
    }
  }
  return quiet.size;
}

/** Minutes since the day, or the week, began. */
function read(time: string): { day: Weekday | undefined; minute: number } {
  const [, day, hour, minute] = TIME.exec(time) ?? [];
  const before = day === undefined ? 0 : WEEK.indexOf(day as Weekday) * MINUTES_A_DAY;
  return { day: day as Weekday | undefined, minute: before + Number(hour) * 60 + Number(minute) };
}

function isPair({ from, to }: { from: string; to: string }): boolean {
  const [begin, end] = [read(from), read(to)];
  return (begin.day === undefined) === (end.day === undefined) && begin.minute !== end.minute;
}

/** CloudWatch accepts names of time zones, not offsets from UTC. */
function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
