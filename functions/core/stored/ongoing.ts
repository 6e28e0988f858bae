import type { Instant } from '../time.ts';

/** Something that went on when it was last seen. */
export interface Ongoing {
  readonly key: string;
  readonly since: Instant;
  /** When the vendor will have forgotten it, and so may we. */
  readonly until: Instant;
}
