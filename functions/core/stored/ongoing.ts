import type { Instant } from '../time.ts';

/** Something that had not ended when it was last seen. */
export interface Ongoing {
  readonly key: string;
  readonly since: Instant;
  /** When the vendor will have deleted it. Then it is dropped here, too. */
  readonly until: Instant;
}
