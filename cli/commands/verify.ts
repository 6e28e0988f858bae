import type { JobProgress, VerifiedStepReport } from '../../functions/core/run/job-progress.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { hasPast, open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { type RangeOptions, rangeOf } from '../feeds/range.ts';
import { isOver, sayProblems, workOff } from '../feeds/work-off.ts';
import { columns, sayNumber } from '../views/columns.ts';
import { print, printJson } from '../views/terminal.ts';

export interface VerifyOptions extends FeedOptions, RangeOptions {
  readonly repair: boolean;
}

/** Reads from the vendor again and compares with what was delivered. Exit code 1 if events are missing, or if the comparison failed. */
export async function verify(options: VerifyOptions): Promise<number> {
  const range = rangeOf(options, new Date());
  const opened = await open(options, hasPast);
  try {
    const order = { act: 'verify', ...range, ...(options.repair && { repair: true }) };
    const reports = await workOff(opened, order, { title: 'verify', json: options.json });
    const isWhole = isProven(reports) && (range === undefined || hasCompared(reports));
    if (options.json) printJson(summarize(reports, isWhole));
    else print(sayReports(reports));
    return isWhole ? 0 : 1;
  } finally {
    await opened.close();
  }
}

/** Number of events that are still missing. */
function missingEvents(job: JobProgress | undefined): number {
  return (job?.steps ?? []).reduce((sum, step) => sum + step.missing - step.repaired, 0);
}

/** Number of windows that could not be compared. */
function unsureWindows(job: JobProgress | undefined): number {
  return (job?.steps ?? []).filter((step) => step.unsure).length;
}

function isProven(reports: readonly FeedReport[]): boolean {
  return isOver(reports) && reports.every(({ job }) => missingEvents(job) === 0 && unsureWindows(job) === 0);
}

/** Whether anything of each feed was compared. Whoever names a range wants to know about that. */
function hasCompared(reports: readonly FeedReport[]): boolean {
  return reports.every(({ job }) => (job?.steps ?? []).length > 0);
}

function summarize(reports: readonly FeedReport[], ok: boolean) {
  const feeds = reports.map(({ feed, state, job, warnings, error }) => ({
    feed,
    state,
    from: job?.from,
    to: job?.to,
    ...totals(job?.steps ?? []),
    steps: job?.steps ?? [],
    warnings,
    ...(error && { error }),
  }));
  return { ok, feeds };
}

function totals(steps: readonly VerifiedStepReport[]) {
  const sum = { vendor: 0, delivered: 0, missing: 0, extra: 0, changed: 0, repaired: 0 };
  for (const step of steps) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += step[key] ?? 0;
  }
  return sum;
}

const HEAD = ['window', 'vendor', 'delivered', 'missing', 'extra', 'changed', 'repaired', ''];

function sayReports(reports: readonly FeedReport[]): string {
  const parts = reports.map((report) => {
    const { feed, job } = report;
    const steps = job?.steps ?? [];
    const rows = steps.map((step) => rowOf(sayWindow(step), step, step.note ?? ''));
    const sum = totals(steps);
    if (steps.length > 1) rows.push(rowOf('all', sum, ''));
    const table = steps.length > 0 ? [columns(HEAD, rows)] : [];
    return [feed, ...table, sayVerdict(report, sum), ...sayProblems([report])].join('\n');
  });
  return parts.join('\n\n');
}

function rowOf(window: string, step: Omit<VerifiedStepReport, 'from' | 'to' | 'by'>, note: string) {
  const { vendor, delivered, missing, extra, changed, repaired } = step;
  return [window, vendor, delivered, missing, extra ?? '-', changed, repaired, note];
}

function sayWindow({ from, to }: VerifiedStepReport): string {
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from.slice(0, 16).replace('T', ' ')} - ${sameDay ? to.slice(11, 16) : to.slice(0, 16).replace('T', ' ')}`;
}

function sayVerdict({ state, job }: FeedReport, sum: ReturnType<typeof totals>): string {
  if (state !== 'caught-up') return `not verified to the end: ${state}`;
  if (job?.steps?.length === 0) return 'nothing was compared';
  const left = sum.missing - sum.repaired;
  const doubtful = unsureWindows(job);
  if (left > 0) return `${sayNumber(left)} missing`;
  if (doubtful > 0) return `not proven: ${sayNumber(doubtful)} window(s) could not be compared`;
  return sum.repaired > 0
    ? `complete: ${sayNumber(sum.repaired)} that were missing have been delivered`
    : 'complete: nothing is missing';
}
