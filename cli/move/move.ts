import { type Feed, isSnapshotFeed } from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { formatInstant, type Instant, MILLISECOND, parseInstant } from '../../functions/core/time.ts';
import { lookAt } from '../feeds/look-at.ts';
import { hasPast, open } from '../feeds/open.ts';
import type { FeedOptions, Opened } from '../feeds/opened.ts';
import { timeOf, wrong } from '../feeds/range.ts';
import { isOver, sayProblems, workOff } from '../feeds/work-off.ts';
import { columns } from '../views/columns.ts';
import { canAsk, cannotAsk, confirm } from '../views/confirm.ts';
import { print, printJson, tell } from '../views/terminal.ts';
import { timeText } from '../views/time-text.ts';
import { daysToLookAt, type PlannedMove, planMove } from './plan-move.ts';

export interface MoveOptions extends FeedOptions {
  readonly to: string;
  /** Whether to move without a question. */
  readonly yes: boolean;
}

const [DONE, DECLINED, INTERRUPTED] = [0, 1, 130];

/** Sets the watermark: back, to read again, or forward, which leaves a gap. Says what that means and asks. An event tells the SIEM. */
export async function move(options: MoveOptions): Promise<number> {
  const to = timeOf('--to', options.to);
  if (!options.yes && !canAsk()) throw cannotAsk('move');
  const opened = await open(options, hasPast);
  try {
    if (!options.yes) {
      const stopped = await ask(opened, to);
      if (stopped !== undefined) return stopped;
    }
    const reports = await workOff(
      opened,
      { act: 'move', to, by: await opened.who() },
      { title: 'move', json: options.json },
    );
    if (options.json) printJson({ feeds: reports });
    else print(sayReports(reports));
    return isOver(reports) ? DONE : 1;
  } finally {
    await opened.close();
  }
}

/** Says what the move would do and asks. Returns the exit code unless the answer is yes. */
async function ask(opened: Opened, to: string): Promise<number | undefined> {
  const plans = await planMoves(opened, parseInstant(to) as Instant);
  tell(sayPlans(plans));
  const answer = await confirm(plans.length === 1 ? 'Move it?' : `Move these ${plans.length} feeds?`);
  if (answer === 'yes') return undefined;
  tell('Nothing was changed.');
  return answer === 'no' ? DECLINED : INTERRUPTED;
}

async function planMoves(opened: Opened, to: Instant): Promise<PlannedMove[]> {
  const now = Date.now() * MILLISECOND;
  if (to > now) throw wrong('--to is in the future', 'Give a time in the past. Nothing was changed.');
  const { looks } = await lookAt(opened);
  const days = daysToLookAt(
    looks.map(({ watermark }) => parseInstant(watermark)),
    to,
    now,
  );
  const range = { from: formatInstant(days.from, 'us'), to: formatInstant(days.to, 'us') };
  const { looks: withLedger } = await lookAt(opened, range);
  const feeds = opened.groups.flatMap((group) => group.feeds.filter((feed): feed is Feed => !isSnapshotFeed(feed)));
  return feeds.flatMap((feed) => {
    const look = withLedger.find(({ feed: name }) => name === feed.name);
    return look ? [planMove(feed, look, to, now)] : [];
  });
}

function sayPlans(plans: readonly PlannedMove[]): string {
  const rows = plans.map(({ feed, from, to, effect }) => [
    feed,
    from === undefined ? 'never run' : timeText(from),
    timeText(to),
    effect,
  ]);
  return columns(['feed', 'watermark', 'new watermark', 'what the move does'], rows, process.stderr.columns);
}

function sayReports(reports: readonly FeedReport[]): string {
  const rows = reports.map(({ feed, state, watermark }) => [
    feed,
    state === 'caught-up' ? 'moved' : state,
    watermark === undefined ? '-' : timeText(watermark),
  ]);
  return [columns(['feed', 'state', 'watermark'], rows), ...sayProblems(reports)].join('\n');
}
