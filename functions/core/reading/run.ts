import type { Address } from '../delivery/outgoing.ts';
import type { Sending } from '../delivery/sending.ts';
import type { EcsEvent } from '../ecs-event.ts';
import type { Feed } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import type { SignInMarks } from '../requests/own-sign-ins.ts';
import type { Lease } from '../state/lease.ts';
import type { DayNotes } from '../state/ledger.ts';
import type { OngoingNotes } from '../state/ongoing.ts';
import type { Plan } from '../stored/checkpoint.ts';
import type { LatenessNotes } from '../stored/lateness.ts';
import type { Instant, Range } from '../time.ts';
import type { Occurrences } from './occurrences.ts';
import type { RowOrder } from './row-order.ts';
import type { SingleActorCheck } from './single-actor-check.ts';

/** Takes the events of a read that only compares: what would go out, and what need not. */
export interface Comparison {
  /** Whether an event was found missing before. */
  has(id: string): boolean;
  /** The vendor has an event that these destinations, as bits, want or have. */
  meet(bucket: string, key: Uint8Array, wanted: number): void;
  /** An event is missing somewhere. */
  add(event: EcsEvent, address: Address): void;
}

/** What a run of a feed works with. */
export interface Run extends Sending {
  readonly feed: Feed;
  readonly asker: Asker;
  readonly lease: Lease;
  /** Events before it, first seen now, are late: their range had been read. */
  readonly readBefore: Instant;
  plan: Plan;
  /** Rows of this feed have come out of order: no position in the middle of a window can be trusted. */
  unordered: boolean;
  readonly singleActor: SingleActorCheck;
  readonly marks: SignInMarks;
  readonly ongoing: OngoingNotes;
  readonly dayNotes: DayNotes;
  readonly lateNotes: LatenessNotes;
  /** Takes what would go out, and hears of what need not: where the delivered is only compared with the vendor. */
  readonly findings?: Comparison;
  /** Where paging last broke off because what it went on with had run out. */
  expiredAt?: string;
}

/** The state of one read of one window. */
export interface Reading {
  readonly range: Range;
  readonly asked: Range;
  /** The range is not about the rows' own times: none of them is out of it. */
  readonly rangeIgnoresRowTime: boolean;
  readonly order: RowOrder;
  readonly occurrences: Occurrences;
  /** Hashes of the rows of the page before this one: a row that comes again may be one that paging repeated. */
  readonly pageBefore: ReadonlySet<string>;
  /** The instants whose equal rows have been asked about; once is enough. */
  readonly settled: Set<Instant>;
}

/** The two strips that were asked for only because the vendor's bounds may be inclusive or not. */
export function isMargin({ range, asked, rangeIgnoresRowTime }: Reading, time: Instant | undefined): boolean {
  return (
    !rangeIgnoresRowTime &&
    time !== undefined &&
    ((time >= asked.from && time < range.from) || (time >= range.to && time <= asked.to))
  );
}

/** An event without a time is wherever it is found. */
export function isInside(range: Range, time: Instant | undefined): boolean {
  return time === undefined || (time >= range.from && time < range.to);
}
