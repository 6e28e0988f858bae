import type { ErrorCode, Stage } from '../errors.ts';
import type { Tally } from '../stored/tally.ts';
import type { JobProgress } from './job-progress.ts';

/**
 * How a run of a feed ended.
 *
 * - `caught-up` the plan is read to its end
 * - `more`      the run's time was up, there is more to read
 * - `paused`    the vendor's quota wants us to wait until `until`
 * - `busy`      another worker holds the lease until `until`
 * - `refused`   the credentials do not work
 * - `forbidden` the credentials lack the permission for this stream; asked again at `until`
 * - `failed`    see `error`
 * - `stopped`   the host wanted the run to end
 */
export type FeedState = 'caught-up' | 'more' | 'paused' | 'busy' | 'refused' | 'forbidden' | 'failed' | 'stopped';

/** What a run of a feed has to say. */
export interface FeedReport extends Tally {
  readonly feed: string;
  readonly state: FeedState;
  readonly watermark?: string;
  /** How far the watermark is behind now. */
  readonly lagSeconds?: number;
  readonly until?: string;
  readonly quota?: { readonly limit: number; readonly remaining: number };
  /** The pace that is kept where the vendor's answers tell no quota. */
  readonly pace?: { readonly perMinute: number };
  /** How far the job beside the feed has come, where this is a run of one. */
  readonly job?: JobProgress;
  /** How many entries have left quarantine, where this is a redrive. */
  readonly redriven?: number;
  /** How to go on, where this is more than a schedule's run: that one comes again by itself. */
  readonly next?: NextStep;
  readonly warnings: readonly string[];
  readonly error?: {
    readonly code: ErrorCode;
    readonly stage: Stage;
    readonly message: string;
    readonly remedy: string;
  };
}

/** What is to be done next about work that takes several invocations, and not before when. */
export interface NextStep {
  /** `again` to go on, `retry` after a failure, `end` where all is done, `give-up` where asking again cannot help. */
  readonly do: 'again' | 'retry' | 'end' | 'give-up';
  readonly at: string;
}
