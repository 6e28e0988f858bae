import type { FeedReport } from '../../functions/core/run/report.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { timeOf } from '../feeds/range.ts';
import { isOver, sayProblems, workOff } from '../feeds/work-off.ts';
import { columns } from '../views/columns.ts';
import { print, printJson } from '../views/terminal.ts';
import { timeText } from '../views/time-text.ts';

/** Sets the watermark: back, to read again, or forward, which leaves a gap. An event tells the SIEM. */
export async function move(options: FeedOptions & { readonly to: string }): Promise<number> {
  const to = timeOf('--to', options.to);
  const opened = await open(options);
  try {
    const reports = await workOff(opened, { act: 'move', to }, () => undefined);
    if (options.json) printJson({ feeds: reports });
    else print(sayReports(reports));
    return isOver(reports) ? 0 : 1;
  } finally {
    await opened.close();
  }
}

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, watermark }) => [
    feed,
    state === 'caught-up' ? 'moved' : state,
    watermark === undefined ? '-' : timeText(watermark),
  ]);
  return [columns(['feed', 'state', 'watermark'], rows), ...sayProblems(reports)].join('\n');
}
