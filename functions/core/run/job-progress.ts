import type { BackfillCheckpoint, Checkpoint, VerifyCheckpoint } from '../stored/checkpoint.ts';
import type { JobState } from '../stored/job.ts';
import { emptyTally, type Tally } from '../stored/tally.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import { formatInstant, type Instant } from '../time.ts';

/** The progress of a job. */
export interface JobProgress {
  readonly kind: 'backfill' | 'verify';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The time up to which the job is done. */
  readonly at: string;
  readonly state: JobState;
  /** Share of the range, not of its events: their number is not known before they are read. */
  readonly percent: number;
  /** When it will be done at the present speed. */
  readonly eta?: string;
  /** The counts of all runs of a backfill. */
  readonly total: Tally;
  readonly resend?: boolean;
  /** The results of a verification so far. */
  readonly steps?: readonly VerifiedStepReport[];
}

/** A step of a verification with its times as text. */
export type VerifiedStepReport = Omit<VerifiedStep, 'from' | 'to'> & { readonly from: string; readonly to: string };

/** The checkpoint of a job. */
export type JobCheckpoint = BackfillCheckpoint | VerifyCheckpoint;

export function isJob(item: Checkpoint): item is JobCheckpoint {
  return item.kind === 'backfill' || item.kind === 'verify';
}

export function progressOf(item: JobCheckpoint, now: Instant): JobProgress {
  const { job } = item;
  const at = reached(item);
  const { kind, id, range, state, startedAt } = job;
  const done = Math.min(Math.max(at - range.from, 0), range.to - range.from);
  const share = range.to > range.from ? done / (range.to - range.from) : 1;
  const eta =
    share > 0 && share < 1 && state === 'running' ? now + ((now - startedAt) * (1 - share)) / share : undefined;
  return {
    kind,
    id,
    from: formatInstant(range.from),
    to: formatInstant(range.to),
    at: formatInstant(at),
    state,
    percent: Math.floor(share * 1_000) / 10,
    ...(eta !== undefined && { eta: formatInstant(eta, 's') }),
    ...(job.kind === 'backfill'
      ? { total: job.tally, resend: job.resend }
      : { total: emptyTally(), steps: job.steps.map(stepReport) }),
  };
}

/** The time up to which a job is done, including the done part of its current window. */
function reached(item: JobCheckpoint): Instant {
  const { watermark } = item;
  if (item.kind !== 'backfill') return watermark;
  const { left, window } = item.plan ?? {};
  return left && left.to === window?.to ? Math.max(watermark, left.from) : watermark;
}

function stepReport({ from, to, ...step }: VerifiedStep): VerifiedStepReport {
  return { from: formatInstant(from, 's'), to: formatInstant(to, 's'), ...step };
}
