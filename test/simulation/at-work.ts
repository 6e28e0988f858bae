import type { Instant } from '../../functions/core/time.ts';
import type { PlannedRun } from './scenario/scenario-faults.ts';

/** One invocation as the oracle knows it. */
export interface Worker {
  readonly name: string;
  readonly plan: PlannedRun;
  readonly from: Instant;
  to?: Instant;
  /** The feed whose checkpoint it wrote last. */
  feed?: string;
  /** The `now` of its present turn: when it looked at its checkpoint. */
  start?: Instant;
  /** When it learned what had been delivered. */
  seenAt?: Instant;
  /** It died, hung, or could not save what it knew: what it had in flight may come again. */
  disturbed: boolean;
}
