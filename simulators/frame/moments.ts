import { hash } from '../random.ts';
import type { Happening, Timeline } from '../timeline.ts';

/** Microseconds since 1970: Frame's times are finer than a `Date`, and a whole number can still hold them. */
export type Micros = number;

/** Something that happened: cheap enough to have a whole window of. */
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

/** Reads YYYY-MM-DD: the milliseconds at which that day begins. A day that no calendar has is none. */
export function readDay(text: string): number | undefined {
  const millis = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(millis) || dayOf(millis) !== text ? undefined : millis;
}

/** All of the whole seconds that [from, to) touches, shown or not yet, by time. The timeline knows seconds; the seed knows the rest. */
export function momentsIn(timeline: Timeline, from: number, to: number): readonly Moment[] {
  const span = { from: Math.floor(from / SECOND_MS) * SECOND_MS, to: Math.ceil(to / SECOND_MS) * SECOND_MS };
  const found: Moment[] = [];
  for (const happening of timeline.happenings({ ...span, visibleAt: Infinity })) {
    const { id, shownAt, seed, time } = happening;
    const micros = microsOf(happening);
    // What is not late is shown in the millisecond in which it happened.
    found.push({ id, micros, seed, shownAt: shownAt + Math.ceil(micros / 1000) - time });
  }
  return found.sort((one, other) => one.micros - other.micros || one.id - other.id);
}

/** Twins share their millisecond, and every second pair its microsecond, too. */
function microsOf({ id, time, seed }: Happening): Micros {
  const fine = hash(hash(seed, 12) % 2 === 0 ? id : seed, 13) % 1000;
  return (time + (hash(seed, 11) % SECOND_MS)) * 1000 + fine;
}

const KEPT_WINDOWS = 4;

/** Reads windows by `read`, and keeps the last few: the pages of one window cost one reading. */
export function createWindowReader<Item>(
  read: (from: number, to: number) => readonly Item[],
  irregularity: () => unknown,
): (from: number, to: number) => readonly Item[] {
  const kept = new Map<string, readonly Item[]>();
  return (from, to) => {
    const key = JSON.stringify([from, to, irregularity()]);
    const found = kept.get(key) ?? read(from, to);
    kept.delete(key);
    kept.set(key, found);
    const oldest = kept.keys().next().value;
    if (kept.size > KEPT_WINDOWS && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}
