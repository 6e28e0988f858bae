import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import { OutOfTimeError } from '../errors.ts';
import type { RunOutcome } from '../run/outcome.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import type { FeedCheckpoint } from '../stored/checkpoint.ts';
import { formatTime, type Range } from '../time.ts';
import { processPages } from './page-loop.ts';
import { isAboutRange } from './recover.ts';
import type { PageRun } from './run.ts';

/** Maximum number of requests per run about ongoing things. The next run continues with the others. */
const MAX_REQUESTS = 20;

/** A live run under its lease. */
type LiveRun = PageRun & { readonly lease: HeldCheckpoint<FeedCheckpoint> };

/**
 * Reads the ranges again in which ongoing things began before the plan, since the vendor may show their end only there. Runs
 * after the plan, whose outcome is committed first, because these reads may fail.
 */
export async function readOngoing(
  run: LiveRun,
  outcome: RunOutcome<FeedCheckpoint>,
): Promise<RunOutcome<FeedCheckpoint>> {
  const { lease, tally, progress } = run;
  const ranges = run.observers.ongoing.ranges(progress.plan.from, lease.item.ongoingFrom ?? 0);
  if (outcome.state !== 'caught-up' || ranges.length === 0) return outcome;
  await lease.commit(outcome.changes);
  const maxPages = tally.pages + MAX_REQUESTS;
  for (const range of ranges) {
    if (tally.pages >= maxPages) break;
    // Noted before it is read: a range that cannot be read must not keep the others from their turn.
    lease.note({ ongoingFrom: range.to });
    try {
      await readAgain(run, range);
    } catch (thrown) {
      // The plan is done, and these ranges can wait for the next run.
      if (thrown instanceof OutOfTimeError) break;
      if (!isAboutRange(thrown)) throw thrown;
      const why = `What is ongoing since ${formatTime(range.from)} could not be read again: ${thrown.message}`;
      run.effects.count('Incomplete', 1);
      run.effects.log('warn', why, { feed: run.feed.name });
    }
  }
  return outcome;
}

/** Reads a range again. Things that have ended according to its rows are no longer ongoing. */
async function readAgain(run: LiveRun, range: Range): Promise<void> {
  const deliver = async () => {
    const saveOngoing = run.observers.ongoing.takeNew();
    await deliverOutgoing(run);
    await saveOngoing();
  };
  for await (const _ of processPages(run, { range, deliver, settle: deliver })) if (flushDue(run)) await deliver();
  await deliver();
}
