import type { Effects } from '../effects.ts';
import { type AnyFeed, isSnapshotFeed } from '../model.ts';
import { countHours, largerOf, withCode } from '../state/ledger.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import type { ConditionName } from '../stored/condition.ts';
import type { AccessLossReason, DayNote, VerifiedDay, VerifiedLook } from '../stored/day-record.ts';
import { type DayTally, dayOf, type LedgerHour, type LedgerRow } from '../stored/ledger-row.ts';
import { ceilTo, DAY, floorTo, formatInstant, formatTime, HOUR, type Instant, MINUTE, type Range } from '../time.ts';

/** A figure that may never have been recorded, or that there cannot be for this kind of feed. It is never zero instead. */
export type Known<T> = T | 'unknown' | 'not applicable';

const UNKNOWN = 'unknown';
const NOT_APPLICABLE = 'not applicable';

/** What was recorded of a feed in a range of days: what was read, delivered, proven, lost, and done by persons. */
export interface FeedEvidence {
  readonly days: readonly EvidenceDay[];
  readonly gaps: readonly EvidenceGap[];
  /** The first day from the range's start on with a version that records access losses, ended conditions and moves. Before that, none are known. */
  readonly recordedSince: Known<string>;
  readonly accessLost: readonly AccessLostTime[];
  readonly conditions: readonly ConditionTime[];
  readonly moves: readonly EvidenceMove[];
}

/** A day (UTC): the counts of its events, and of the work that was done on it. */
export interface EvidenceDay {
  readonly day: string;
  /** Number of events that the vendor has, as the last verification of most of the day has counted them. */
  readonly vendor: Known<number>;
  /** Number of different events that were delivered, to any destination, and to each of them. */
  readonly delivered: Known<number>;
  readonly destinations: Known<Readonly<Record<string, number>>>;
  /** Events that the same verification found missing and did not repair. */
  readonly missing: Known<number>;
  /** Events that any verification of the day has found missing, and has delivered. */
  readonly repaired: Known<number>;
  /** Work of that day: events that were found after their range had been read, and so on. */
  readonly late: Known<number>;
  readonly quarantined: Known<number>;
  readonly unmapped: Known<number>;
  /** The versions of the program that worked on that day, each with the hash of its code. */
  readonly code: Known<readonly string[]>;
  /** The part of the day that these figures are about, where that is less than the feed reads of it. */
  readonly verifiedPart?: { readonly from: string; readonly to: string };
  readonly verifications: readonly EvidenceLook[];
  /** Number of verifications before those. */
  readonly earlierVerifications?: number;
  readonly remark?: string;
}

/** The result of one verification of a day. */
export type EvidenceLook = Omit<VerifiedLook, 'at' | 'from' | 'to'> & {
  readonly at: string;
  readonly from: string;
  readonly to: string;
};

/** A range that was not read. */
export interface EvidenceGap {
  readonly from: string;
  readonly to: string;
  readonly reason: 'deleted by the vendor' | 'unreadable' | 'skipped by hand';
  /** The day on which it was found. */
  readonly foundOn: string;
}

/** A time in which something held. Without an end, it still does. */
interface TimeReport {
  readonly since: string;
  readonly until?: string;
  readonly message: string;
}

export interface AccessLostTime extends TimeReport {
  readonly reason: AccessLossReason;
}

export interface ConditionTime extends TimeReport {
  readonly name: ConditionName;
}

/** A watermark that was moved. */
export interface EvidenceMove {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/** What the table has about the feed. */
interface Recorded {
  readonly effects: Effects;
  readonly feed: AnyFeed;
  readonly item: Checkpoint | undefined;
  /** The rows of the range, and of all days after it: what happened to the range may have been found later. */
  readonly rows: readonly LedgerRow[];
  /** How long the keys of delivered events are kept. */
  readonly seenFor: number;
  readonly now: Instant;
}

/** Reads what was recorded of a feed. Each day that the range touches is taken whole. */
export async function readEvidence(
  effects: Effects,
  feed: AnyFeed,
  { item, days, seenFor }: { readonly item: Checkpoint | undefined; readonly days: Range; readonly seenFor: number },
): Promise<FeedEvidence> {
  const now = effects.now();
  const range = { from: floorTo(days.from, DAY), to: Math.min(days.to, now) };
  const rows = await effects.loadLedger(feed.name, dayOf(range.from), dayOf(Math.max(now, range.from)));
  const recorded = { effects, feed, item, rows, seenFor, now };
  const found: EvidenceDay[] = [];
  for (let day = range.from; day < range.to; day += DAY) found.push(await dayFrom(recorded, day));
  const notes = rows.flatMap((row) => row.notes ?? []);
  return {
    days: found,
    gaps: gapsIn(range, tallies(recorded), notes),
    recordedSince: tallies(recorded).find(({ code }) => code !== undefined)?.day ?? UNKNOWN,
    accessLost: accessLostIn(range, item, notes),
    conditions: conditionsIn(range, item, notes),
    moves: notes.flatMap((note) => (note.what === 'moved' && isIn(range, note.at) ? [moveReport(note)] : [])),
  };
}

/** The work of each day: what waits in the checkpoint for the ledger, and what is in the ledger. */
function tallies({ item, rows }: Recorded): DayTally[] {
  const waiting = item && 'days' in item ? withCode(item.days ?? []) : [];
  const written = rows.flatMap(({ done }) => done ?? []);
  return [...written.filter(({ day }) => !waiting.some((one) => one.day === day)), ...waiting];
}

async function dayFrom(recorded: Recorded, at: Instant): Promise<EvidenceDay> {
  const { feed, rows } = recorded;
  const day = dayOf(at);
  const row = rows.find((one) => one.day === day);
  const hours = await hoursOf(recorded, at, row);
  const done = tallies(recorded).find((one) => one.day === day);
  const remark = remarkOf(recorded, at);
  return {
    day,
    ...proofOf(row?.verified, isSnapshotFeed(feed), readPart(recorded, at)),
    delivered: hours === UNKNOWN ? UNKNOWN : hours.reduce((sum, { events }) => sum + events, 0),
    destinations: hours === UNKNOWN ? UNKNOWN : byDestination(hours),
    late: isSnapshotFeed(feed) ? NOT_APPLICABLE : (done?.late ?? UNKNOWN),
    quarantined: done?.quarantined ?? UNKNOWN,
    unmapped: done?.unmapped ?? UNKNOWN,
    code: done?.code ?? UNKNOWN,
    ...(remark !== undefined && { remark }),
  };
}

/** The delivered events of a day. While their keys are kept they are counted now, since what is found late is in no row yet. */
async function hoursOf(
  { effects, feed, item, now, seenFor }: Recorded,
  day: Instant,
  row: LedgerRow | undefined,
): Promise<readonly LedgerHour[] | typeof UNKNOWN> {
  const counted = row && !row.uncounted ? row.hours : undefined;
  const isKept = day > now - seenFor;
  if (!isKept || !item) return counted ?? UNKNOWN;
  const kept = await countHours(effects, feed.name, day);
  if (counted) return largerOf(counted, kept);
  // Nothing was delivered, or nothing was read.
  return kept.length > 0 || day + DAY > item.floor ? kept : UNKNOWN;
}

function byDestination(hours: readonly LedgerHour[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { destinations } of hours) {
    for (const [id, { events }] of Object.entries(destinations)) sums[id] = (sums[id] ?? 0) + events;
  }
  return sums;
}

type Proof = Pick<
  EvidenceDay,
  'vendor' | 'missing' | 'repaired' | 'verifiedPart' | 'verifications' | 'earlierVerifications'
>;

/** The part of a day that the feed reads: on its first day, only whole hours after its beginning can be verified. */
function readPart({ item }: Recorded, day: Instant): Range {
  const floor = ceilTo(item?.floor ?? day, HOUR);
  const to = day + DAY;
  return { from: floor < to ? Math.max(day, floor) : day, to };
}

function proofOf(verified: VerifiedDay | undefined, isSnapshot: boolean, part: Range): Proof {
  if (!verified) {
    const none = isSnapshot ? NOT_APPLICABLE : UNKNOWN;
    return { vendor: none, missing: none, repaired: none, verifications: [] };
  }
  const { looks, earlier } = verified;
  const best = looks.reduce((widest, look) => (lengthOf(look) >= lengthOf(widest) ? look : widest));
  const isProof = best.unsure === undefined;
  const isWhole = best.from <= part.from && best.to >= part.to;
  return {
    vendor: isProof ? best.vendor : UNKNOWN,
    missing: isProof ? best.missing - best.repaired : UNKNOWN,
    repaired: looks.reduce((sum, { repaired }) => sum + repaired, earlier?.repaired ?? 0),
    ...(!isWhole && { verifiedPart: { from: formatTime(best.from), to: formatTime(best.to) } }),
    verifications: looks.map(lookReport),
    ...(earlier && { earlierVerifications: earlier.looks }),
  };
}

/** How much of a day a verification proves. One with steps that prove nothing counts only if there is no other. */
function lengthOf({ from, to, unsure }: VerifiedLook): number {
  const length = Math.min(to, floorTo(from, DAY) + DAY) - from;
  return unsure === undefined ? length : length / DAY;
}

function lookReport({ at, from, to, ...counts }: VerifiedLook): EvidenceLook {
  return { at: formatTime(at), from: formatInstant(from, 's'), to: formatInstant(to, 's'), ...counts };
}

/** Why the counts of a day may be incomplete. */
function remarkOf({ item, now }: Recorded, day: Instant): string | undefined {
  if (!item) return 'The feed has never run.';
  if (day + DAY <= item.floor) return `Live reading begins later, at ${formatTime(item.floor)}.`;
  if (now < day + DAY) return 'The day is not over.';
  if (item.watermark < day + DAY - MINUTE && item.kind !== 'snapshot') {
    return `The day is not read to its end: the watermark is ${formatTime(item.watermark)}.`;
  }
  return item.floor > day ? `Live reading begins on this day, at ${formatTime(item.floor)}.` : undefined;
}

function gapsIn(range: Range, days: readonly DayTally[], notes: readonly DayNote[]): EvidenceGap[] {
  const found = days.flatMap(({ day, gaps, unreadable }) => [
    ...gaps.map((gap) => ({ ...gap, reason: 'deleted by the vendor' as const, foundOn: day })),
    ...unreadable.map((gap) => ({ ...gap, reason: 'unreadable' as const, foundOn: day })),
  ]);
  const skipped = notes.flatMap((note) =>
    note.what === 'moved' && note.to > note.from
      ? [{ from: note.from, to: note.to, reason: 'skipped by hand' as const, foundOn: dayOf(note.at) }]
      : [],
  );
  return [...found, ...skipped]
    .filter((gap) => overlaps(range, gap.from, gap.to))
    .sort((one, other) => one.from - other.from)
    .map(({ from, to, ...rest }) => ({ from: formatTime(from), to: formatTime(to), ...rest }));
}

function accessLostIn(range: Range, item: Checkpoint | undefined, notes: readonly DayNote[]): AccessLostTime[] {
  const ended = notes.flatMap((note) => (note.what === 'access-lost' ? [note] : []));
  const held = item?.accessLoss ? [{ ...item.accessLoss, until: undefined }] : [];
  return [...ended, ...held]
    .filter(({ since, until }) => overlaps(range, since, until))
    .map(({ reason, since, until, message }) => ({ reason, ...timeReport(since, until), message }));
}

function conditionsIn(range: Range, item: Checkpoint | undefined, notes: readonly DayNote[]): ConditionTime[] {
  const ended = notes.flatMap((note) => (note.what === 'condition' ? [note] : []));
  const held = Object.entries(item?.conditions ?? {}).map(([name, { since, message }]) => {
    return { name: name as ConditionName, since, until: undefined, message };
  });
  return [...ended, ...held]
    .filter(({ since, until }) => overlaps(range, since, until))
    .map(({ name, since, until, message }) => ({ name, ...timeReport(since, until), message }));
}

function timeReport(since: Instant, until: Instant | undefined): Omit<TimeReport, 'message'> {
  return { since: formatTime(since), ...(until !== undefined && { until: formatTime(until) }) };
}

function moveReport({ at, from, to, by }: DayNote & { readonly what: 'moved' }): EvidenceMove {
  return { at: formatTime(at), from: formatTime(from), to: formatTime(to), by };
}

/** Whether a time, with or without an end, touches a range. */
function overlaps(range: Range, since: Instant, until: Instant | undefined): boolean {
  return since < range.to && (until === undefined || until >= range.from);
}

function isIn({ from, to }: Range, at: Instant): boolean {
  return at >= from && at < to;
}
