import type { Range } from '../time.ts';

/** One step of a verification: what the vendor has, compared with what was delivered. */
export interface VerifiedStep extends Range {
  /** Number of events that the vendor has. */
  readonly vendor: number;
  /** Those of them that all destinations have which want them. */
  readonly delivered: number;
  readonly missing: number;
  /** Events that were delivered and that the vendor no longer has. Undefined where that is not known. */
  readonly extra?: number;
  /** Events that the vendor has changed since. They count neither as missing nor as extra. */
  readonly changed: number;
  /** Missing events that have been delivered now. */
  readonly repaired: number;
  /** What the vendor's events were compared with: the keys of delivered events, or the ledger's digests where those have expired. */
  readonly by: 'keys' | 'ledger';
  /** Whether the step proves nothing: it could not be read or compared, or as many other events were delivered. */
  readonly unsure?: boolean;
  /** A remark about the step. */
  readonly note?: string;
}
