import type { Effects } from '../effects.ts';
import type { AnyFeed } from '../model.ts';
import { changeRow } from '../state/day-rows.ts';
import type { AccessLoss, CommonCheckpoint } from '../stored/checkpoint.ts';
import type { ConditionName, HeldConditions } from '../stored/condition.ts';
import type { DayNote, EndedAccessLoss, MovedWatermark } from '../stored/day-record.ts';
import { dayOf } from '../stored/ledger-row.ts';
import { floorTo, type Instant, SECOND } from '../time.ts';
import type { RunOutcome } from './outcome.ts';

/** Maximum number of ended times that a day's row keeps. After that, the last one is made longer. */
const MAX_ENDED = 50;
/** Maximum characters of a message in a row. */
const MAX_MESSAGE = 300;

/** What a run leaves in its checkpoint about how the feed stands. */
type StandingChanges = Pick<{ [Part in keyof CommonCheckpoint]?: CommonCheckpoint[Part] | undefined }, Kept>;
type Kept = 'since' | 'accessLoss' | 'conditions';

/** The end of a run, as far as it shows how the feed stands. */
interface EndOfRun {
  readonly before: CommonCheckpoint;
  readonly outcome: Pick<RunOutcome, 'state' | 'changes' | 'error'>;
  /** The conditions that hold after the run. */
  readonly conditions: HeldConditions | undefined;
  /** Whether the vendor has answered requests of this run. */
  readonly wasAnswered: boolean;
}

/**
 * Returns how the feed stands after a run. What is over now is written into the row of this day. If that fails, it is over only after
 * the next run.
 */
export async function standingAfter(effects: Effects, { name }: AnyFeed, end: EndOfRun): Promise<StandingChanges> {
  const { before } = end;
  const now = effects.now();
  const after: StandingChanges = {
    since: nextSince(end, now),
    accessLoss: nextAccessLoss(end, now),
    conditions: end.conditions,
  };
  const ended = endedBy(before, after, now);
  if (ended.length === 0) return after;
  try {
    await noteOnDay(effects, name, now, ended);
    return after;
  } catch (thrown) {
    effects.log('warn', 'What is over could not be written into the ledger; the next run does it.', {
      feed: name,
      error: String(thrown),
    });
    return {
      ...after,
      accessLoss: after.accessLoss ?? before.accessLoss,
      ...(before.conditions && { conditions: { ...before.conditions, ...after.conditions } }),
    };
  }
}

/**
 * How the runs of a feed end.
 *
 * - `reading`   they read, whether or not they have caught up
 * - `paused`    the vendor has asked for a pause
 * - `refused`, `forbidden`, `failing`  see the last error
 */
export type Standing = 'reading' | 'paused' | 'refused' | 'forbidden' | 'failing';

/** How a feed stands, as its checkpoint shows it. */
export function standingOf({ failures, hold, lastError }: CommonCheckpoint): Standing {
  if (failures === 0) return hold?.reason === 'quota' ? 'paused' : 'reading';
  if (hold?.reason === 'forbidden') return 'forbidden';
  return hold?.reason === 'refused' || lastError?.code === 'refused' ? 'refused' : 'failing';
}

/** Some work, such as a move, does not show how the feed stands. */
function showsStanding({ outcome: { changes, state } }: EndOfRun): boolean {
  return 'failures' in changes && state !== 'stopped' && state !== 'busy';
}

function nextSince(end: EndOfRun, now: Instant): Instant | undefined {
  const { before, outcome } = end;
  const after = { ...before, ...outcome.changes } as CommonCheckpoint;
  if (!showsStanding(end) || standingOf(before) === standingOf(after)) return before.since;
  return floorTo(now, SECOND);
}

function nextAccessLoss(end: EndOfRun, now: Instant): AccessLoss | undefined {
  const { before, outcome, wasAnswered } = end;
  const { state, error } = outcome;
  const reason = state === 'forbidden' || state === 'refused' ? state : undefined;
  const lost = reason ?? (error?.code === 'scope-shrank' ? error.code : undefined);
  if (lost !== undefined) {
    if (before.accessLoss?.reason === lost) return before.accessLoss;
    return { reason: lost, since: now, message: (error?.message ?? '').slice(0, MAX_MESSAGE) };
  }
  const isRead = showsStanding(end) && (state === 'caught-up' || (state === 'more' && wasAnswered));
  return isRead ? undefined : before.accessLoss;
}

/** What held before the run, and holds no longer. */
function endedBy(before: CommonCheckpoint, after: StandingChanges, until: Instant): DayNote[] {
  const { accessLoss, conditions = {} } = before;
  const lost: EndedAccessLoss[] =
    accessLoss && accessLoss !== after.accessLoss ? [{ what: 'access-lost', ...accessLoss, until }] : [];
  const ended = Object.entries(conditions)
    .filter(([name]) => after.conditions?.[name as ConditionName] === undefined)
    .map(([name, { since, message }]) => {
      return {
        what: 'condition',
        name: name as ConditionName,
        since,
        until,
        message: message.slice(0, MAX_MESSAGE),
      } as const;
    });
  return [...lost, ...ended];
}

/** Writes into the row of a day what was over or was done on it. Writing it twice changes nothing. */
export async function noteOnDay(
  effects: Pick<Effects, 'now' | 'loadLedger' | 'saveLedger'>,
  feed: string,
  at: Instant,
  added: readonly DayNote[],
): Promise<void> {
  await changeRow(effects, feed, dayOf(at), (before) => ({
    ...before,
    notes: added.reduce<readonly DayNote[]>(withNote, before.notes ?? []),
  }));
}

/** A run that died after it has written a note is repeated: the same note is not written twice. */
function withNote(notes: readonly DayNote[], note: DayNote): readonly DayNote[] {
  const alike = notes.filter((one) => isAlike(one, note));
  if (note.what === 'moved' ? isSameMove(alike.at(-1), note) : alike.some((one) => sinceOf(one) === note.since)) {
    return notes;
  }
  if (note.what === 'moved' || notes.filter(({ what }) => what !== 'moved').length < MAX_ENDED) return [...notes, note];
  const last = notes.findLastIndex((one) => one.what !== 'moved' && isAlike(one, note));
  return last < 0 ? [...notes, note] : notes.with(last, { ...note, since: sinceOf(notes[last] as DayNote) } as DayNote);
}

/** Whether a move is the last one once more: nobody can move from the same place to the same place twice in a row. */
function isSameMove(last: DayNote | undefined, { from, to, by }: MovedWatermark): boolean {
  return last?.what === 'moved' && last.from === from && last.to === to && last.by === by;
}

function isAlike(one: DayNote, other: DayNote): boolean {
  return kindOf(one) === kindOf(other);
}

function kindOf(note: DayNote): string {
  if (note.what === 'moved') return note.what;
  return note.what === 'condition' ? `${note.what} ${note.name}` : `${note.what} ${note.reason}`;
}

function sinceOf(note: DayNote): Instant {
  return note.what === 'moved' ? note.at : note.since;
}
