import type { Address } from '../delivery/flush.ts';
import type { Sending } from '../delivery/sending.ts';
import type { EcsEvent } from '../ecs-event.ts';
import type { Feed } from '../model.ts';
import type { SignInMarks } from '../requests/access/own-sign-ins.ts';
import type { Asker } from '../requests/ask.ts';
import type { ConditionNotes } from '../run/condition-notes.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import type { OngoingNotes } from '../state/ongoing.ts';
import type { CommonCheckpoint, ReadingCheckpoint } from '../stored/checkpoint.ts';
import type { Instant, Range } from '../time.ts';
import type { Pages } from './pages/pages.ts';
import type { Progress } from './progress.ts';
import type { Occurrences } from './rows/occurrences.ts';
import type { ReusedIds } from './rows/reused-ids.ts';
import type { RowOrder } from './rows/row-order.ts';
import type { SingleActorCheck } from './rows/single-actor-check.ts';
import type { WorkNotes } from './work-notes.ts';

/** Receives the events of a read that compares instead of delivering. */
export interface Comparison {
  /** Whether an event was added before. */
  has(id: string): boolean;
  /** Notes an event that the vendor has, with the destinations, as bits, that want or have it. */
  noteVendorHas(bucket: string, key: Uint8Array, wanted: number): void;
  /** Adds an event that at least one destination lacks. */
  add(event: EcsEvent, address: Address): void;
}

/** Observers of the rows, besides the events that are made of them. */
interface RowObservers {
  readonly singleActor: SingleActorCheck;
  readonly marks: SignInMarks;
  readonly ongoing: OngoingNotes;
  readonly reusedIds: ReusedIds;
}

/** A run that reads pages and makes events of their rows. */
export interface PageRun extends Sending {
  readonly feed: Feed;
  readonly asker: Asker;
  readonly progress: Progress;
  readonly observers: RowObservers;
  readonly notes: WorkNotes;
  /** The time since which each destination gets this feed, and the floor, below which there are no live reads. */
  readonly bounds: Pick<CommonCheckpoint, 'destinations' | 'floor'>;
  /** Receives the events in place of the destinations, if the run only compares. */
  readonly findings?: Comparison;
  /** Pages of the windows that come next, which are read already. */
  readonly ahead?: { take(range: Range): Pages; stop(): void } | undefined;
}

/** A run that reads windows and moves the checkpoint on. */
export interface Run extends PageRun {
  readonly lease: HeldCheckpoint<ReadingCheckpoint>;
  readonly conditions: ConditionNotes;
}

/** The state of one read of one window. */
export interface Reading {
  readonly range: Range;
  readonly asked: Range;
  /** Whether the vendor selects by something else than the rows' own times: then no row is outside the range. */
  readonly rangeIgnoresRowTime: boolean;
  readonly order: RowOrder;
  readonly occurrences: Occurrences;
  /** Hashes of the rows of the page before this one. A row with one of them may have been repeated by paging. */
  readonly pageBefore: ReadonlySet<string>;
  /** The instants whose identical rows were counted by a separate request. */
  readonly settled: Set<Instant>;
}

/** Whether a time lies in one of the two margins, which are requested because the vendor's bounds may be inclusive or not. */
export function isMargin({ range, asked, rangeIgnoresRowTime }: Reading, time: Instant | undefined): boolean {
  return (
    !rangeIgnoresRowTime &&
    time !== undefined &&
    ((time >= asked.from && time < range.from) || (time >= range.to && time <= asked.to))
  );
}

/** An event without a time is inside every range. */
export function isInside(range: Range, time: Instant | undefined): boolean {
  return time === undefined || (time >= range.from && time < range.to);
}
