import { TidemarkError } from '../../functions/core/errors.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { isOver, sayProblems, workOff } from '../feeds/work-off.ts';
import { columns } from '../views/columns.ts';
import { lagText } from '../views/lag-text.ts';
import { print, printJson } from '../views/terminal.ts';

/** Makes the deployed functions read now instead of on schedule: asks again where a vendor refused, until each feed has caught up. */
export async function runInCloud(
  options: FeedOptions & { readonly once: boolean; readonly ui?: boolean },
): Promise<number> {
  if (options.ui) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: '--ui is about what runs on this machine.',
      remedy: 'tidemark ui --cloud serves a page about what is deployed.',
    });
  }
  if (!options.once) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'In the cloud, schedules run it.',
      remedy: 'tidemark run --once --cloud runs it now.',
    });
  }
  const opened = await open(options);
  const reports = await workOff(opened, { act: 'run' }, { title: 'run', json: options.json });
  if (options.json) printJson({ ok: isOver(reports), feeds: reports });
  else print(sayReports(reports));
  return isOver(reports) ? 0 : 1;
}

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, watermark, lagSeconds, fetched, delivered }) => [
    feed,
    state,
    watermark ?? '-',
    lagSeconds === undefined ? '-' : lagText(lagSeconds),
    fetched,
    delivered,
  ]);
  const head = ['feed', 'state', 'watermark', 'behind', 'read', 'delivered'];
  return [columns(head, rows), ...sayProblems(reports)].join('\n');
}
