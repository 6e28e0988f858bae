import { type Instant, MILLISECOND, type Range } from '../time.ts';
import type { Tally } from './tally.ts';
import type { VerifiedStep } from './verified-step.ts';

/** Work beside a live feed, with a checkpoint of its own: the past read on purpose, or the delivered compared with the vendor. */
export type Job = BackfillJob | VerifyJob;

/** How a job stands: `running` also while nobody works on it. */
export type JobState = 'running' | 'done' | 'cancelled';

export interface BackfillJob {
  readonly kind: 'backfill';
  readonly id: string;
  readonly range: Range;
  /** What was delivered before is delivered again, with the same event ids. */
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
  /** What is missing is delivered. */
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

/** A name for a job about a range: the same range asked for again is the same job. */
export function jobId({ from, to }: Range): string {
  return `${stamp(from)}-${stamp(to)}`;
}

/** An instant in a name: `20260110T090000Z`, with what is below a second where there is any. */
function stamp(instant: Instant): string {
  const text = new Date(Math.floor(instant / MILLISECOND)).toISOString().replace(/[-:]/g, '');
  return text.replace('.000Z', 'Z').replace('.', '_');
}
