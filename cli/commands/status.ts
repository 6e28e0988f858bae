import { clean } from '../../functions/core/events/excerpt.ts';
import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { lagText } from '../views/lag-text.ts';
import { timeText } from '../views/time-text.ts';

/** Shows how far each feed has read, what keeps it from reading on, and what is missing. */
export async function status(options: FeedOptions): Promise<number> {
  return await look(options, (looks, left) => {
    const rows = looks.map(({ feed, watermark, lagSeconds, failures = 0, lastSuccess, quarantine, jobs }) => [
      feed,
      watermark === undefined ? 'never run' : timeText(watermark),
      lagSeconds === undefined ? '-' : lagText(lagSeconds),
      lastSuccess === undefined ? '-' : timeText(lastSuccess),
      failures,
      quarantine.length,
      jobs.filter(({ state }) => state === 'running').length,
    ]);
    const head = ['feed', 'watermark', 'behind', 'caught up', 'failures', 'quarantined', 'jobs'];
    return [columns(head, rows), ...looks.flatMap(problemsOf), ...left.map(sayLeft)].join('\n');
  });
}

/** A feed that nobody reads any more. */
function sayLeft({ feed, since, watermark }: LeftFeed): string {
  return clean(`  ${feed}: left, no longer configured since ${timeText(since)}; read up to ${timeText(watermark)}`);
}

/** Why a feed does not read on, what is missing of it or at a destination, and its jobs. */
function problemsOf(report: FeedStatusReport): string[] {
  const { feed, hold, lastError, conditions = [], unknown = [], lease, jobs, owed = [], away = [] } = report;
  return [
    ...(lease ? [`  ${feed}: at work until ${timeText(lease.until)} at the latest`] : []),
    ...(hold ? [`  ${feed}: waits until ${timeText(hold.until)} (${hold.reason}): ${hold.message}`] : []),
    ...(lastError ? [`  ${feed}: ${timeText(lastError.at)} ${lastError.code}: ${lastError.message}`] : []),
    ...owed.map(
      ({ destination, from, to, since, waits }) =>
        `  ${feed}: owes ${destination} ${timeText(from)} to ${timeText(to)}, since ${timeText(since)}${waits ? '; it waits for its return' : ''}`,
    ),
    ...away.map(
      ({ destination, since }) =>
        `  ${feed}: ${destination} is not configured; it may lack events from ${timeText(since)} on`,
    ),
    ...conditions.map(
      ({ name, since, message }) => `  ${feed}: ${name} since ${timeText(since)} (docs/runbook.md): ${message}`,
    ),
    ...unknown.map(
      ({ kind, name, shape, since, file, line }) =>
        `  ${feed}: new ${kind} ${name} since ${timeText(since)}: ${shape}; to map it, add to ${file}: ${line}`,
    ),
    ...jobs
      .filter(({ kind, state }) => kind === 'backfill' && state === 'running')
      .map(
        ({ id, percent, eta }) => `  ${feed}: backfill ${id} ${percent} %${eta ? `, done about ${timeText(eta)}` : ''}`,
      ),
  ].map(clean);
}
