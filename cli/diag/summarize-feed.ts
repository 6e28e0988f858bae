import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';

/** A failure without its text, which may quote what a vendor answered. */
export interface FailureSummary {
  readonly code: string;
  readonly at: string;
  /** The status of the answer that it is about, if its text names one. */
  readonly status?: number;
}

/** How our own messages name the status of an answer. */
const STATUS = /(?:answered |\()([1-5]\d\d)\b/;

export function summarizeFailure({ code, message, at }: NonNullable<FeedStatusReport['lastError']>): FailureSummary {
  const [, status] = STATUS.exec(message) ?? [];
  return { code, at, ...(status !== undefined && { status: Number(status) }) };
}

/**
 * The status of a feed for a bug report. Everything is named that is taken over: what is added to the status later is not in a
 * report before somebody has thought about it.
 */
export function summarizeFeed(report: FeedStatusReport): object {
  const { feed, kind, watermark, lagSeconds, floor, lastSuccess, failures, lastError, hold, lateness } = report;
  const { conditions = [], owed = [], away = [], jobs, quarantine, ledger, lease } = report;
  return {
    feed,
    kind,
    watermark,
    lagSeconds,
    floor,
    lastSuccess,
    failures,
    lastError: lastError && summarizeFailure(lastError),
    hold: hold && { reason: hold.reason, until: hold.until },
    leaseUntil: lease?.until,
    conditions: conditions.map(({ name, since }) => ({ name, since })),
    lateness,
    owed: owed.map(({ destination, from, to, since, waits }) => ({ destination, from, to, since, waits })),
    away: away.map(({ destination, since }) => ({ destination, since })),
    jobs: jobs.map(({ kind: job, from, to, at, state, percent, total }) => ({
      job,
      from,
      to,
      at,
      state,
      percent,
      total,
    })),
    quarantine: quarantine.map(({ reason, at, bytes, destinations }) => ({ reason, at, bytes, destinations })),
    ledger,
  };
}
