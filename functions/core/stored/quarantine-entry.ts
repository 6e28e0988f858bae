import type { Instant, Range } from '../time.ts';

/**
 * An event or answer that is kept whole, with the reason.
 *
 * - `oversized`     an event (as ECS) that a destination got shortened
 * - `inexpressible` an event (as ECS) that a destination's format cannot express
 * - `unreadable`    the body of an answer that could not be read
 */
export interface QuarantineEntry {
  readonly id: string;
  readonly reason: 'oversized' | 'inexpressible' | 'unreadable';
  readonly at: Instant;
  /** The event as JSON, or the body of an unreadable answer. */
  readonly text: string;
  /** The destinations that did not get the event, or not the whole of it. Undefined for an unreadable answer. */
  readonly destinations?: readonly string[];
  /** The range that an unreadable answer is about. */
  readonly range?: Range;
}
