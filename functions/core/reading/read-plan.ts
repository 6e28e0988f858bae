import { ExpiredError, OutOfTimeError, PauseError, TidemarkError, TooLargeError, UnreadableError } from '../errors.ts';
import { IncompleteError } from '../requests/paging.ts';
import type { PreparedConnection } from '../run/feed-context.ts';
import type { RunOutcome } from '../run/outcome.ts';
import type { ReadingCheckpoint } from '../stored/checkpoint.ts';
import { finishWindow } from './finish-window.ts';
import { checkAnnounced } from './pages/announced.ts';
import { ReadAhead } from './pages/read-ahead.ts';
import { readWindow } from './read-window.ts';
import { adaptAfterCutShort, recoverBroken, recoverExpired, recoverIncomplete, recoverTooLarge } from './recover.ts';
import { readLessAtATime } from './recovery/read-less.ts';
import { TooManyRowsError } from './rows/occurrences.ts';
import type { Run } from './run.ts';

/** Reads window after window of the run's plan. */
export async function readPlan(run: Run, { visibility }: PreparedConnection): Promise<RunOutcome<ReadingCheckpoint>> {
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
    if (visibility.singleActorWarning !== undefined) noteActors(run, visibility.singleActorWarning);
  }
}

/** Reads the plan's window, or a part of it. Returns the outcome if the run has ended. */
async function readNext(run: Run): Promise<RunOutcome<ReadingCheckpoint> | undefined> {
  const { left } = run.progress;
  const { pages, fetched } = run.tally;
  try {
    const { isComplete, announced } = await readWindow(run);
    if (!isComplete) return undefined;
    if (announced) await checkAnnounced(run, announced, left);
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

/** Where the vendor does not say what the credentials may see, its log may show that they see little. */
function noteActors({ effects, observers, conditions }: Run, warning: string): void {
  if (observers.singleActor.severalActors) conditions.ended('narrow-sight');
  if (!observers.singleActor.onlyOneActor) return;
  effects.count('NarrowSight', 1);
  conditions.holds('narrow-sight', warning);
}

/** Whether the read of a window was ended by the vendor or by the time. */
function isCutShort(thrown: unknown): boolean {
  if (thrown instanceof OutOfTimeError || thrown instanceof PauseError) return true;
  return thrown instanceof TidemarkError && thrown.code === 'failing';
}
