import type { Instant } from '../../time.ts';

/** A name in a vendor's records that the mapping does not know: that of a kind of event, or of a field of a record. */
export interface UnknownName {
  readonly kind: 'event' | 'field';
  /** As the vendor writes it, shortened. */
  readonly name: string;
  /** The types of what the record or the field holds. No value is in it. */
  readonly shape: string;
  /** When it was seen for the first time. */
  readonly at: Instant;
}

/** Maximum number of names that a feed keeps. Whoever sends ever new names can fill the list once, and no more. */
export const MOST_UNKNOWN_NAMES = 16;
/** Maximum lengths of a name and of a shape, in UTF-16 units: together they bound the checkpoint. */
export const LONGEST_NAME = 80;
export const LONGEST_SHAPE = 160;
