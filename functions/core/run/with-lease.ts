import type { Writer } from '../delivery/event-writer.ts';
import { Outgoing } from '../delivery/outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Sending } from '../delivery/sending.ts';
import type { Effects } from '../effects.ts';
import { asTidemarkError } from '../errors.ts';
import { digest } from '../events/identity.ts';
import type { SelfEvent } from '../events/self-events.ts';
import { type AnyFeed, type Connection, type Destination, type Feed, isSnapshotFeed } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import type { SignInsOnRecord } from '../requests/own-sign-ins.ts';
import { acquire, type Lease } from '../state/lease.ts';
import { Seen } from '../state/seen.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import { emptyTally, type Tally } from '../stored/tally.ts';
import { type Duration, formatInstant, HOUR, type Instant, SECOND } from '../time.ts';
import { progressOf } from './job-progress.ts';
import { holdOf, outcomeOf, type RunOutcome } from './outcome.ts';
import type { FeedReport } from './report.ts';

/** What a run of a feed is given. */
export interface FeedContext<F extends AnyFeed = Feed> {
  readonly effects: Effects;
  readonly feed: F;
  /** The key of the checkpoint: the feed's name, or that of a job beside it. */
  readonly key: string;
  readonly destinations: readonly Destination[];
  readonly write: Writer;
  /** Random, one an invocation: how a worker knows its own writes. */
  readonly owner: string;
  readonly leaseUntil: Instant;
  readonly asker: Omit<Asker, 'tally' | 'life'>;
  readonly mostSeenKeys: number;
  /** How long delivered events are remembered. */
  readonly seenFor: Duration;
  /** A person asks: what the vendor refused before is asked again now. */
  readonly askAgain: boolean;
  /** Finds out, once an invocation, what there is to know about the connection. */
  prepare(asker: Asker): Promise<Prepared>;
}

/** A connection with all that was found out about it. */
export interface Prepared {
  readonly connection: Connection;
  readonly outlook: Outlook;
  /** @param fresh looks what other invocations have put on record meanwhile */
  signInsOnRecord(fresh: boolean): Promise<SignInsOnRecord>;
}

/** What is known of how much the credentials may see. */
export interface Outlook {
  readonly warnings: readonly string[];
  /** Nobody could tell; this is to be said when the log itself looks as if it were little. */
  readonly singleActorWarning?: string;
}

/** What a run works with while it holds the lease. */
export interface Held {
  readonly lease: Lease;
  /** `now` is read once a run. */
  readonly start: Instant;
  readonly tally: Tally;
  readonly asker: Asker;
  readonly warnings: string[];
}

interface LeaseOptions {
  /** Whether the vendor is asked, and a hold therefore means us. */
  readonly heedsHold?: boolean;
  /** Whether there is nothing to be done any more: then nothing is written, and little said. */
  readonly isOver?: (found: Checkpoint) => boolean;
}

/**
 * Takes the feed's lease, has the work done, gives the lease back together with the run's last changes, and says how it went.
 *
 * @param fresh the checkpoint of a feed that has never run
 */
export async function withLease(
  task: FeedContext<AnyFeed>,
  fresh: (start: Instant) => Checkpoint,
  work: (held: Held) => Promise<RunOutcome>,
  { heedsHold = true, isOver = () => false }: LeaseOptions = {},
): Promise<FeedReport> {
  const { effects, key } = task;
  const tally = emptyTally();
  const start = effects.now();
  const found = await effects.load(key);
  if (found && isOver(found)) return report(task, undefined, tally, { state: 'caught-up', changes: {} }, []);
  const secretVersion = await effects.secretVersion();
  const hold = heedsHold && found && holdOf(found, start, secretVersion, task.askAgain);
  if (hold) return report(task, found, tally, hold, []);
  const held = await acquire(effects, key, task.owner, task.leaseUntil, found, () => fresh(start));
  if ('busyUntil' in held) {
    effects.count('Busy', 1);
    return report(task, held.found, tally, { state: 'busy', changes: {}, until: held.busyUntil }, []);
  }
  const { lease } = held;
  const warnings: string[] = [];
  const life = { over: false };
  const asker = { ...task.asker, tally, life, ...(lease.item.waitsInPlace && { waitsInPlace: true }) };
  const run: Held = { lease, start, tally, asker, warnings };
  let ending: RunOutcome;
  try {
    ending = await work(run);
  } catch (thrown) {
    ending = outcomeOf(task, lease, thrown, secretVersion);
    await tellPermissionLost(task, run, ending);
  }
  life.over = true;
  const ended = await giveBack(task, lease, ending);
  return report(task, lease.item, tally, ended, warnings);
}

/** Tells this run's writes from every other's: also when a checkpoint was removed and its fence begins anew. */
export function runName({ owner, feed, key }: FeedContext<AnyFeed>, { item }: Lease): string {
  const name = `${String(item.fence).padStart(9, '0')}-${owner.slice(0, 8)}`;
  // Jobs count fences of their own.
  return key === feed.name ? name : `${name}-${digest(key).slice(0, 6)}`;
}

/** What it takes to tell the SIEM of an act of our own, apart from what a run delivers. */
export function selfEventSending(task: FeedContext<AnyFeed>, held: Held, seen?: Seen): Sending {
  const { lease, asker, tally } = held;
  const { effects, feed, destinations, mostSeenKeys } = task;
  const ids = destinations.map(({ id }) => id);
  const known = seen ?? new Seen(effects, feed.name, ids, mostSeenKeys);
  const outgoing = new Outgoing({
    effects,
    feed: feed.name,
    place: feed.name,
    destinations,
    seen: known,
    write: task.write,
    run: runName(task, lease),
  });
  return { effects, feed, endBy: asker.endBy, destinations, tally, seen: known, outgoing };
}

/** Tells the SIEM of an act of our own, when that must not stop anything else. */
export async function trySelfEvent(sending: Sending, act: SelfEvent): Promise<void> {
  try {
    await sendSelfEvent(sending, act);
  } catch (thrown) {
    sending.effects.log('warn', `The SIEM could not be told: ${act.act}.`, {
      feed: sending.feed.name,
      error: String(thrown),
    });
  }
}

const PERMISSION = new Set(['forbidden', 'scope-shrank']);

/** Once for each loss, which is known by when the feed was last well; as long as it stays so, the alarms say it. */
async function tellPermissionLost(task: FeedContext<AnyFeed>, held: Held, { error }: RunOutcome): Promise<void> {
  const { item } = held.lease;
  if (!error || !PERMISSION.has(error.code)) return;
  const sending = selfEventSending(task, held);
  try {
    await sending.seen.open();
  } catch {
    // Told twice is better than not at all.
  }
  const since = item.lastSuccess ?? item.floor;
  await trySelfEvent(sending, { act: 'permission-lost', since, message: error.message });
}

/** Returns the lease together with the run's last changes; when that cannot be saved, the run did not end well after all. */
async function giveBack(task: FeedContext<AnyFeed>, lease: Lease, ending: RunOutcome): Promise<RunOutcome> {
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
  task: FeedContext<AnyFeed>,
  item: Checkpoint | undefined,
  tally: Tally,
  ending: RunOutcome,
  warnings: readonly string[],
): FeedReport {
  const { effects, feed } = task;
  const { quota, perMinute } = task.asker.pacer;
  const lag = item && !item.job ? countLag(effects, feed, item) : undefined;
  const { error, until } = ending;
  return {
    feed: feed.name,
    state: ending.state,
    ...tally,
    ...(item && { watermark: formatInstant(item.watermark) }),
    ...(lag !== undefined && { lagSeconds: Math.round(lag / SECOND) }),
    ...jobOf(item, effects.now()),
    ...(until !== undefined && { until: formatInstant(until) }),
    ...(ending.redriven !== undefined && { redriven: ending.redriven }),
    ...(quota && { quota: { limit: quota.limit, remaining: quota.remaining } }),
    ...(perMinute !== undefined && { pace: { perMinute } }),
    warnings,
    ...(error && { error: { code: error.code, stage: error.stage, message: error.message, remedy: error.remedy } }),
  };
}

function jobOf(item: Checkpoint | undefined, now: Instant): Pick<FeedReport, 'job'> {
  const job = item && progressOf(item, now);
  return job ? { job } : {};
}

/** Says how far a feed is behind, and how long the vendor will yet keep what has not been read: also when nothing could be read. */
export function countLag(effects: Effects, feed: AnyFeed, { watermark }: Checkpoint): Duration {
  const lag = effects.now() - watermark;
  effects.count('LagSeconds', Math.round(lag / SECOND));
  // How things are now is always to be had: only what happened can be lost.
  if (!isSnapshotFeed(feed)) effects.count('RetentionLeftHours', Math.round((feed.stream.retention - lag) / HOUR));
  return lag;
}
