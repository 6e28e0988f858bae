import type { Effects } from '../effects.ts';
import type { AnyFeed, Destination } from '../model.ts';
import type { Seen } from '../state/seen.ts';
import type { Tally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';
import type { Flushed, Outgoing } from './outgoing.ts';

/** What it takes to deliver. */
export interface Sending {
  readonly effects: Effects;
  readonly feed: AnyFeed;
  readonly seen: Seen;
  /** No write is tried again after it. */
  readonly endBy: Instant;
  readonly destinations: readonly Destination[];
  readonly outgoing: Outgoing;
  readonly tally: Tally;
  /** Lets a flush go out when it is our turn, where somebody else delivers the same feed. */
  readonly inTurn?: (flush: Flush) => Promise<Flushed>;
}

/** Delivers what is outgoing. */
export type Flush = () => Promise<Flushed>;
