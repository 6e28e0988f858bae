import { asTidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import { acquire, type Lease, loadCheckpoint } from '../state/lease.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import { emptyTally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';
import type { FeedContext, LeasedRun } from './feed-context.ts';
import { makeReport } from './make-report.ts';
import { holdOf, outcomeOf, type RunOutcome } from './outcome.ts';
import { reportPermissionLost } from './permission-lost.ts';
import type { FeedReport } from './report.ts';

/** Work that is done under a lease. */
interface LeasedWork<C extends Checkpoint> {
  readonly kind: C['kind'];
  /** Returns the checkpoint of a feed or job that has never run. */
  fresh(start: Instant): C;
  work(run: LeasedRun<C>): Promise<RunOutcome<C>>;
  /** Whether the work asks the vendor, so that a stored hold stops it. Default: true. */
  readonly heedsHold?: boolean;
  /** Whether nothing is left to do: then nothing is written, and the report is short. */
  isOver?(found: C): boolean;
}

/** Takes the feed's lease, does the work, gives the lease back together with the run's last changes, and returns the report. */
export async function withLease<C extends Checkpoint>(
  context: FeedContext<AnyFeed>,
  leased: LeasedWork<C>,
): Promise<FeedReport> {
  const { effects, key, owner, leaseUntil } = context;
  const { kind, heedsHold = true } = leased;
  const tally = emptyTally();
  const warnings: string[] = [];
  const report = (item: C | undefined, outcome: RunOutcome<C>) =>
    makeReport(context, { item, tally, outcome, warnings });
  const start = effects.now();
  const found = await loadCheckpoint<C>(effects, key, kind);
  if (found && leased.isOver?.(found)) return report(undefined, { state: 'caught-up', changes: {} });
  const secretVersion = await effects.secretVersion();
  const hold = heedsHold && found && holdOf(found, start, secretVersion, context.askAgain);
  if (hold) return report(found, hold);
  const taken = await acquire<C>(effects, { key, kind, owner, leaseUntil, fresh: () => leased.fresh(start) }, found);
  if ('busyUntil' in taken) {
    effects.count('Busy', 1);
    return report(taken.found, { state: 'busy', changes: {}, until: taken.busyUntil });
  }
  const { lease } = taken;
  const life = { over: false };
  const asker = { ...context.asker, tally, life, ...(lease.item.waitsInPlace && { waitsInPlace: true }) };
  const run: LeasedRun<C> = { lease, start, tally, asker, warnings };
  let outcome: RunOutcome<C>;
  try {
    outcome = await leased.work(run);
  } catch (thrown) {
    outcome = outcomeOf(context, { thrown, failuresBefore: lease.item.failures, secretVersion });
    await reportPermissionLost(context, run, outcome);
  }
  life.over = true;
  const ended = await giveBack(context, lease, outcome);
  return report(lease.item, ended);
}

/** Gives the lease back together with the run's last changes. If they cannot be saved, the run has failed after all. */
async function giveBack<C extends Checkpoint>(
  { effects, feed }: FeedContext<AnyFeed>,
  lease: Lease<C>,
  outcome: RunOutcome<C>,
): Promise<RunOutcome<C>> {
  if (outcome.error?.code === 'lease-lost') return outcome;
  try {
    await lease.release(outcome.changes);
    return outcome;
  } catch (thrown) {
    const error = asTidemarkError(thrown);
    effects.log('error', 'The checkpoint could not be saved; the lease runs out by itself.', {
      feed: feed.name,
      error: error.message,
    });
    return { state: error.code === 'lease-lost' ? 'busy' : 'failed', changes: {}, error: outcome.error ?? error };
  }
}
