import type { ErrorCode, Stage } from '../errors.ts';
import type { ConditionName } from '../stored/condition.ts';
import type { Tally } from '../stored/tally.ts';
import type { JobProgress } from './job-progress.ts';

/**
 * How a run of a feed ended.
 *
 * - `caught-up` the plan is read to its end
 * - `more`      the run's time is over, there is more to read
 * - `paused`    the vendor's quota requires a pause until `until`
 * - `busy`      another worker holds the lease until `until`
 * - `refused`   the credentials do not work
 * - `forbidden` the credentials lack the permission for this stream; tried again at `until`
 * - `failed`    see `error`
 * - `stopped`   the host wanted the run to end
 */
export type FeedState = 'caught-up' | 'more' | 'paused' | 'busy' | 'refused' | 'forbidden' | 'failed' | 'stopped';

/** The report of a run of a feed. */
export interface FeedReport extends Tally {
  readonly feed: string;
  readonly state: FeedState;
  readonly watermark?: string;
  /** Time from the watermark to the present. Negative if the watermark is in the future. */
  readonly lagSeconds?: number;
  readonly until?: string;
  readonly quota?: { readonly limit: number; readonly remaining: number };
  /** The pace of requests where the vendor's answers state no quota. */
  readonly pace?: { readonly perMinute: number };
  /** The progress of the job, if this is a run of a job beside the feed. */
  readonly job?: JobProgress;
  /** Number of entries that were released from quarantine, if this is a redrive. */
  readonly redriven?: number;
  /** The next step. Undefined for a scheduled run, which is repeated anyway. */
  readonly next?: NextStep;
  readonly warnings: readonly string[];
  /** The conditions that the run has found and that mean that events are missing: each is a heading of the runbook. */
  readonly conditions?: readonly ConditionName[];
  readonly error?: {
    readonly code: ErrorCode;
    readonly stage: Stage;
    readonly message: string;
    readonly remedy: string;
  };
}

/** The next step of work that takes several invocations, and its earliest time. */
export interface NextStep {
  /** `again`: continue. `retry`: try again after a failure. `end`: all is done. `give-up`: trying again cannot help. */
  readonly do: 'again' | 'retry' | 'end' | 'give-up';
  readonly at: string;
}
