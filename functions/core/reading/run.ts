import type { Flushed, Outgoing } from '../delivery/outgoing.ts';
import type { Effects } from '../effects.ts';
import type { Findings } from '../jobs/collect.ts';
import type { AnyFeed, Destination, Feed } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import type { SignInMarks } from '../requests/own-sign-ins.ts';
import type { Tally } from '../run/report.ts';
import type { Lease, Plan } from '../state/lease.ts';
import type { DayNotes } from '../state/ledger.ts';
import type { OngoingNotes } from '../state/ongoing.ts';
import type { Seen } from '../state/seen.ts';
import type { LatenessNotes } from '../stored/lateness.ts';
import type { Instant, Range } from '../time.ts';
import type { Occurrences } from './occurrences.ts';
import type { Order } from './row-order.ts';
import type { Voices } from './single-actor-check.ts';

/** What it takes to deliver. */
export interface Sending {
  readonly effects: Effects;
  readonly feed: AnyFeed;
  readonly seen: Seen;
  readonly asker: Asker;
  readonly destinations: readonly Destination[];
  readonly outgoing: Outgoing;
  readonly tally: Tally;
  /** Lets a flush go out when it is our turn, where somebody else delivers the same feed. */
  readonly inTurn?: (flush: Flush) => Promise<Flushed>;
}

/** Delivers what is outgoing. */
export type Flush = () => Promise<Flushed>;

/** What a run of a feed works with. */
export interface Run extends Sending {
  readonly feed: Feed;
  readonly lease: Lease;
  /** Events before it, first seen now, are late: their range had been read. */
  readonly readBefore: Instant;
  plan: Plan;
  /** Rows of this feed have come out of order: no position in the middle of a window can be trusted. */
  unordered: boolean;
  readonly voices: Voices;
  readonly marks: SignInMarks;
  readonly ongoing: OngoingNotes;
  readonly dayNotes: DayNotes;
  readonly lateNotes: LatenessNotes;
  /** Takes what would go out, and hears of what need not: where the delivered is only compared with the vendor. */
  readonly findings?: Findings;
  /** Where paging last broke off because what it went on with had run out. */
  expiredAt?: string;
}

/** The state of one read of one window. */
export interface Reading {
  readonly range: Range;
  readonly asked: Range;
  /** The range is not about the rows' own times: none of them is out of it. */
  readonly vague: boolean;
  readonly order: Order;
  readonly occurrences: Occurrences;
  /** The rows of the page before this one: what comes again may be a row shown twice. */
  pageBefore: ReadonlySet<string>;
  /** The instants whose equal rows have been asked about; once is enough. */
  readonly settled: Set<Instant>;
}

/** The two strips that were asked for only because the vendor's bounds may be inclusive or not. */
export function isMargin({ range, asked, vague }: Reading, time: Instant | undefined): boolean {
  return (
    !vague &&
    time !== undefined &&
    ((time >= asked.from && time < range.from) || (time >= range.to && time <= asked.to))
  );
}

/** An event without a time is wherever it is found. */
export function isInside(range: Range, time: Instant | undefined): boolean {
  return time === undefined || (time >= range.from && time < range.to);
}
