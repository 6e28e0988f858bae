import type { Instant, Range } from '../time.ts';

/**
 * Something kept whole, with the reason.
 *
 * - `oversized`     an event (as ECS) that a destination got shortened
 * - `inexpressible` an event (as ECS) that a destination's format could not say
 * - `unreadable`    the body of an answer that could not be read
 */
export interface QuarantineEntry {
  readonly id: string;
  readonly reason: 'oversized' | 'inexpressible' | 'unreadable';
  readonly at: Instant;
  /** JSON of the event; of an unreadable answer, its body. */
  readonly text: string;
  /** Who did not get it, or not whole. Of an unreadable answer: nobody did. */
  readonly destinations?: readonly string[];
  /** What an unreadable answer was asked for. */
  readonly range?: Range;
}
