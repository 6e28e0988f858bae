import type { FeedReport } from '../../functions/core/run/report.ts';
import type { Part } from '../views/progress/progress-count.ts';
import { timeText } from '../views/time-text.ts';

/**
 * What an invocation's report says of the progress of its feed.
 *
 * @param begun where each feed's watermark was after its first invocation (milliseconds)
 */
export function partOf(report: FeedReport, begun: Map<string, number>): Part {
  const { fetched, redriven = 0 } = report;
  return { share: shareOf(report, begun), added: fetched + redriven, waits: waitingText(report) };
}

/** A job says how much of its range is done. A feed without one reads from where it was up to now. */
function shareOf({ feed, state, job, lagSeconds, watermark }: FeedReport, begun: Map<string, number>): number {
  if (state === 'caught-up') return 1;
  if (job) return job.percent / 100;
  const at = Date.parse(watermark ?? '');
  if (lagSeconds === undefined || Number.isNaN(at)) return 0;
  const from = begun.get(feed) ?? at;
  begun.set(feed, from);
  const whole = at + lagSeconds * 1_000 - from;
  return whole > 0 ? Math.min(Math.max((at - from) / whole, 0), 1) : 0;
}

function waitingText({ state, until }: FeedReport): string | undefined {
  if (until === undefined) return undefined;
  if (state === 'paused') return `waits for the vendor’s quota until ${timeText(until)}`;
  return state === 'busy' ? `waits for another worker, until ${timeText(until)} at the latest` : undefined;
}
