import type { Effects } from '../effects.ts';
import type { AnyFeed, Destination } from '../model.ts';
import type { Seen } from '../state/seen.ts';
import type { Tally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';
import type { Deliveries } from './deliveries.ts';
import type { Flush, Flushed } from './flush.ts';
import type { Outgoing } from './outgoing.ts';

/** Inputs of a delivery. */
export interface Sending {
  readonly effects: Effects;
  readonly feed: AnyFeed;
  readonly seen: Seen;
  /** No write is retried after it. */
  readonly endBy: Instant;
  readonly destinations: readonly Destination[];
  readonly outgoing: Outgoing;
  readonly deliveries: Deliveries;
  readonly tally: Tally;
  /** Runs a flush when it is our turn, if another worker delivers the same feed. */
  readonly inTurn?: (flush: Flush) => Promise<Flushed>;
}
