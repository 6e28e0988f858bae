import type { Instant } from '../time.ts';

/** What the feeds of one connection share. */
export interface ConnectionState {
  readonly version: number;
  readonly secretVersion?: string;
  /** Refusals in a row. */
  readonly refusals: number;
  readonly notBefore?: Instant;
  readonly message?: string;
  /** What `notBefore` is about, when it is about signing in: then nobody may try earlier with the same secret. */
  readonly signIn?: 'refused' | 'throttled';
  /** When we signed in, or tried to: seconds since 1970, on the vendor's clock where that is known. */
  readonly signIns?: readonly number[];
  /** A sign-in that had begun when this was written: as long as it stands here, nobody knows whether it was refused. */
  readonly signingIn?: {
    readonly owner: string;
    readonly at: Instant;
    readonly secretVersion: string;
    /** How many attempts in a row, this one included, nobody has told the outcome of. */
    readonly untold: number;
  };
  /** Our clock less the vendor's in seconds, as the last sign-in showed it. */
  readonly clockOffset?: number;
  /** What lookups have found out: JSON, and none where they failed. */
  readonly found?: Readonly<
    Record<string, { readonly at: Instant; readonly secretVersion: string; readonly json?: string }>
  >;
  /** When it was last asked what these credentials can see, and what they could when there was an answer. */
  readonly visibility?: { readonly at: Instant; readonly secretVersion: string; readonly seen?: unknown };
}
