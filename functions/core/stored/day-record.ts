import type { Instant, Range } from '../time.ts';
import type { ConditionName } from './condition.ts';

/** What the verifications of a day have found. The range of each is the part of the day that it has compared. */
export interface VerifiedDay {
  /** The last ones, the latest at the end. */
  readonly looks: readonly VerifiedLook[];
  /** Those before them: their number, and what they have repaired. */
  readonly earlier?: { readonly looks: number; readonly repaired: number };
}

/** The result of one verification of a day, or of a part of it. */
export interface VerifiedLook extends Range {
  /** When the verification began. */
  readonly at: Instant;
  readonly vendor: number;
  readonly delivered: number;
  /** Events that were missing when they were compared, with those that were repaired then. */
  readonly missing: number;
  readonly repaired: number;
  readonly changed: number;
  /** Undefined where that is not known. */
  readonly extra?: number;
  /** Number of its steps that prove nothing, and the remark of the first of them. Then its counts are not those of the whole range. */
  readonly unsure?: number;
  readonly note?: string;
}

/** Something that was over, or was done, on a day. */
export type DayNote = EndedAccessLoss | EndedCondition | MovedWatermark;

/** Why a feed could not read: the permission is lacking, the credentials are refused, or they see less than they did. */
export type AccessLossReason = 'forbidden' | 'refused' | 'scope-shrank';

/** A time in which the credentials did not give what the feed needs. */
export interface EndedAccessLoss {
  readonly what: 'access-lost';
  readonly reason: AccessLossReason;
  readonly since: Instant;
  readonly until: Instant;
  readonly message: string;
}

/** A time in which a condition held that means loss. */
export interface EndedCondition {
  readonly what: 'condition';
  readonly name: ConditionName;
  readonly since: Instant;
  readonly until: Instant;
  readonly message: string;
}

/** A watermark that was moved by hand, or back from the future. */
export interface MovedWatermark extends Range {
  readonly what: 'moved';
  readonly at: Instant;
  /** Who says that they have moved it: an ARN, a user of the machine, or Tidemark itself. */
  readonly by: string;
}
