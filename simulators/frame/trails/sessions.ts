import { share } from '../../random.ts';
import type { Timeline } from '../../timeline.ts';
import type { FrameSwitches } from '../faults.ts';
import { DAY_MS, HOUR_MS, type Micros, type Moment, momentsIn } from '../moments.ts';

/** One session: when it was, and how much of that the vendor shows when. Times of showing are milliseconds. */
export interface Session {
  readonly id: number;
  readonly start: Micros;
  readonly end: Micros;
  readonly shownAt: number;
  readonly endShownAt: number;
  /** From then on its network figures are others. */
  readonly correctedAt: number;
  readonly seed: number;
}

/** All sessions that there are, running or not. */
export interface Sessions {
  /** Those that start in [from, to), at least, by their start. */
  startingIn(from: number, to: number): readonly Session[];
  /** Those that can last into [from, to), too. */
  reachingInto(from: number, to: number): readonly Session[];
}

/** Most sessions last minutes or hours; these few go on for up to days and have a timeline of their own. */
export const LONG_SHARE = 0.03;

/** The ids of long sessions begin here. */
const FIRST_LONG = 2 ** 41;
const SECOND_MICROS = 1_000_000;
const SHORT_MOST_MS = 4 * HOUR_MS;
const SHORT_LEAST_MS = 60_000;
const FAILED_SHARE = 0.06;
const FAILED_MOST_MS = 40_000;
const DEFAULT_CORRECTION_SECONDS = 600;

/** Makes the sessions of two timelines: of ordinary ones and of long ones. */
export function createSessions(
  timelines: { readonly short: Timeline; readonly long: Timeline },
  switches: FrameSwitches,
  longestSessionDays: number,
): Sessions {
  const longestMs = longestSessionDays * DAY_MS;

  function short(moment: Moment): Session {
    const scale = share(moment.seed, 21);
    const lasts = SHORT_LEAST_MS + scale * scale * (SHORT_MOST_MS - SHORT_LEAST_MS);
    return session(moment, hasFailed(moment.seed) ? scale * FAILED_MOST_MS : lasts);
  }

  function long({ id, ...moment }: Moment): Session {
    const lasts = SHORT_MOST_MS + share(moment.seed, 22) ** 3 * Math.max(0, longestMs - SHORT_MOST_MS);
    return session({ ...moment, id: FIRST_LONG + id }, lasts);
  }

  /** Session times are whole seconds. A session that shows late ends late, too. */
  function session({ id, micros, shownAt, seed }: Moment, lasts: number): Session {
    const start = Math.floor(micros / SECOND_MICROS) * SECOND_MICROS;
    const end = start + Math.max(1, Math.floor(lasts / 1000)) * SECOND_MICROS;
    const endShownAt = end / 1000 + shownAt - Math.ceil(micros / 1000);
    return { id, start, end, shownAt, endShownAt, correctedAt: correctedAt(id, endShownAt), seed };
  }

  function correctedAt(id: number, endShownAt: number): number {
    const { corrections } = switches.faults;
    if (!corrections || share(id, 23) >= corrections.share) return Infinity;
    return endShownAt + Math.ceil(share(id, 24) * (corrections.upToSeconds ?? DEFAULT_CORRECTION_SECONDS)) * 1000;
  }

  function read(from: { short: number; long: number }, to: number): readonly Session[] {
    const found = [
      ...momentsIn(timelines.short, from.short, to).map(short),
      ...momentsIn(timelines.long, from.long, to).map(long),
    ];
    return found.sort((one, other) => one.start - other.start || one.id - other.id);
  }

  return {
    startingIn: (from, to) => read({ short: from, long: from }, to),
    reachingInto: (from, to) => read({ short: from - SHORT_MOST_MS, long: from - longestMs }, to),
  };
}

/** A failed session ends within a minute, unless it was to be a long one. */
export function hasFailed(seed: number): boolean {
  return share(seed, 31) < FAILED_SHARE;
}
