import { MAX_HOLD } from '../answer-clock.ts';
import { RunClocks } from '../clocks/run-clocks.ts';
import { DeliveryNotes } from '../delivery/delivery-notes.ts';
import type { Effects, KeptSeen } from '../effects.ts';
import { asTidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import { Endpoint } from '../requests/pause.ts';
import {
  acquireRemembered,
  type Lease,
  type LeaseAnswer,
  type LeaseRequest,
  loadCheckpoint,
  recallCheckpoint,
  tryToAcquire,
} from '../state/lease.ts';
import type { Changes, Checkpoint, CommonCheckpoint, FeedCheckpoint } from '../stored/checkpoint.ts';
import { emptyTally } from '../stored/tally.ts';
import type { Instant } from '../time.ts';
import { ConditionNotes } from './condition-notes.ts';
import type { FeedContext, LeasedRun } from './feed-context.ts';
import { isJob } from './job-progress.ts';
import { makeReport } from './make-report.ts';
import { holdOf, outcomeOf, type RunOutcome } from './outcome.ts';
import { reportPermissionLost } from './permission-lost.ts';
import type { FeedReport } from './report.ts';
import { standingAfter } from './standing.ts';

/** Work that is done under a lease. */
interface LeasedWork<C extends Checkpoint> {
  readonly kind: C['kind'];
  /** Returns the checkpoint of a feed or job that has never run. `start` is by the earliest believed clock. */
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
  const { kind } = leased;
  const tally = emptyTally();
  const warnings: string[] = [];
  const conditions = new ConditionNotes();
  const report = (item: C | undefined, outcome: Omit<RunOutcome, 'changes'>) =>
    makeReport(context, { item, tally, outcome, warnings, conditions });
  const start = effects.now();
  const clocks = new RunClocks(effects, start);
  // Called when the table has answered, so its clock is known.
  const request = { key, kind, owner, leaseUntil, fresh: () => leased.fresh(clocks.earliest) };
  const secretVersion = await effects.secretVersion();
  const taken = await takeLease<C>(effects, request, (found) => standstillOf(context, leased, found, clocks));
  if ('standstill' in taken) return report(taken.standstill.isShort ? undefined : taken.found, taken.standstill);
  if ('busyUntil' in taken) {
    effects.count('Busy', 1);
    return report(taken.found, { state: 'busy', until: taken.busyUntil });
  }
  const { lease, keptSeen } = taken;
  tellOfDeath(context, lease.item);
  const life = { over: false };
  const endpoint = new Endpoint();
  const asker = askerOf(context, { tally, life, endpoint, ...(lease.item.waitsInPlace && { waitsInPlace: true }) });
  const sent = new DeliveryNotes();
  const known = { lease, start, clocks, tally, asker, warnings, conditions, sent };
  const run: LeasedRun<C> = { ...known, ...(keptSeen && { keptSeen }) };
  let outcome: RunOutcome<C>;
  try {
    outcome = await leased.work(run);
  } catch (thrown) {
    // The run may have found a newer secret.
    const version = await effects.secretVersion().catch(() => secretVersion);
    outcome = outcomeOf(context, { thrown, before: lease.item, secretVersion: version, access: asker.access });
    await reportPermissionLost(context, run, outcome);
  }
  life.over = true;
  if (clocks.doubted !== undefined) {
    effects.count('ClockUnbelievable', 1);
    warnings.push(`A clock is not believed: ${clocks.doubted}.`);
  }
  const turn = endpoint.isAsked ? { askedAt: start } : {};
  const standing = await standingOf(context, run, outcome);
  const changes = { ...outcome.changes, ...turn, ...standing };
  const ended = await giveBack(context, lease, { ...outcome, changes });
  return report(lease.item, ended);
}

/** What a run leaves about how its feed stands. Of a job it is only the conditions: all else is about live reading. */
async function standingOf<C extends Checkpoint>(
  { effects, feed, asker }: FeedContext<AnyFeed>,
  { lease, conditions, tally, sent }: LeasedRun<C>,
  outcome: RunOutcome<C>,
): Promise<{ readonly [Part in keyof CommonCheckpoint]?: CommonCheckpoint[Part] | undefined }> {
  const now = effects.now();
  const held = conditions.after(lease.item.conditions, now);
  if (isJob(lease.item)) return { conditions: held };
  const { quota } = asker.pacer;
  const end = { before: lease.item, outcome, conditions: held, wasAnswered: tally.pages > 0 };
  return {
    ...(await standingAfter(effects, feed, end)),
    ...sent.changes(lease.item),
    quota: quota && quota.remaining <= quota.limit / 2 ? [quota.remaining, quota.limit] : undefined,
  };
}

/** A run that gives its lease back has not died. */
const ALIVE: Changes<FeedCheckpoint> = { died: undefined, diedAtSmallest: undefined };

/** Tells that the run before this one has died: it could not do that itself. */
function tellOfDeath({ effects, feed }: FeedContext<AnyFeed>, { died }: Checkpoint): void {
  if (died === undefined) return;
  effects.count('Died', 1);
  effects.log('warn', 'The run before this one has died: it has not given its lease back.', { feed: feed.name, died });
}

/** The asker of a run. */
function askerOf(
  context: FeedContext<AnyFeed>,
  own: Pick<Asker, 'tally' | 'life' | 'endpoint' | 'waitsInPlace'>,
): Asker {
  const asker = { ...context.asker, ...own };
  const checkSecret = async () => {
    await context.prepare(asker);
  };
  return { ...asker, checkSecret };
}

/** The outcome of a run that must not begin. */
type Standstill = Omit<RunOutcome, 'changes'> & {
  /** Whether there is nothing to say about the checkpoint. */
  readonly isShort?: boolean;
};

/** Returns why a run with this checkpoint must not begin, else undefined. */
async function standstillOf<C extends Checkpoint>(
  { effects, askAgain }: FeedContext<AnyFeed>,
  { heedsHold = true, isOver }: LeasedWork<C>,
  found: C,
  clocks: RunClocks,
): Promise<Standstill | undefined> {
  if (isOver?.(found)) return { state: 'caught-up', isShort: true };
  // A longer hold than there can be was stored by a clock that is wrong.
  if (!heedsHold || (found.hold && clocks.isFuture(found.hold.until - MAX_HOLD))) return undefined;
  const holdWith = (secretVersion: string) => holdOf(found, clocks.earliest, secretVersion, askAgain);
  const hold = holdWith(await effects.secretVersion());
  // A hold may end with a new secret: a remembered secret does not count as the reason to stand still.
  return hold && hold.state !== 'paused' ? holdWith(await effects.secretVersion(true)) : hold;
}

/** The lease, with what this process remembers beside it, or the time until which another worker holds it. */
type Taken<C extends Checkpoint> = LeaseAnswer<C> & { readonly keptSeen?: KeptSeen };

/**
 * Takes the lease, unless the checkpoint says that the run must not begin. A remembered checkpoint spares the read: it counts
 * only if the table still holds the same. One that would stop the run is read, since others may have ended the hold.
 */
async function takeLease<C extends Checkpoint>(
  effects: Effects,
  request: LeaseRequest<C>,
  standstillFor: (found: C) => Promise<Standstill | undefined>,
): Promise<Taken<C> | { readonly found: C; readonly standstill: Standstill }> {
  const { key, kind } = request;
  const remembered = recallCheckpoint<C>(effects, key, kind);
  const keptSeen = effects.recallSeen(key);
  if (remembered && !(await standstillFor(remembered))) {
    const lease = await acquireRemembered(effects, request, remembered);
    // Whoever delivers events of the feed writes its checkpoint before. Nobody has.
    if (lease) return { lease, ...(keptSeen && { keptSeen }) };
  }
  // Whoever was quicker may have stored a hold: every checkpoint that is read is judged.
  for (;;) {
    const found = await loadCheckpoint<C>(effects, key, kind);
    const standstill = found && (await standstillFor(found));
    if (standstill) return { found, standstill };
    const answer = await tryToAcquire(effects, request, found);
    if (answer) return answer;
  }
}

/** Gives the lease back together with the run's last changes. If they cannot be saved, the run has failed after all. */
async function giveBack<C extends Checkpoint>(
  { effects, feed, key }: FeedContext<AnyFeed>,
  lease: Lease<C>,
  outcome: RunOutcome<C>,
): Promise<RunOutcome<C>> {
  if (outcome.error?.code === 'lease-lost') return outcome;
  try {
    await lease.release({ ...outcome.changes, ...ALIVE });
    if (outcome.seen) effects.keepSeen(key, outcome.seen.leave());
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
