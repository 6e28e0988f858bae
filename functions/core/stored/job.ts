import { type Instant, MILLISECOND, type Range } from '../time.ts';
import type { Tally } from './tally.ts';
import type { VerifiedStep } from './verified-step.ts';

/** Work beside a live feed, with a checkpoint of its own: the past is read, or what was delivered is compared with the vendor. */
export type Job = BackfillJob | VerifyJob;

/** The state of a job. It is `running` also between its runs. */
export type JobState = 'running' | 'done' | 'cancelled';

export interface BackfillJob {
  readonly kind: 'backfill';
  readonly id: string;
  readonly range: Range;
  /** Delivers again what was delivered before, with the same event ids. */
  readonly resend: boolean;
  readonly startedAt: Instant;
  readonly state: JobState;
  /** What all of its runs have done. */
  readonly tally: Tally;
}

export interface VerifyJob {
  readonly kind: 'verify';
  readonly id: string;
  readonly range: Range;
  /** Delivers what is missing. */
  readonly repair: boolean;
  readonly startedAt: Instant;
  readonly state: JobState;
  /** What has been compared so far. */
  readonly steps: readonly VerifiedStep[];
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
