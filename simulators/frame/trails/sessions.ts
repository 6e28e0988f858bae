import { share } from '../../random.ts';
import type { Timeline } from '../../timeline.ts';
import type { FrameSwitches } from '../faults.ts';
import { DAY_MS, HOUR_MS, type Micros, type Moment, momentsIn } from '../moments.ts';

/** One session. `shownAt` and `endShownAt`, in milliseconds, are when the vendor shows its start and its end. */
export interface Session {
  readonly id: number;
  readonly start: Micros;
  readonly end: Micros;
  readonly shownAt: number;
  readonly endShownAt: number;
  /** When its network figures change; milliseconds. */
  readonly correctedAt: number;
  readonly seed: number;
}

/** All sessions, running or not. */
export interface Sessions {
  /** The sessions that start in [from, to) and perhaps some around it, by their start. */
  startingIn(from: number, to: number): readonly Session[];
  /** Also the sessions that may last into [from, to). */
  reachingInto(from: number, to: number): readonly Session[];
}

/** The share of sessions that last up to days; they have a separate timeline. */
export const LONG_SHARE = 0.03;

/** The ids of long sessions begin here. */
const FIRST_LONG = 2 ** 41;
const SECOND_MICROS = 1_000_000;
const MAX_SHORT_MS = 4 * HOUR_MS;
const MIN_SHORT_MS = 60_000;
const FAILED_SHARE = 0.06;
const MAX_FAILED_MS = 40_000;
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
    const lasts = MIN_SHORT_MS + scale * scale * (MAX_SHORT_MS - MIN_SHORT_MS);
    return session(moment, hasFailed(moment.seed) ? scale * MAX_FAILED_MS : lasts);
  }

  function long({ id, ...moment }: Moment): Session {
    const lasts = MAX_SHORT_MS + share(moment.seed, 22) ** 3 * Math.max(0, longestMs - MAX_SHORT_MS);
    return session({ ...moment, id: FIRST_LONG + id }, lasts);
  }

  /** Session times are whole seconds. If the start appears late, the end does, too. */
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
    reachingInto: (from, to) => read({ short: from - MAX_SHORT_MS, long: from - longestMs }, to),
  };
}

/** A failed session ends within a minute, unless it is a long one. */
export function hasFailed(seed: number): boolean {
  return share(seed, 31) < FAILED_SHARE;
}
