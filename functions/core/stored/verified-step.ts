import type { Range } from '../time.ts';

/** One step of a verification: what the vendor has against what was delivered. */
export interface VerifiedStep extends Range {
  /** Events that the vendor has. */
  readonly vendor: number;
  /** Those of them that every destination which wants them has. */
  readonly delivered: number;
  readonly missing: number;
  /** Events that were delivered and that the vendor no longer has; none where that cannot be told. */
  readonly extra?: number;
  /** Events that the vendor has changed since: not missing, and not extra. */
  readonly changed: number;
  /** Missing events that have been delivered now. */
  readonly repaired: number;
  /** What it was compared with: the keys of delivered events, or, where those have expired, the ledger's counts and digests. */
  readonly by: 'keys' | 'ledger';
  /** Whether it proves nothing: it could not be read, or not be compared, or its events were exchanged for others. */
  readonly unsure?: boolean;
  /** What is to be known about it. */
  readonly note?: string;
}
