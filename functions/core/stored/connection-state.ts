import type { Instant } from '../time.ts';

/** The stored state that the feeds of one connection share. */
export interface ConnectionState {
  readonly version: number;
  readonly secretVersion?: string;
  /** Number of refusals in a row. */
  readonly refusals: number;
  readonly notBefore?: Instant;
  readonly message?: string;
  /** Set if `notBefore` is about signing in: no invocation may try earlier with the same secret. */
  readonly signIn?: 'refused' | 'throttled';
  /** When we signed in or tried to: seconds since 1970, on the vendor's clock where that is known. */
  readonly signIns?: readonly number[];
  /** A sign-in that has begun. While it is set, it is not known whether the sign-in was refused. */
  readonly signingIn?: {
    readonly owner: string;
    readonly at: Instant;
    readonly secretVersion: string;
    /** Number of attempts in a row, including this one, whose outcome is not known. */
    readonly untold: number;
  };
  /** Our clock minus the vendor's, in seconds, at the last sign-in. */
  readonly clockOffset?: number;
  /** The answers of lookups, as JSON. Undefined where a lookup failed. */
  readonly found?: Readonly<
    Record<string, { readonly at: Instant; readonly secretVersion: string; readonly json?: string }>
  >;
  /** When the vendor was last asked what these credentials can see, and its last answer. */
  readonly visibility?: { readonly at: Instant; readonly secretVersion: string; readonly seen?: unknown };
}
