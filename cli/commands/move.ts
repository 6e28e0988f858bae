import type { FeedReport } from '../../functions/core/run/report.ts';
import { columns } from '../views/columns.ts';
import { isOver, sayProblems, workOff } from './job.ts';
import { open } from './open.ts';
import type { FeedOptions } from './opened.ts';
import { timeOf } from './range.ts';

/** Moves the watermark by hand: on, past what is then not read, or back. The SIEM is told. */
export async function move(options: FeedOptions & { readonly to: string }): Promise<number> {
  const to = timeOf('--to', options.to);
  const opened = await open(options);
  try {
    const reports = await workOff(opened, { act: 'move', to }, () => undefined);
    process.stdout.write(options.json ? `${JSON.stringify({ feeds: reports })}\n` : `${sayReports(reports)}\n`);
    return isOver(reports) ? 0 : 1;
  } finally {
    await opened.close();
  }
}

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, watermark = '-' }) => [
    feed,
    state === 'caught-up' ? 'moved' : state,
    watermark,
  ]);
  return [columns(['feed', 'state', 'watermark'], rows), ...sayProblems(reports)].join('\n');
}
