import type { Range } from '../time.ts';

/** One step of a verification: the vendor's events, compared with the delivered ones. */
export interface VerifiedStep extends Range {
  /** Number of events that the vendor has. */
  readonly vendor: number;
  /** Those of them that no destination lacks. */
  readonly delivered: number;
  readonly missing: number;
  /** Events that were delivered and that the vendor no longer has. Undefined where that is not known. */
  readonly extra?: number;
  /** Events that the vendor has changed since. They count neither as missing nor as extra. */
  readonly changed: number;
  /** Missing events that have been delivered now. */
  readonly repaired: number;
  /** The basis of the comparison: the keys of delivered events or, if those have expired, the ledger's digests. */
  readonly by: 'keys' | 'ledger';
  /** Whether the step proves nothing: it could not be read or compared, or other events were delivered, but the same number. */
  readonly unsure?: boolean;
  /** A remark about the step. */
  readonly note?: string;
}
