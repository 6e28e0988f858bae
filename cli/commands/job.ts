import type { FeedReport } from '../../functions/core/run/report.ts';
import { clean } from '../views/log-line.ts';
import type { Group, Opened } from './opened.ts';

/** How long one invocation may take: short, so that a killed command leaves its lease for seconds only. */
const INVOCATION_MS = 15_000;
/** A quota's pause, or another's lease, is waited for so long in all. */
const LONGEST_WAIT_MS = 30 * 60_000;

/** Invokes until each of these feeds' jobs is over or has failed; says after each invocation how far it is. */
export async function workOff(
  opened: Opened,
  order: object,
  sayProgress: (report: FeedReport) => string | undefined,
): Promise<FeedReport[]> {
  const stopping = new AbortController();
  const stop = () => {
    process.stderr.write('The invocation that is at work is waited for; once more to leave it alone.\n');
    stopping.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const groups = opened.groups.map((group) => workOffGroup(opened, group, order, sayProgress, stopping.signal));
    return (await Promise.all(groups)).flat();
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function workOffGroup(
  opened: Opened,
  group: Group,
  order: object,
  sayProgress: (report: FeedReport) => string | undefined,
  signal: AbortSignal,
): Promise<FeedReport[]> {
  const last = new Map<string, FeedReport>();
  let waiting = group.feeds;
  let waited = 0;
  while (waiting.length > 0 && !signal.aborted) {
    const answer = await opened.invoke({ ...group, feeds: waiting }, { ...order, askAgain: true }, INVOCATION_MS);
    const { feeds } = answer as { feeds: FeedReport[] };
    for (const report of feeds) {
      last.set(report.feed, report);
      const text = sayProgress(report);
      if (text !== undefined) process.stderr.write(`${clean(text)}\n`);
    }
    waiting = waiting.filter(({ name }) => goesOn(last.get(name)));
    const wait = waiting.length === 0 ? 0 : Math.max(...waiting.map(({ name }) => waitOf(last.get(name))));
    waited += wait;
    if (waited > LONGEST_WAIT_MS) break;
    await pause(wait, signal);
  }
  return [...last.values()];
}

/** What failed is left to the person who asked. */
function goesOn(report: FeedReport | undefined): boolean {
  return report?.next?.do === 'again';
}

/** Until when the vendor, or another worker, wants to be waited for. */
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

/** What went wrong, and what to do, for each feed; and what is to be known of it. */
export function sayProblems(reports: readonly FeedReport[]): string[] {
  return reports.flatMap(({ feed, state, error, warnings }) => [
    ...warnings.map((warning) => `  ${feed}: ${warning}`),
    ...(error ? [`  ${feed} ${state}: ${error.code}: ${error.message}`, `  what to do: ${error.remedy}`] : []),
  ]);
}

/** Whether all of it is done. */
export function isOver(reports: readonly FeedReport[]): boolean {
  return reports.every(({ state, error }) => state === 'caught-up' && !error);
}
