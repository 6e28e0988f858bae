import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { lagText } from '../views/lag-text.ts';
import { clean } from '../views/log-line.ts';

/** Shows how far each feed has read, and what keeps it from reading on. */
export async function status(options: FeedOptions): Promise<number> {
  return await look(options, (looks) => {
    const rows = looks.map(({ feed, watermark, lagSeconds, failures = 0, lastSuccess, quarantine, jobs }) => [
      feed,
      watermark ?? 'never run',
      lagSeconds === undefined ? '-' : lagText(lagSeconds),
      lastSuccess ?? '-',
      failures,
      quarantine.length,
      jobs.filter(({ state }) => state === 'running').length,
    ]);
    const head = ['feed', 'watermark', 'behind', 'caught up', 'failures', 'quarantined', 'jobs'];
    return [columns(head, rows), ...looks.flatMap(problemsOf)].join('\n');
  });
}

/** Why a feed does not read on, and its jobs. */
function problemsOf({ feed, hold, lastError, lease, jobs }: FeedStatusReport): string[] {
  return [
    ...(lease ? [`  ${feed}: at work until ${lease.until} at the latest`] : []),
    ...(hold ? [`  ${feed}: waits until ${hold.until} (${hold.reason}): ${hold.message}`] : []),
    ...(lastError ? [`  ${feed}: ${lastError.at} ${lastError.code}: ${lastError.message}`] : []),
    ...jobs
      .filter(({ kind, state }) => kind === 'backfill' && state === 'running')
      .map(({ id, percent, eta }) => `  ${feed}: backfill ${id} ${percent} %${eta ? `, done about ${eta}` : ''}`),
  ].map(clean);
}
