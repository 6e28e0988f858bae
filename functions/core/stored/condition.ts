import type { Instant, Range } from '../time.ts';

/** A condition that means loss and that the runs of a feed find. Its name is that of an alarm, and of a heading in the runbook. */
export type ConditionName = 'narrow-sight' | 'announced-missing' | 'scope-changed';

/** A condition of a feed, as the last run knew it that could tell. */
export interface HeldCondition {
  readonly since: Instant;
  readonly message: string;
  /** The range that it is about, if it is about one. */
  readonly range?: Range;
}

/** The conditions of a feed that hold. */
export type HeldConditions = { readonly [Name in ConditionName]?: HeldCondition };
