import { type Instant, MILLISECOND, type Range } from '../time.ts';
import type { Tally } from './tally.ts';
import type { VerifiedStep } from './verified-step.ts';

/** Work beside a live feed, with a checkpoint of its own: a backfill reads the past, a verification compares delivered events with the vendor's. */
export type Job = BackfillJob | VerifyJob;

/** The state of a job. It is `running` also between its runs. */
export type JobState = 'running' | 'done' | 'cancelled';

export interface BackfillJob {
  readonly kind: 'backfill';
  readonly id: string;
  readonly range: Range;
  /** Whether events that were delivered before are delivered again, with the same ids. */
  readonly resend: boolean;
  readonly startedAt: Instant;
  readonly state: JobState;
  /** The counts of all of its runs. */
  readonly tally: Tally;
}

export interface VerifyJob {
  readonly kind: 'verify';
  readonly id: string;
  readonly range: Range;
  /** Whether missing events are delivered. */
  readonly repair: boolean;
  readonly startedAt: Instant;
  readonly state: JobState;
  /** The results so far. */
  readonly steps: readonly VerifiedStep[];
  /** The results before this time are in the ledger's rows of their days. */
  readonly recorded?: Instant;
}

/** The key of a job's checkpoint. */
export function jobKey(feed: string, kind: Job['kind'], id: string): string {
  return `${feed}#${kind}#${id}`;
}

/** The id of a job about a range: the same range is the same job. */
export function jobId({ from, to }: Range): string {
  return `${stamp(from)}-${stamp(to)}`;
}

/** An instant in an id: `20260110T090000Z`, with a fraction of a second where there is one. */
function stamp(instant: Instant): string {
  const text = new Date(Math.floor(instant / MILLISECOND)).toISOString().replace(/[-:]/g, '');
  return text.replace('.000Z', 'Z').replace('.', '_');
}
