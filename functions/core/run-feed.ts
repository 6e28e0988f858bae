import { type Asker, OutOfTimeError, PauseError } from './ask.ts';
import { acquire, type Checkpoint, type Lease, say } from './checkpoint.ts';
import type { Effects } from './effects.ts';
import { caughtUp, type Ending, endingOf, holdOf } from './ending.ts';
import { asTidemarkError, TidemarkError, UnreadableError } from './errors.ts';
import type { Destination, Feed } from './model.ts';
import { moveOn } from './move-on.ts';
import { TooManyRowsError } from './occurrences.ts';
import { Outgoing, type Writer } from './outgoing.ts';
import { IncompleteError } from './paging.ts';
import { makePlan, type PlanResult } from './plan.ts';
import { deliverOutgoing, readWindow } from './read-window.ts';
import { helpOn, recoverBroken, recoverIncomplete } from './recover.ts';
import { emptyTally, type FeedReport, type Tally } from './report.ts';
import type { Run } from './run.ts';
import { Seen } from './seen.ts';
import { sendOwn } from './send-own.ts';
import { newCheckpoint, settleDestinations, settleScope } from './settle-in.ts';
import { formatInstant, HOUR, type Instant, SECOND } from './time.ts';
import { Voices } from './voices.ts';

/** What a run of a feed is given. */
export interface FeedTask {
  readonly effects: Effects;
  readonly feed: Feed;
  readonly destinations: readonly Destination[];
  readonly write: Writer;
  /** Random, one an invocation: how a worker knows its own writes. */
  readonly owner: string;
  readonly leaseUntil: Instant;
  readonly asker: Omit<Asker, 'tally' | 'life'>;
  readonly mostSeenKeys: number;
  /** A person asks: what the vendor refused before is asked again now. */
  readonly askAgain: boolean;
  /** Finds out, once an invocation, how much the credentials may see. */
  sight(asker: Asker): Promise<Outlook>;
}

/** What is known of how much the credentials may see. */
export interface Outlook {
  readonly warnings: readonly string[];
  /** Nobody could tell; this is to be said when the log itself looks as if it were little. */
  readonly suspicion?: string;
}

/** Runs one feed: takes its lease, finishes its plan or makes a new one, reads window after window, gives the lease back. */
export async function runFeed(task: FeedTask): Promise<FeedReport> {
  const { effects, feed } = task;
  const tally = emptyTally();
  const start = effects.now();
  const found = await effects.load(feed.name);
  const secretVersion = await effects.secretVersion();
  const hold = found && holdOf(found, start, secretVersion, task.askAgain);
  if (hold) return report(task, found, tally, hold, []);
  const held = await acquire(effects, feed.name, task.owner, task.leaseUntil, found, () => newCheckpoint(task, start));
  if ('busyUntil' in held) {
    effects.count('Busy', 1);
    return report(task, held.found, tally, { state: 'busy', changes: {}, until: held.busyUntil }, []);
  }
  const { lease } = held;
  const warnings: string[] = [];
  const life = { over: false };
  let ending: Ending;
  try {
    ending = await readOn(task, lease, start, tally, life, warnings);
  } catch (thrown) {
    ending = endingOf(task, lease, thrown, secretVersion);
  }
  life.over = true;
  const ended = await giveBack(task, lease, ending);
  return report(task, lease.item, tally, ended, warnings);
}

/** Works through the plan until it is done or something ends the run. */
async function readOn(
  task: FeedTask,
  lease: Lease,
  start: Instant,
  tally: Tally,
  life: Asker['life'],
  warnings: string[],
): Promise<Ending> {
  const { effects, feed, destinations } = task;
  warnings.push(...settleScope(task, lease));
  settleDestinations(task, lease);
  const asker = { ...task.asker, tally, life, ...(lease.item.patient && { waitsLong: true }) };
  const outlook = await task.sight(asker);
  warnings.push(...outlook.warnings);
  const seen = new Seen(
    effects,
    feed.name,
    destinations.map(({ id }) => id),
    task.mostSeenKeys,
  );
  const overlapFrom = overlapStart(feed, lease.item);
  const seenFrom = await seen.load(overlapFrom);
  if (seenFrom > overlapFrom) {
    effects.count('OverlapShortened', 1);
    warnings.push(
      `The overlap is cut to what lies after ${say(seenFrom)}: more than ${task.mostSeenKeys} events were delivered in it.`,
    );
  }
  const made = planOf(feed, lease.item, start, seenFrom);
  if (!made.plan) return caughtUp(effects.now());
  const run: Run = {
    effects,
    feed,
    asker,
    lease,
    destinations,
    seen,
    outgoing: new Outgoing(effects, feed.name, destinations, seen, task.write, runName(task, lease)),
    tally,
    readBefore: lease.item.watermark,
    plan: made.plan,
    unordered: lease.item.unordered ?? false,
    voices: new Voices(),
  };
  if (made.gap) {
    effects.count('Gap', 1);
    warnings.push(`The vendor deleted ${say(made.gap.from)} to ${say(made.gap.to)} before it was read.`);
    await sendOwn(run, { act: 'gap', range: made.gap });
    await lease.commit({ watermark: made.gap.to, plan: run.plan });
  }
  try {
    for (;;) {
      const ending = await readNext(run);
      if (ending) return ending;
    }
  } finally {
    if (outlook.suspicion !== undefined && run.voices.isAlone) {
      effects.count('NarrowSight', 1);
      warnings.push(outlook.suspicion);
    }
  }
}

/** Tells this run's seen chunks from every other's: also when a checkpoint was removed and its fence begins anew. */
function runName({ owner }: FeedTask, { item }: Lease): string {
  return `${String(item.fence).padStart(9, '0')}-${owner.slice(0, 8)}`;
}

/** The stored plan is finished before a new one is made, unless the vendor has deleted a part of it meanwhile. */
function planOf(feed: Feed, item: Checkpoint, start: Instant, seenFrom: Instant): PlanResult {
  const deleted = item.watermark < start - feed.stream.retention;
  return item.plan && !deleted ? { plan: item.plan } : makePlan(feed, item, start, seenFrom);
}

/** Reads the plan's window, or a part of it; says how the run ended when it did. */
async function readNext(run: Run): Promise<Ending | undefined> {
  const { left } = run.plan;
  const { pages } = run.tally;
  try {
    if ((await readWindow(run)) === 'go-on') return undefined;
    await deliverOutgoing(run);
    return await moveOn(run);
  } catch (thrown) {
    const begun = { left, readSome: run.tally.pages > pages };
    if (thrown instanceof UnreadableError) return await recoverBroken(run, thrown, begun);
    if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError) {
      return await recoverIncomplete(run, thrown);
    }
    if (isCutShort(thrown)) await helpOn(run, begun);
    throw thrown;
  }
}

/** Whether it was the vendor, or the time, that ended the reading of a window. */
function isCutShort(thrown: unknown): boolean {
  if (thrown instanceof OutOfTimeError || thrown instanceof PauseError) return true;
  return thrown instanceof TidemarkError && thrown.code === 'failing';
}

/** Where the overlap of this run begins. A stored plan may begin earlier: its rows load what they need on demand. */
function overlapStart(feed: Feed, { watermark, floor }: Checkpoint): Instant {
  return Math.max(floor, watermark - feed.overlap);
}

/** Returns the lease together with the run's last changes; when that cannot be saved, the run did not end well after all. */
async function giveBack(task: FeedTask, lease: Lease, ending: Ending): Promise<Ending> {
  if (ending.error?.code === 'lease-lost') return ending;
  try {
    await lease.release(ending.changes);
    return ending;
  } catch (thrown) {
    const error = asTidemarkError(thrown);
    task.effects.log('error', 'The checkpoint could not be saved; the lease runs out by itself.', {
      feed: task.feed.name,
      error: error.message,
    });
    return { state: error.code === 'lease-lost' ? 'busy' : 'failed', changes: {}, error: ending.error ?? error };
  }
}

function report(
  task: FeedTask,
  item: Checkpoint | undefined,
  tally: Tally,
  ending: Ending,
  warnings: readonly string[],
): FeedReport {
  const { effects, feed } = task;
  const { quota } = task.asker.pacer;
  const lag = item && effects.now() - item.watermark;
  if (item && lag !== undefined) {
    effects.count('LagSeconds', Math.round(lag / SECOND));
    effects.count('RetentionLeftHours', Math.round((feed.stream.retention - lag) / HOUR));
  }
  const { error, until } = ending;
  return {
    feed: feed.name,
    state: ending.state,
    ...tally,
    ...(item && { watermark: formatInstant(item.watermark) }),
    ...(lag !== undefined && { lagSeconds: Math.round(lag / SECOND) }),
    ...(until !== undefined && { until: formatInstant(until) }),
    ...(quota && { quota: { limit: quota.limit, remaining: quota.remaining } }),
    warnings,
    ...(error && { error: { code: error.code, stage: error.stage, message: error.message, cure: error.cure } }),
  };
}
