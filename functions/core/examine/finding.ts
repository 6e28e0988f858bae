import type { ConditionName } from '../stored/condition.ts';

/** What is checked of a connection and of its feeds. The names are stable: other programs know a check by its name. */
export type ConnectionCheck =
  /** The table can be read. */
  | 'state'
  /** The secret is there, and has the right shape. */
  | 'secret'
  /** The vendor's clock and ours agree. */
  | 'clock'
  /** The vendor answers, and what answers is the vendor. */
  | 'reachable'
  /** The vendor accepts the credentials. */
  | 'sign-in'
  /** The vendor tells what the feeds need to know about the account. */
  | 'lookup'
  /** The vendor lets us ask now. */
  | 'quota'
  /** The credentials may see all of the log. */
  | 'visibility'
  /** A stream can be read. */
  | 'answers'
  /** Its pages follow one another. */
  | 'order'
  /** The last run of a feed ended well. */
  | 'last-run'
  /** A condition that means that events are missing. */
  | ConditionName;

/** The result of one check. */
export interface Finding<Check extends string = ConnectionCheck> {
  /** What was checked: `vendor/acme`, a feed, a destination. */
  readonly subject: string;
  readonly check: Check;
  readonly ok: boolean;
  readonly found: string;
  /** What to do. Empty if all is well. */
  readonly remedy: string;
  /** The checks that were not made, because they would fail of the same cause. */
  readonly waiting?: readonly string[];
}

/** The result of a check that went well. */
export function well<Check extends string>(subject: string, check: Check, found: string): Finding<Check> {
  return { subject, check, ok: true, found, remedy: '' };
}
