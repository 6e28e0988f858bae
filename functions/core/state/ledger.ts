import type { Effects } from '../effects.ts';
import type { AnyFeed } from '../model.ts';
import type { FeedCheckpoint, SnapshotCheckpoint } from '../stored/checkpoint.ts';
import { type DayTally, dayOf, emptyDay, type Folded, type LedgerHour } from '../stored/ledger-row.ts';
import { bucketOf } from '../stored/seen-chunk.ts';
import type { Tally } from '../stored/tally.ts';
import { DAY, type Duration, floorTo, type Instant, type Range } from '../time.ts';
import { changeRow } from './day-rows.ts';
import { DigestSum } from './digest-sum.ts';
import type { HeldCheckpoint } from './lease.ts';
import { seenHours } from './seen-hours.ts';

/** Maximum number of days that one run writes into the ledger. After a long absence, the next runs write the others. */
const MAX_DAYS_PER_RUN = 3;
/** Maximum number of days whose work waits for the ledger. A feed that stands still for longer forgets the oldest. */
const MAX_DAYS_WAITING = 60;
/** The last row of a day is written this long before its seen keys begin to expire. */
const BEFORE_EXPIRY: Duration = DAY;

/** The work of a run that is not stored yet, by day. */
export class DayNotes {
  #before: Tally;
  readonly #code: string | undefined;
  #windows = 0;
  #unreadable: Range[] = [];
  #gaps: Range[] = [];

  /** @param code the version of the program, with the hash of its code */
  constructor(tally: Tally, code?: string) {
    this.#before = { ...tally };
    this.#code = code;
  }

  window(): void {
    this.#windows++;
  }

  unreadable(range: Range): void {
    this.#unreadable.push(range);
  }

  gap(range: Range): void {
    this.#gaps.push(range);
  }

  /** The waiting days together with what was noted, which then counts as stored. */
  take(days: readonly DayTally[] = [], tally: Tally, now: Instant): readonly DayTally[] {
    const day = dayOf(now);
    const last = days.at(-1);
    const today = last?.day === day ? last : emptyDay(day);
    const added = Object.fromEntries(COUNTED.map((key) => [key, today[key] + tally[key] - this.#before[key]])) as Omit<
      Tally,
      'retries'
    >;
    const next: DayTally = {
      ...added,
      day,
      windows: today.windows + this.#windows,
      unreadable: [...today.unreadable, ...this.#unreadable],
      gaps: [...today.gaps, ...this.#gaps],
      ...codeOf(today, last?.day === day, this.#code),
    };
    this.#before = { ...tally };
    this.#windows = 0;
    this.#unreadable = [];
    this.#gaps = [];
    const others = last?.day === day ? days.slice(0, -1) : withoutRepeatedCode(days, next);
    return [...others, next].slice(-MAX_DAYS_WAITING);
  }
}

/** The code that an earlier part of a day was done with, if a version did it that did not say so. */
const UNKNOWN_CODE = 'unknown';

/** The versions that have worked on a day, this one included. */
function codeOf(today: DayTally, hasBegun: boolean, code = UNKNOWN_CODE): Pick<DayTally, 'code'> {
  const before = today.code ?? (hasBegun ? [UNKNOWN_CODE] : []);
  const all = [...new Set([...before, code])];
  return all.every((one) => one === UNKNOWN_CODE) ? {} : { code: all };
}

/**
 * The days before a new one. A day without a code is of the code with which the day after it begins: a write of the table costs by the
 * kilobyte, and the code seldom changes.
 */
function withoutRepeatedCode(days: readonly DayTally[], { code: [next] = [] }: DayTally): readonly DayTally[] {
  const last = days.at(-1);
  if (!last || next === undefined) return days;
  const { code = [UNKNOWN_CODE], ...rest } = last;
  return [...days.slice(0, -1), code.length === 1 && code[0] === next ? rest : { ...rest, code }];
}

/** The days with the code of each, where it is known. */
export function withCode(days: readonly DayTally[]): DayTally[] {
  let next: string | undefined;
  return days
    .toReversed()
    .map((one) => {
      const code = one.code ?? (next === undefined ? undefined : [next]);
      next = code?.[0];
      return code?.some((each) => each !== UNKNOWN_CODE) ? { ...one, code } : withoutCode(one);
    })
    .toReversed();
}

function withoutCode({ code: _, ...day }: DayTally): DayTally {
  return day;
}

const COUNTED = ['pages', 'fetched', 'suppressed', 'delivered', 'quarantined', 'unmapped', 'late'] as const;

/** Inputs of writing a feed's ledger. */
interface Folding {
  readonly effects: Effects;
  readonly feed: Pick<AnyFeed, 'name'>;
  readonly lease: HeldCheckpoint<FeedCheckpoint> | HeldCheckpoint<SnapshotCheckpoint>;
  /** No further day is written after it. */
  readonly stopAt: Instant;
}

/**
 * Writes the ledger of the days that are over: once when they are not read again regularly, and once more just before their
 * seen keys expire. The second row includes what was found late, repaired or backfilled since.
 *
 * @param readAgainFrom what is after it is regularly read again
 */
export async function foldDays(
  folding: Folding,
  readAgainFrom: Instant,
  seenFor: Duration,
): Promise<{ readonly folded?: Folded; readonly days?: readonly DayTally[] | undefined }> {
  const { effects, feed, lease, stopAt } = folding;
  const { folded, floor, days = [] } = lease.item;
  let { first, final } = folded ?? { first: floorTo(floor, DAY), final: floorTo(floor, DAY) };
  const closed = floorTo(readAgainFrom, DAY);
  const now = effects.now();
  const expired = floorTo(now - seenFor, DAY) + DAY;
  let left = MAX_DAYS_PER_RUN;
  const hasTime = () => left-- > 0 && effects.now() < stopAt && !effects.stopping();
  for (; first < closed && hasTime(); first += DAY) await foldDay(effects, feed, first, dayTally(days, first));
  // A day whose keys have begun to expire keeps the row that it has.
  final = Math.max(final, Math.min(expired, first));
  const due = Math.min(first, floorTo(now - seenFor + BEFORE_EXPIRY, DAY) + DAY);
  for (; final < due && hasTime(); final += DAY) await foldDay(effects, feed, final, undefined);
  if (folded && first === folded.first && final === folded.final) return {};
  const waiting = days.filter(({ day }) => day >= dayOf(first));
  return { folded: { first, final }, days: waiting.length > 0 ? waiting : undefined };
}

function dayTally(days: readonly DayTally[], at: Instant): DayTally | undefined {
  const day = dayOf(at);
  return withCode(days).find((one) => one.day === day);
}

/** Counts what was delivered of one day, and writes its row. */
export async function foldDay(
  effects: Effects,
  { name }: Pick<AnyFeed, 'name'>,
  at: Instant,
  done: DayTally | undefined,
): Promise<void> {
  await changeRow(effects, name, dayOf(at), async ({ uncounted: _, ...before }) => {
    const hours = largerOf(before.hours, await countHours(effects, name, at));
    return { ...before, hours, ...(done && { done }) };
  });
}

/** The hours of a day, counted from the seen keys. */
export async function countHours(effects: Effects, feed: string, day: Instant): Promise<LedgerHour[]> {
  const hours: LedgerHour[] = [];
  const range = { from: bucketOf(floorTo(day, DAY)), to: bucketOf(floorTo(day, DAY) + DAY - 1) };
  for await (const { bucket, keys, destinations } of seenHours(effects, feed, range)) {
    const all = new DigestSum();
    const each = destinations.map(() => new DigestSum());
    for (const [high, low, bits] of keys) {
      all.add(high, low);
      for (const [at, sum] of each.entries()) if (bits & (1 << at)) sum.add(high, low);
    }
    const sums = destinations.map((id, at) => [id, (each[at] as DigestSum).total] as const);
    hours.unshift({ hour: bucket, ...all.total, destinations: Object.fromEntries(sums) });
  }
  return hours;
}

/** The number of seen keys grows until they expire: of two counts of an hour, the smaller one was made after some had expired. */
export function largerOf(before: readonly LedgerHour[], now: readonly LedgerHour[]): LedgerHour[] {
  const hours = new Map(before.map((hour) => [hour.hour, hour]));
  for (const hour of now) {
    const known = hours.get(hour.hour);
    if (!known || known.events <= hour.events) hours.set(hour.hour, hour);
  }
  return [...hours.values()].sort((one, other) => (one.hour < other.hour ? -1 : 1));
}
