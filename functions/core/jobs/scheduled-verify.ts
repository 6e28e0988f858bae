import type { Feed } from '../model.ts';
import { longestOverlap } from '../reading/plan.ts';
import type { FeedContext } from '../run/feed-context.ts';
import { joinReports } from '../run/make-report.ts';
import type { FeedReport } from '../run/report.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import { jobId } from '../stored/job.ts';
import { DAY, type Duration, floorTo, type Instant, type Range } from '../time.ts';
import { isVerifiable, verifiedLive, verifyRange } from './verify.ts';

/** A day that is due to be verified. */
interface Look {
  readonly range: Range;
  /** A verification of the day counts if it began at or after this time. */
  readonly dueSince: Instant;
}

/**
 * The ages, in days, at which a day is verified: ever more seldom, for as long as the keys of its events are kept. Without them a
 * verification cannot tell which events are missing.
 */
export function verifiedAges(seenFor: Duration): number[] {
  const ages: number[] = [];
  for (let age = 1; age === 1 || (age + 1) * DAY <= seenFor; age *= 2) ages.push(age);
  return ages;
}

/**
 * Verifies the days that are due, the latest one first, as far as there is time. Schedules invoke it every hour, and most of these
 * invocations find everything done: they write nothing and ask nobody.
 */
export async function runScheduledVerify(context: FeedContext, repair: boolean): Promise<FeedReport> {
  const { effects, asker } = context;
  const live = await verifiedLive(context);
  let report: FeedReport | undefined;
  for (const { range, dueSince } of dueLooks(context, live)) {
    if (report && (effects.now() >= asker.stopAt || effects.stopping())) return { ...report, state: 'more' };
    const next = await verifyRange(context, live, { id: jobId(range), range, repair, dueSince });
    report = report ? joinReports(report, next) : next;
    if (next.state !== 'caught-up') return report;
  }
  return report as FeedReport;
}

/** The days whose age is one of those. The latest one is always among them, even if nothing of it can be verified. */
function dueLooks(context: FeedContext, live: FeedCheckpoint): Look[] {
  const { feed, seenFor } = context;
  const latest = latestDay(feed, live);
  return verifiedAges(seenFor).flatMap((age) => {
    const since = (age - 1) * DAY;
    const range = { from: latest.from - since, to: latest.to - since };
    if (age > 1 && !isVerifiable(context, live, range)) return [];
    return [{ range, dueSince: range.to + longestOverlap(feed) + since }];
  });
}

/** The latest whole day that can be verified: usually yesterday. */
function latestDay(feed: Feed, { watermark }: FeedCheckpoint): Range {
  const to = floorTo(watermark - longestOverlap(feed), DAY);
  return { from: to - DAY, to };
}
