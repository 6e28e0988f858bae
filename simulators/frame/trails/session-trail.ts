import type { Reply } from '../../send-reply.ts';
import type { HeldRow } from '../../simulator.ts';
import type { HeldSpan, Log, Pager, Writing } from '../api/log.ts';
import { type AskedPage, readEnough } from '../api/paging.ts';
import { type Bounds, isWithin, type Range, readRange } from '../api/range.ts';
import type { FrameSwitches } from '../faults.ts';
import { createWindowReader, DAY_MS, HOUR_MS } from '../moments.ts';
import { rowText } from './odd-rows.ts';
import { sessionContent, sessionRow, statedDuration } from './session-content.ts';
import type { Session, Sessions } from './sessions.ts';

/** The column that the range of a request applies to. */
export const SESSION_RANGES = ['session_start', 'session_end', 'overlap'] as const;
/** Whether sessions are visible while they run, or only after their end. */
export const RUNNING_SESSIONS = ['shown', 'hidden'] as const;

/** Behaviour that the vendor's documentation leaves open. */
export interface SessionOptions {
  readonly bounds: Bounds;
  readonly sessionRange: (typeof SESSION_RANGES)[number];
  readonly runningSessions: (typeof RUNNING_SESSIONS)[number];
  readonly longestSessionDays: number;
  /** How long rows are kept after the session's end. */
  readonly sessionDays: number;
}

const FIELDS = { time: 'session_start', filled: 'fail_description' };

/** What the session trail works on. */
interface SessionTrailParts {
  readonly sessions: Sessions;
  readonly switches: FrameSwitches;
  readonly options: SessionOptions;
  readonly clock: () => number;
  readonly pager: Pager;
}

/** `session-trails`. */
export class SessionTrail implements Log {
  readonly #parts: SessionTrailParts;
  readonly #read: (from: number, to: number) => readonly Session[];

  constructor(parts: SessionTrailParts) {
    this.#parts = parts;
    const { sessions, switches, options } = parts;
    this.#read = createWindowReader(
      options.sessionRange === 'session_start' ? sessions.startingIn : sessions.reachingInto,
      () => [switches.faults.late, switches.faults.twins, switches.faults.corrections],
    );
  }

  page(parameters: URLSearchParams): Reply {
    const now = this.#parts.clock();
    return this.#parts.pager(parameters, this.#writingAt(now), (asked) => this.#rowsOf(parameters, asked, now));
  }

  *held({ from, to, visibleAt }: HeldSpan): Generator<HeldRow> {
    const end = Math.min(to, visibleAt + 1);
    for (let start = Math.max(from, this.#oldestStart()); start < end; start += HOUR_MS) {
      const stop = Math.min(end, start + HOUR_MS);
      for (const one of this.#parts.sessions.startingIn(start, stop)) {
        const time = one.start / 1000;
        const shownAt = this.#shownFrom(one);
        if (time < start || time >= stop || shownAt > visibleAt || one.end < this.#oldestEnd() * 1000) continue;
        yield { id: one.id, time, shownAt, text: this.#text(one, visibleAt) };
      }
    }
  }

  #oldestEnd(): number {
    return this.#parts.clock() - this.#parts.options.sessionDays * DAY_MS;
  }

  #oldestStart(): number {
    return this.#oldestEnd() - this.#parts.options.longestSessionDays * DAY_MS;
  }

  #shownFrom(one: Session): number {
    return this.#parts.options.runningSessions === 'shown' ? one.shownAt : one.endShownAt;
  }

  #text(one: Session, at: number): string {
    return rowText(sessionRow(one, at), one.id, FIELDS, this.#parts.switches.faults);
  }

  #writingAt(now: number): Writing<Session> {
    const endAt = (one: Session) => (now >= one.endShownAt ? one.end : Infinity);
    return {
      columns: {
        session_start: ({ start }) => start,
        session_end: endAt,
        session_duration: (one) => (endAt(one) === Infinity ? Infinity : statedDuration(one)),
        user_email: (one) => sessionContent(one).person.email,
      },
      text: (one) => this.#text(one, now),
    };
  }

  #rowsOf(parameters: URLSearchParams, asked: AskedPage, now: number): readonly Session[] {
    const names = ['session_start', 'session_end'] as const;
    const range = readRange(parameters, names, { from: this.#oldestStart() * 1000, to: (now + 1) * 1000 });
    // The oldest kept row moves with the clock: rounded to whole hours, so that all pages of a window use one cached reading.
    const from = Math.max(range.from / 1000, Math.floor(this.#oldestStart() / HOUR_MS) * HOUR_MS);
    const kept = this.#oldestEnd() * 1000;
    const to = Math.min(range.to / 1000, now) + 1;
    const wanted = (one: Session) =>
      this.#shownFrom(one) <= now && one.end >= kept && this.#isInRange(one, range, now) && isAskedFor(one, parameters);
    if (this.#parts.options.sessionRange !== 'session_start') return this.#read(from, to).filter(wanted);
    return readEnough({ from, to }, asked, (start, end) => this.#read(start, end).filter(wanted));
  }

  #isInRange({ start, end, endShownAt }: Session, range: Range, now: number): boolean {
    const hasEnded = now >= endShownAt;
    if (this.#parts.options.sessionRange === 'session_start') return isWithin(start, range, this.#parts.options.bounds);
    if (this.#parts.options.sessionRange === 'session_end')
      return hasEnded && isWithin(end, range, this.#parts.options.bounds);
    const reachesIn = !hasEnded || (this.#parts.options.bounds === 'exclusive' ? end > range.from : end >= range.from);
    return reachesIn && (this.#parts.options.bounds === 'inclusive' ? start <= range.to : start < range.to);
  }
}

function isAskedFor(one: Session, parameters: URLSearchParams): boolean {
  const names = ['search', 'instance_type', 'pool_group_type', 'pool_id'] as const;
  const [search, instanceType, poolGroupType, poolId] = names.map((name) => parameters.get(name)?.toLowerCase());
  if ([search, instanceType, poolGroupType, poolId].every((wanted) => wanted === undefined)) return true;
  const { person, instance, poolGroup, serverId, sessionId, ...content } = sessionContent(one);
  const isSame = (wanted: string | undefined, value: string) => wanted === undefined || wanted === value.toLowerCase();
  const searched = [serverId, sessionId, person.email, `${person.firstName} ${person.lastName}`];
  return (
    isSame(instanceType, instance.name) &&
    isSame(poolGroupType, poolGroup) &&
    isSame(poolId, content.poolId) &&
    (search === undefined || searched.some((value) => value.toLowerCase().includes(search)))
  );
}
