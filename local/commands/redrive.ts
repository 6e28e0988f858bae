import type { FeedReport } from '../../functions/core/report.ts';
import { columns } from './columns.ts';
import { isOver, sayProblems, workOff } from './job.ts';
import { type FeedOptions, open } from './open.ts';

/** Sends again what lies in quarantine: these entries, or all. 1 when something had to stay. */
export async function redrive(options: FeedOptions & { readonly id?: readonly string[] }): Promise<number> {
  const opened = await open(options);
  try {
    const order = { act: 'redrive', ...(options.id && { ids: options.id }) };
    const reports = await workOff(opened, order, () => undefined);
    process.stdout.write(options.json ? `${JSON.stringify({ feeds: reports })}\n` : `${sayReports(reports)}\n`);
    return isOver(reports) && reports.every(({ warnings }) => warnings.length === 0) ? 0 : 1;
  } finally {
    await opened.close();
  }
}

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, redriven = 0 }) => [feed, state === 'caught-up' ? 'done' : state, redriven]);
  return [columns(['feed', 'state', 'sent again'], rows), ...sayProblems(reports)].join('\n');
}
