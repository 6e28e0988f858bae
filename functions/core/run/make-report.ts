import type { TidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import { addTallies, type Tally } from '../stored/tally.ts';
import { formatInstant, type Instant, SECOND } from '../time.ts';
import type { ConditionNotes } from './condition-notes.ts';
import type { FeedContext } from './feed-context.ts';
import { isJob, progressOf } from './job-progress.ts';
import type { RunOutcome } from './outcome.ts';
import type { FeedReport } from './report.ts';
import { countLag } from './times/lag.ts';

/** The result of a run. */
export interface RunResult {
  /** The checkpoint after the run. Undefined for a short report. */
  readonly item: Checkpoint | undefined;
  readonly tally: Tally;
  readonly outcome: Omit<RunOutcome, 'changes'>;
  readonly warnings: readonly string[];
  readonly conditions: ConditionNotes;
}

export function makeReport(
  { effects, feed, asker }: FeedContext<AnyFeed>,
  { item, tally, outcome, warnings, conditions }: RunResult,
): FeedReport {
  const { quota, perMinute } = asker.pacer;
  const lag = item && !isJob(item) ? countLag(effects, feed, item) : undefined;
  const { error, until } = outcome;
  return {
    feed: feed.name,
    state: outcome.state,
    ...tally,
    ...(item && { watermark: formatInstant(item.watermark) }),
    ...(lag !== undefined && { lagSeconds: Math.round(lag / SECOND) }),
    ...jobOf(item, effects.now()),
    ...(until !== undefined && { until: formatInstant(until) }),
    ...(outcome.redriven !== undefined && { redriven: outcome.redriven }),
    ...(quota && { quota: { limit: quota.limit, remaining: quota.remaining } }),
    ...(perMinute !== undefined && { pace: { perMinute } }),
    warnings: [...warnings, ...conditions.messages],
    ...(conditions.names.length > 0 && { conditions: conditions.names }),
    ...(error && { error: errorOf(error) }),
  };
}

/** Joins the reports of two parts of a run of one feed: the state is that of the later one. */
export function joinReports(one: FeedReport, other: FeedReport): FeedReport {
  const warnings = [...new Set([...one.warnings, ...other.warnings])];
  const conditions = [...new Set([...(one.conditions ?? []), ...(other.conditions ?? [])])];
  const job = other.job ?? one.job;
  return {
    ...other,
    ...addTallies(one, other),
    warnings,
    ...(conditions.length > 0 && { conditions }),
    ...(job && { job }),
  };
}

/** An error in the form of a report. */
export function errorOf({ code, stage, message, remedy }: TidemarkError): NonNullable<FeedReport['error']> {
  return { code, stage, message, remedy };
}

function jobOf(item: Checkpoint | undefined, now: Instant): Pick<FeedReport, 'job'> {
  return item && isJob(item) ? { job: progressOf(item, now) } : {};
}
