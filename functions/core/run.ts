import type { Asker } from './ask.ts';
import type { Lease, Plan } from './checkpoint.ts';
import type { Effects } from './effects.ts';
import type { Destination, Feed } from './model.ts';
import type { Occurrences } from './occurrences.ts';
import type { Order } from './order.ts';
import type { Outgoing } from './outgoing.ts';
import type { Tally } from './report.ts';
import type { Seen } from './seen.ts';
import type { Instant, Range } from './time.ts';
import type { Voices } from './voices.ts';

/** What a run of a feed works with. */
export interface Run {
  readonly effects: Effects;
  readonly feed: Feed;
  readonly asker: Asker;
  readonly lease: Lease;
  readonly destinations: readonly Destination[];
  readonly seen: Seen;
  readonly outgoing: Outgoing;
  readonly tally: Tally;
  /** Events before it, first seen now, are late: their range had been read. */
  readonly readBefore: Instant;
  plan: Plan;
  /** Rows of this feed have come out of order: no position in the middle of a window can be trusted. */
  unordered: boolean;
  readonly voices: Voices;
}

/** The state of one read of one window. */
export interface Reading {
  readonly range: Range;
  readonly asked: Range;
  readonly order: Order;
  readonly occurrences: Occurrences;
  /** The rows of the page before this one: what comes again may be a row shown twice. */
  pageBefore: ReadonlySet<string>;
  /** The instants whose equal rows have been asked about; once is enough. */
  readonly settled: Set<Instant>;
}

/** The two strips that were asked for only because the vendor's bounds may be inclusive or not. */
export function isMargin({ range, asked }: Reading, time: Instant | undefined): boolean {
  return time !== undefined && ((time >= asked.from && time < range.from) || (time >= range.to && time <= asked.to));
}

/** An event without a time is wherever it is found. */
export function isInside(range: Range, time: Instant | undefined): boolean {
  return time === undefined || (time >= range.from && time < range.to);
}
