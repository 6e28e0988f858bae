import { TidemarkError } from '../../functions/core/errors.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { isOver, sayProblems, workOff } from '../feeds/work-off.ts';
import { columns } from '../views/columns.ts';
import { print, printJson } from '../views/terminal.ts';

export interface RedriveOptions extends FeedOptions {
  readonly id?: readonly string[];
  /** Send the objects that Firehose has put aside for this destination, instead of the entries in the table. */
  readonly destination?: string;
}

/** Sends entries in quarantine again: those given, or all. Exit code 1 if some could not be sent. */
export async function redrive(options: RedriveOptions): Promise<number> {
  const { destination, feed, id } = options;
  if ((feed === undefined) === (destination === undefined) || (destination !== undefined && id)) throw usage();
  if (destination !== undefined) {
    const { redriveObjects } = await import('../put-aside/redrive-objects.ts');
    return await redriveObjects(options, destination);
  }
  const opened = await open(options);
  try {
    const order = { act: 'redrive', ...(options.id && { ids: options.id }) };
    const reports = await workOff(opened, order, { title: 'redrive', json: options.json });
    if (options.json) printJson({ feeds: reports });
    else print(sayReports(reports));
    return isOver(reports) && reports.every(({ warnings }) => warnings.length === 0) ? 0 : 1;
  } finally {
    await opened.close();
  }
}

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, redriven = 0 }) => [feed, state === 'caught-up' ? 'done' : state, redriven]);
  return [columns(['feed', 'state', 'sent again'], rows), ...sayProblems(reports)].join('\n');
}

function usage(): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'tidemark redrive takes --feed PATTERN [--id ID], or --destination ID.',
    remedy: 'The first is about what lies in the table, the second about what Firehose has put aside.',
  });
}
