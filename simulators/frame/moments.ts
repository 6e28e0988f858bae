import { hash } from '../random.ts';
import type { Happening, Timeline } from '../timeline.ts';

/** Microseconds since 1970. Frame's times are finer than a `Date`; a whole number is still exact. */
export type Micros = number;

/** A point in a log, small enough to hold a whole window of them in memory. */
export interface Moment {
  readonly id: number;
  readonly micros: Micros;
  /** When the vendor shows it, in milliseconds. */
  readonly shownAt: number;
  /** Equal for twins. */
  readonly seed: number;
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** A time as Frame writes it: UTC with six digits. */
export function stamp(micros: Micros): string {
  const millis = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1);
  return `${millis}${String(micros % 1000).padStart(3, '0')}Z`;
}

/** A day as Frame writes it. */
export function dayOf(millis: number): string {
  return new Date(millis).toISOString().slice(0, 10);
}

/** Reads an ISO time in UTC. */
export function readStamp(text: string): Micros | undefined {
  const [, seconds, fraction = ''] = STAMP.exec(text) ?? [];
  const millis = Date.parse(`${seconds}Z`);
  return Number.isNaN(millis) ? undefined : millis * 1000 + Number(fraction.padEnd(6, '0'));
}

/** Reads YYYY-MM-DD as the milliseconds at which that day begins; undefined for a day that does not exist. */
export function readDay(text: string): number | undefined {
  const millis = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(millis) || dayOf(millis) !== text ? undefined : millis;
}

/** All moments in the whole seconds that [from, to) touches, visible or not, by time. The seed decides the fraction of the second. */
export function momentsIn(timeline: Timeline, from: number, to: number): readonly Moment[] {
  const span = { from: Math.floor(from / SECOND_MS) * SECOND_MS, to: Math.ceil(to / SECOND_MS) * SECOND_MS };
  const found: Moment[] = [];
  for (const happening of timeline.happenings({ ...span, visibleAt: Infinity })) {
    const { id, shownAt, seed, time } = happening;
    const micros = microsOf(happening);
    // An event that is not late is visible from the millisecond in which it happened.
    found.push({ id, micros, seed, shownAt: shownAt + Math.ceil(micros / 1000) - time });
  }
  return found.sort((one, other) => one.micros - other.micros || one.id - other.id);
}

/** Twins share their millisecond; every other pair shares its microsecond, too. */
function microsOf({ id, time, seed }: Happening): Micros {
  const fine = hash(hash(seed, 12) % 2 === 0 ? id : seed, 13) % 1000;
  return (time + (hash(seed, 11) % SECOND_MS)) * 1000 + fine;
}

const CACHED_WINDOWS = 4;

/** Caches the last few windows that `read` returned, so that all pages of a window cost one reading. */
export function createWindowReader<Item>(
  read: (from: number, to: number) => readonly Item[],
  irregularity: () => unknown,
): (from: number, to: number) => readonly Item[] {
  const cached = new Map<string, readonly Item[]>();
  return (from, to) => {
    const key = JSON.stringify([from, to, irregularity()]);
    const found = cached.get(key) ?? read(from, to);
    cached.delete(key);
    cached.set(key, found);
    const oldest = cached.keys().next().value;
    if (cached.size > CACHED_WINDOWS && oldest !== undefined) cached.delete(oldest);
    return found;
  };
}
