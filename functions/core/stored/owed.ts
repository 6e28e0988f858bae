import type { Instant } from '../time.ts';

/** A destination that is no longer configured. What the feed reads meanwhile is owed to it when it returns. */
export interface Away {
  readonly id: string;
  /** Since when it got the feed: its entry in `destinations`. */
  readonly since: Instant;
  /** It may lack events from this time on. */
  readonly from: Instant;
}

/** The delivery stream behind a destination, as it was seen last. */
export interface KnownStream {
  readonly id: string;
  /** A stream that was deleted and created again has another time. With the older one, its events were deleted. */
  readonly createdAt: Instant;
  /** When it was seen. */
  readonly at: Instant;
  /** No event that the stream could still hold at that time is older. Undefined if there had been no backlog. */
  readonly from?: Instant;
  /** What it got again because it had been lost before, as long as the stream may still hold that. */
  readonly again?: SentAgain;
}

/** Events that were sent again. If they are lost again, their first delivery must not count either. */
export interface SentAgain {
  /** When a run last began to send them. */
  readonly at: Instant;
  /** When the first of those was delivered that had been lost. */
  readonly lostFrom: Instant;
}

/** The last backlog that a feed had: events were delivered long after they happened. */
export interface Backlog {
  /** When a run last read it. */
  readonly at: Instant;
  /** No event that was delivered meanwhile is older. */
  readonly from: Instant;
}
