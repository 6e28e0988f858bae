import { clean } from '../../functions/core/events/excerpt.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { showProgress } from '../views/progress/show-progress.ts';
import { tell } from '../views/terminal.ts';
import type { Group, Opened } from './opened.ts';
import { partOf } from './part-of.ts';

/** Time limit of one invocation. It is short: a killed command leaves its lease behind for this long. */
const INVOCATION_MS = 15_000;
/** Maximum total wait for a vendor's quota, or for another worker's lease. */
const MAX_WAIT_MS = 30 * 60_000;

/** How the work is shown while it is done. */
export interface Shown {
  /** What is done, such as `verify`. */
  readonly title: string;
  /** Whether the result is for a program. */
  readonly json: boolean;
}

/** Invokes the functions until each feed's job has ended or failed. */
export async function workOff(opened: Opened, order: object, shown: Shown): Promise<FeedReport[]> {
  const parts = opened.groups.reduce((sum, { feeds }) => sum + feeds.length, 0);
  const progress = showProgress({ ...shown, parts });
  const stopping = new AbortController();
  const stop = () => {
    tell('Waiting for the running invocation to end. Press again to leave at once.');
    stopping.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const begun = new Map<string, number>();
    const onReport = (report: FeedReport) => progress.note(report.feed, partOf(report, begun));
    return await workOffUntil({ opened, order, onReport, signal: stopping.signal });
  } finally {
    progress.end();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Work on all opened feeds. It ends early when the signal says so. */
export interface Work {
  readonly opened: Opened;
  readonly order: object;
  /** Is told of each feed after each invocation. */
  readonly onReport: (report: FeedReport) => void;
  readonly signal: AbortSignal;
}

/** Invokes the functions until each feed's job has ended or failed, and says nothing by itself. */
export async function workOffUntil(work: Work): Promise<FeedReport[]> {
  const groups = work.opened.groups.map((group) => workOffGroup(work, group));
  return (await Promise.all(groups)).flat();
}

async function workOffGroup({ opened, order, onReport, signal }: Work, group: Group): Promise<FeedReport[]> {
  const last = new Map<string, FeedReport>();
  let waiting = group.feeds;
  let waited = 0;
  while (waiting.length > 0 && !signal.aborted) {
    const answer = await opened.invoke({ ...group, feeds: waiting }, { ...order, askAgain: true }, INVOCATION_MS);
    const { feeds } = answer as { feeds: FeedReport[] };
    for (const report of feeds) {
      last.set(report.feed, keepConditions(report, last.get(report.feed)));
      onReport(report);
    }
    waiting = waiting.filter(({ name }) => goesOn(last.get(name)));
    const wait = waiting.length === 0 ? 0 : Math.max(...waiting.map(({ name }) => waitOf(last.get(name))));
    waited += wait;
    if (waited > MAX_WAIT_MS) break;
    await pause(wait, signal);
  }
  return [...last.values()];
}

/** What an earlier invocation has found to be missing is still missing. */
function keepConditions(report: FeedReport, before: FeedReport | undefined): FeedReport {
  const conditions = new Set([...(before?.conditions ?? []), ...(report.conditions ?? [])]);
  return conditions.size > 0 ? { ...report, conditions: [...conditions] } : report;
}

/** Whether to invoke again for a feed. After a failure the user decides. */
function goesOn(report: FeedReport | undefined): boolean {
  return report?.next?.do === 'again';
}

/** Milliseconds until the vendor, or another worker, may be asked again. */
function waitOf(report: FeedReport | undefined): number {
  return Math.max(0, Date.parse(report?.next?.at ?? '') - Date.now() || 0);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      resolve();
    }
  });
}

/** The warnings and errors of each feed, with what to do about them. */
export function sayProblems(reports: readonly FeedReport[]): string[] {
  const lines = reports.flatMap(({ feed, state, error, warnings, conditions = [] }) => [
    ...conditions.map((name) => `  ${feed}: events may be missing: see ${name} in docs/runbook.md`),
    ...warnings.map((warning) => `  ${feed}: ${warning}`),
    ...(error ? [`  ${feed} ${state}: ${error.code}: ${error.message}`, `  what to do: ${error.remedy}`] : []),
  ]);
  return lines.map(clean);
}

/** Whether every feed is done, without an error, and no invocation has found that events are missing. */
export function isOver(reports: readonly FeedReport[]): boolean {
  return reports.every(({ state, error, conditions }) => state === 'caught-up' && !error && !conditions);
}
