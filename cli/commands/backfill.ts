import { TidemarkError } from '../../functions/core/errors.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import type { OpenedCloud } from '../cloud/open-cloud.ts';
import type { BackfillOptions } from '../feeds/backfill-options.ts';
import { hasPast, open } from '../feeds/open.ts';
import { wholeDays } from '../feeds/range.ts';
import { isOver, sayProblems, workOff } from '../feeds/work-off.ts';
import { columns } from '../views/columns.ts';
import { print, printJson } from '../views/terminal.ts';
import { timeText } from '../views/time-text.ts';

/** Reads a range of the past while the live feed goes on. The same command again resumes an interrupted backfill. */
export async function backfill(options: BackfillOptions): Promise<number> {
  const range = wholeDays(options, new Date());
  const { id, resend, cancel } = options;
  if (!range && id === undefined) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'A backfill takes a range, or the --id of one that has begun.',
      remedy: 'Give --from and --to, or --since.',
    });
  }
  const opened = await open(options, hasPast);
  if (options.cloud) return await inCloud(opened as OpenedCloud, options, range);
  try {
    const order = {
      act: 'backfill',
      ...range,
      ...(id !== undefined && { id }),
      ...(resend && { resend }),
      ...(cancel && { cancel }),
    };
    const reports = await workOff(opened, order, { title: 'backfill', json: options.json });
    if (options.json) printJson(summarize(reports));
    else print(sayReports(reports));
    return isOver(reports) ? 0 : 1;
  } finally {
    await opened.close();
  }
}

/** In the cloud the state machine runs the backfill. Only cancelling waits, for the invocation that is running. */
async function inCloud(
  opened: OpenedCloud,
  options: BackfillOptions,
  range: ReturnType<typeof wholeDays>,
): Promise<number> {
  const { cloudBackfill, sayStarted, startBackfill, stopBackfill } = await import('../cloud/backfill-cloud.ts');
  const { account, groups } = opened;
  const wanted = cloudBackfill(range, options);
  if (!options.cancel) {
    const started = await startBackfill(account, groups, wanted);
    if (options.json) printJson({ ok: true, feeds: started });
    else print(sayStarted(started));
    return 0;
  }
  await stopBackfill(account, groups, wanted.id);
  // With a known range, a feed that has not begun yet is cancelled too: its job is created as a cancelled one.
  const order = {
    act: 'backfill',
    ...wanted.range,
    id: wanted.id,
    ...(wanted.resend && { resend: true }),
    cancel: true,
  };
  const reports = await workOff(opened, order, { title: 'cancel', json: options.json });
  if (options.json) printJson(summarize(reports));
  else print(sayReports(reports));
  return isOver(reports) ? 0 : 1;
}

function summarize(reports: readonly FeedReport[]) {
  const feeds = reports.map(({ feed, state, job, warnings, error }) => ({
    feed,
    state,
    job,
    warnings,
    ...(error && { error }),
  }));
  return { ok: isOver(reports), feeds };
}

const HEAD = ['feed', 'id', 'range', 'state', '%', 'read', 'known already', 'delivered'];

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, job }) => {
    if (!job) return [feed, '-', '-', state, '-', '-', '-', '-'];
    const { id, from, to, percent, total } = job;
    const shown = job.state === 'running' && state !== 'caught-up' ? state : job.state;
    return [
      feed,
      id,
      `${timeText(from)} - ${timeText(to)}`,
      shown,
      percent,
      total.fetched,
      total.suppressed,
      total.delivered,
    ];
  });
  return [columns(HEAD, rows), ...sayProblems(reports)].join('\n');
}
