import { ExpiredError, OutOfTimeError, PauseError, TidemarkError, TooLargeError, UnreadableError } from '../errors.ts';
import { IncompleteError } from '../requests/paging.ts';
import type { PreparedConnection } from '../run/feed-context.ts';
import type { RunOutcome } from '../run/outcome.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { finishWindow } from './finish-window.ts';
import { ReadAhead } from './pages/read-ahead.ts';
import { readLessAtATime } from './read-less.ts';
import { readWindow } from './read-window.ts';
import { adaptAfterCutShort, recoverBroken, recoverExpired, recoverIncomplete, recoverTooLarge } from './recover.ts';
import { TooManyRowsError } from './rows/occurrences.ts';
import type { Run } from './run.ts';

/** Reads window after window of the run's plan. */
export async function readPlan(
  run: Run,
  { visibility }: PreparedConnection,
  warnings: string[],
): Promise<RunOutcome<ReadingCheckpoint>> {
  const { connection } = run.feed;
  const hasDied = run.lease.item.died !== undefined;
  const atOnce = hasDied || run.feed.stream.listCheck ? 1 : (connection.requestsInFlight ?? 1);
  const sharing = { ...run, asker: { ...run.asker, atOnce } };
  const ahead = atOnce > 1 ? new ReadAhead(sharing, atOnce) : undefined;
  try {
    const ended = hasDied && (await readLessAtATime(run));
    if (ended) return ended;
    for (;;) {
      const isAhead = ahead !== undefined && !ahead.isOver;
      if (isAhead) await ahead.divide();
      const outcome = await readNext(isAhead ? { ...sharing, ahead } : run);
      if (outcome) return outcome;
    }
  } catch (thrown) {
    // A run that ends leaves nothing on its way. Its own failure is reported, whatever becomes of that.
    await Promise.allSettled([run.deliveries.finish()]);
    throw thrown;
  } finally {
    ahead?.stop();
    if (visibility.singleActorWarning !== undefined && run.observers.singleActor.onlyOneActor) {
      run.effects.count('NarrowSight', 1);
      warnings.push(visibility.singleActorWarning);
    }
  }
}

/** Reads the plan's window, or a part of it. Returns the outcome if the run has ended. */
async function readNext(run: Run): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { left } = run.progress;
  const { pages, fetched } = run.tally;
  try {
    if ((await readWindow(run)) === 'go-on') return undefined;
    return await finishWindow(run, run.tally.fetched - fetched);
  } catch (thrown) {
    const start = { left, readSome: run.tally.pages > pages };
    if (thrown instanceof TooLargeError) {
      // Answers that are read at the same time share the memory: alone, this one may have room.
      if (run.ahead) {
        run.ahead.stop();
        return undefined;
      }
      return await recoverTooLarge(run, thrown, start);
    }
    if (thrown instanceof UnreadableError) return await recoverBroken(run, thrown, start);
    if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError) {
      return await recoverIncomplete(run, thrown);
    }
    if (thrown instanceof ExpiredError) return await recoverExpired(run, thrown);
    if (isCutShort(thrown) && !run.deliveries.hasFailed) await adaptAfterCutShort(run, start);
    throw thrown;
  }
}

/** Whether the read of a window was ended by the vendor or by the time. */
function isCutShort(thrown: unknown): boolean {
  if (thrown instanceof OutOfTimeError || thrown instanceof PauseError) return true;
  return thrown instanceof TidemarkError && thrown.code === 'failing';
}
