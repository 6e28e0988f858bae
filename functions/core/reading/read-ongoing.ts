import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import { OutOfTimeError } from '../errors.ts';
import type { RunOutcome } from '../run/outcome.ts';
import { formatTime, type Range } from '../time.ts';
import { processPages } from './page-loop.ts';
import { isAboutRange } from './recover.ts';
import type { Run } from './run.ts';

/** So many requests a run are spent on what goes on; the next run takes the next ones. */
const MOST_REQUESTS = 20;

/**
 * After a plan is done: what goes on since before it is asked for at its own beginning, for the vendor may show its end
 * there only. The plan's own progress is saved first, since these reads may fail.
 */
export async function readOngoing(run: Run, ending: RunOutcome): Promise<RunOutcome> {
  const { lease, plan, tally } = run;
  const ranges = run.ongoing.ranges(plan.from, lease.item.ongoingFrom ?? 0);
  if (ending.state !== 'caught-up' || ranges.length === 0) return ending;
  await lease.commit(ending.changes);
  const most = tally.pages + MOST_REQUESTS;
  for (const range of ranges) {
    if (tally.pages >= most) break;
    // Noted before it is asked for: one that cannot be read must not keep the others from their turn.
    lease.note({ ongoingFrom: range.to });
    try {
      await readAgain(run, range);
    } catch (thrown) {
      // The plan is done, and what is asked for again has time.
      if (thrown instanceof OutOfTimeError) break;
      if (!isAboutRange(thrown)) throw thrown;
      const why = `What goes on since ${formatTime(range.from)} could not be asked for: ${thrown.message}`;
      run.effects.count('Incomplete', 1);
      run.effects.log('warn', why, { feed: run.feed.name });
    }
  }
  return ending;
}

/** Reads a range again. What has ended according to its rows is no longer noted as ongoing. */
async function readAgain(run: Run, range: Range): Promise<void> {
  const deliver = () => deliverAndNote(run);
  for await (const _ of processPages(run, { range, deliver })) if (flushDue(run)) await deliver();
  await deliver();
}

async function deliverAndNote(run: Run): Promise<void> {
  await deliverOutgoing(run);
  await run.ongoing.save();
}
