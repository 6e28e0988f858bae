import { type Asker, ask, OutOfTimeError, PauseError } from './ask.ts';
import { acquire, type Changes, type Checkpoint, firstCheckpoint, type Hold, type Lease, say } from './checkpoint.ts';
import type { Effects } from './effects.ts';
import { asTidemarkError, TidemarkError, UnreadableError } from './errors.ts';
import { digest } from './identity.ts';
import { LONGEST_HOLD } from './judge.ts';
import type { Destination, Feed } from './model.ts';
import { TooManyRowsError } from './occurrences.ts';
import { Outgoing, type Writer } from './outgoing.ts';
import { type OwnAct, ownEvent } from './own-events.ts';
import { IncompleteError } from './paging.ts';
import { halve, makePlan, nextWindow, type PlanResult, raisedWatermark, wholeWindow, widen } from './plan.ts';
import { judgeBroken } from './poison.ts';
import { deliverOutgoing, type Run, readWindow } from './read-window.ts';
import { emptyTally, type FeedReport, type FeedState, type Tally } from './report.ts';
import { bucketOf, destinationBits, Seen } from './seen.ts';
import { ceilTo, DAY, formatInstant, HOUR, type Instant, MINUTE, parseInstant, type Range, SECOND } from './time.ts';
import { Voices } from './voices.ts';

/** How long a stream that our credentials may not read is left alone. */
const FORBIDDEN_HOLD = HOUR;
/** Where a feed starts that has never run and says nothing else. */
const DEFAULT_START = DAY;

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

/** How a run ended, and what that changes. */
interface Ending {
  readonly state: FeedState;
  readonly changes: Changes;
  readonly until?: Instant;
  readonly error?: TidemarkError;
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
  const held = await acquire(effects, feed.name, task.owner, task.leaseUntil, found, () =>
    newCheckpoint(feed, task, start),
  );
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
    outgoing: new Outgoing(
      effects,
      feed.name,
      destinations,
      seen,
      task.write,
      String(lease.item.fence).padStart(9, '0'),
    ),
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

/** The stored plan is finished before a new one is made, unless the vendor has deleted a part of it meanwhile. */
function planOf(feed: Feed, item: Checkpoint, start: Instant, seenFrom: Instant): PlanResult {
  const deleted = item.watermark < start - feed.stream.retention;
  return item.plan && !deleted ? { plan: item.plan } : makePlan(feed, item, start, seenFrom);
}

/** Reads the plan's window, or a part of it; says how the run ended when it did. */
async function readNext(run: Run): Promise<Ending | undefined> {
  const { left } = run.plan;
  try {
    if ((await readWindow(run)) === 'go-on') return undefined;
    await deliverOutgoing(run);
    return await moveOn(run);
  } catch (thrown) {
    if (thrown instanceof UnreadableError) return await recoverBroken(run, thrown);
    if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError)
      return await recoverIncomplete(run, thrown);
    if (thrown instanceof OutOfTimeError || thrown instanceof PauseError) await helpOn(run, left);
    throw thrown;
  }
}

/**
 * A run was cut short. If it got nowhere in its window, a smaller one is tried; in the smallest, which may be one instant with
 * more rows than the vendor's quota lets a run read, the next run waits in place for as long as it may live.
 */
async function helpOn(run: Run, begunAt: Range | undefined): Promise<void> {
  const { left } = run.plan;
  const moved = left !== undefined && (left.from !== begunAt?.from || left.to !== begunAt.to);
  if (moved || run.tally.pages === 0 || (left && run.tally.delivered > 0)) return;
  if (!(await narrow(run, 'a run was too short for it', left))) run.lease.note({ patient: true });
}

/** The window is done: the watermark rises, and the next window is set out. After the last one that waits for the lease's return. */
async function moveOn(run: Run): Promise<Ending | undefined> {
  const { feed, lease } = run;
  const { watermark: before } = lease.item;
  const watermark = raisedWatermark(feed, before, run.plan);
  const narrowed = widen(feed, lease.item.narrowed);
  // What the vendor has not answered for yet must be read again before anything after it may count.
  const proven = watermark >= run.plan.window.to;
  const plan = proven ? nextWindow(feed, run.plan, narrowed) : undefined;
  const changes: Changes = {
    watermark,
    plan,
    narrowed,
    broken: narrowed === undefined ? undefined : lease.item.broken,
    unordered: run.unordered || undefined,
    patient: undefined,
  };
  if (plan) {
    await lease.commit(changes);
    run.plan = plan;
    return undefined;
  }
  // Some of a backlog is worth going on at once; the few moments that have passed meanwhile are not.
  const more = run.plan.window.to < run.plan.to && watermark - before >= MINUTE;
  const ending = more ? outOfTime('more') : caughtUp(run.effects.now());
  return { ...ending, changes: { ...changes, ...ending.changes } };
}

/** Paging that did not end, or rows beyond counting: a smaller window may do better. */
async function recoverIncomplete(run: Run, thrown: Error): Promise<undefined> {
  run.effects.count('Incomplete', 1);
  run.effects.log('warn', `The window is halved: ${thrown.message}.`, { feed: run.feed.name });
  if (await narrow(run, thrown)) return undefined;
  throw new TidemarkError(
    'incomplete',
    'receiving',
    `${thrown.message}, even in the smallest window (from ${say(run.plan.window.from)}).`,
    'Report it to the vendor. What was read is delivered; the watermark waits, so nothing is lost.',
    thrown,
  );
}

/** An answer that cannot be read fails the run, unless it has shown to be data: then the window shrinks around it. */
async function recoverBroken(run: Run, thrown: UnreadableError): Promise<Ending | undefined> {
  const { feed, lease } = run;
  const smallest = halve(feed, run.plan.window) === undefined;
  const { broken, act } = judgeBroken(lease.item.broken, digest(thrown.body), thrown.claimsFormat, smallest);
  // With the plan stored, the next run asks the same: only then can the same answer tell something.
  lease.note({ broken, plan: run.plan });
  if (act === 'fail') throw thrown;
  if (act === 'ask-again') return undefined;
  if (act === 'narrow') {
    await narrow(run, thrown);
    return undefined;
  }
  if (await isBrokenAllOver(run)) {
    lease.note({ broken: undefined });
    throw thrown;
  }
  return await giveUp(run, thrown);
}

/** The smallest window cannot be read: its body goes into quarantine, what can be read of it is delivered, and the feed goes on. */
async function giveUp(run: Run, thrown: UnreadableError): Promise<Ending | undefined> {
  const { from, to } = run.plan.window;
  const { precision } = run.feed.stream;
  run.effects.count('Unreadable', 1);
  await sendOwn(run, { act: 'unreadable', range: { from, to }, body: thrown.body, message: thrown.message });
  // The broken row may lie in a margin. Whichever way the vendor means its bounds, one of these leaves the margins out.
  const narrower = [
    { from, to: Math.max(from, to - precision) },
    { from, to },
    { from: Math.max(0, from - precision), to: Math.max(from, to - precision) },
  ];
  for (const bounds of narrower) {
    try {
      await readWindow(run, bounds);
    } catch (again) {
      if (!(again instanceof UnreadableError)) throw again;
    }
  }
  await deliverOutgoing(run);
  return await moveOn(run);
}

/** Goes on with the first half of the window, or of what is left of it; false when that is the smallest already. */
async function narrow(run: Run, why: unknown, rest: Range = run.plan.window): Promise<boolean> {
  const half = halve(run.feed, rest);
  if (half === undefined) return false;
  run.plan = { from: run.plan.from, to: run.plan.to, window: { from: rest.from, to: rest.from + half } };
  run.effects.log('debug', 'The window is halved.', { feed: run.feed.name, why: String(why) });
  await run.lease.commit({ plan: run.plan, narrowed: half, unordered: run.unordered || undefined });
  return true;
}

/** Whether nothing else that holds rows can be read either: then it is the server that is broken, not a piece of data. */
async function isBrokenAllOver(run: Run): Promise<boolean> {
  const { stream, connection } = run.feed;
  const { from, to } = run.plan.window;
  const apart = 2 * stream.precision;
  const elsewhere = [
    { from: from - HOUR, to: from - apart },
    { from: to + apart, to: to + HOUR },
    { from: from - DAY, to: from - HOUR },
  ];
  let broken = false;
  for (const range of elsewhere.filter((range) => range.from >= 0)) {
    const request = stream.first(range, connection);
    const answer = await ask(run.asker, request);
    try {
      if (stream.read(answer, request).rows.length > 0) return false;
    } catch {
      broken = true;
    }
  }
  return broken;
}

/** Delivers an event of our own like any other: once to each destination. */
async function sendOwn(run: Run, act: OwnAct): Promise<void> {
  const now = run.effects.now();
  const event = ownEvent(run.feed, act, now);
  const { id } = event.event;
  const time = parseInstant(event['@timestamp']);
  const key = run.effects.seal(id);
  const everyone = destinationBits(
    run.destinations.map((destination) => destination.id),
    run.destinations.map((destination) => destination.id),
  );
  const lacking = everyone & ~(await run.seen.has(bucketOf(time), key));
  if (act.act === 'unreadable') run.outgoing.quarantine({ id, reason: 'unreadable', at: now, text: act.body });
  if (lacking !== 0) run.outgoing.add(event, time, key, lacking);
  await deliverOutgoing(run);
}

function newCheckpoint(feed: Feed, { effects, destinations }: FeedTask, start: Instant): Checkpoint {
  const wanted = feed.startFrom ?? start - DEFAULT_START;
  const floor = ceilTo(Math.max(wanted, start - feed.stream.retention), feed.stream.precision);
  effects.log('info', `${feed.name} starts at ${say(floor)}.`, {
    feed: feed.name,
    why:
      wanted > floor - feed.stream.precision
        ? feed.startFrom === undefined
          ? '24 hours before now, as no startFrom is set'
          : 'startFrom'
        : 'the vendor keeps no more',
  });
  return firstCheckpoint(
    floor,
    scopeOf(feed),
    destinations.map(({ id }) => id),
  );
}

function scopeOf(feed: Feed): string {
  return JSON.stringify(feed.source.scope(feed.connection));
}

/** When what defines the feed has changed, its past has a hole, which is said, for nobody else would notice. */
function settleScope({ feed, effects }: FeedTask, lease: Lease): string[] {
  const scope = scopeOf(feed);
  const { scope: before, floor, watermark, plan } = lease.item;
  if (before === scope) return [];
  // What has been read of a window half done was read under the old scope.
  lease.note({ scope, plan: plan && wholeWindow(plan) });
  effects.count('ScopeChanged', 1);
  return [
    `What this feed reads has changed from ${before} to ${scope}. From now on the new is read; ` +
      `what is new in it between ${say(floor)} and ${say(watermark)} needs a backfill of that range.`,
  ];
}

/** A destination added since starts now, with a window read from its beginning; one that was removed is forgotten. */
function settleDestinations({ destinations }: FeedTask, lease: Lease): void {
  const { destinations: since, watermark, plan } = lease.item;
  const added = destinations.filter(({ id }) => since[id] === undefined);
  if (added.length === 0 && Object.keys(since).length === destinations.length) return;
  lease.note({ destinations: Object.fromEntries(destinations.map(({ id }) => [id, since[id] ?? watermark])) });
  if (plan && added.length > 0) lease.note({ plan: wholeWindow(plan) });
}

/** Where the overlap of this run begins. A stored plan may begin earlier: its rows load what they need on demand. */
function overlapStart(feed: Feed, { watermark, floor }: Checkpoint): Instant {
  return Math.max(floor, watermark - feed.overlap);
}

/** Why this run asks nothing, if so. */
function holdOf({ hold }: Checkpoint, now: Instant, secretVersion: string, askAgain: boolean): Ending | undefined {
  if (!hold || now >= hold.until) return undefined;
  if (hold.reason === 'quota') return { state: 'paused', changes: {}, until: hold.until };
  if (askAgain || hold.secretVersion !== secretVersion) return undefined;
  return { state: 'forbidden', changes: {}, until: hold.until, error: forbidden(hold) };
}

function caughtUp(now: Instant): Ending {
  return {
    state: 'caught-up',
    changes: { lastSuccess: now, failures: 0, lastError: undefined, hold: undefined, patient: undefined },
  };
}

function outOfTime(state: 'more' | 'stopped'): Ending {
  return { state, changes: { failures: 0, hold: undefined } };
}

function forbidden({ message, cure = '' }: Hold): TidemarkError {
  const again = 'It is asked again every hour, and at once after the secret has changed.';
  return new TidemarkError('forbidden', 'receiving', message, `${cure} ${again}`.trim());
}

/** What a thrown thing means for the feed. */
function endingOf(task: FeedTask, lease: Lease, thrown: unknown, secretVersion: string): Ending {
  const now = task.effects.now();
  if (thrown instanceof OutOfTimeError) {
    return outOfTime(task.effects.stopping() ? 'stopped' : 'more');
  }
  if (thrown instanceof PauseError) {
    const until = Math.min(thrown.until, now + LONGEST_HOLD);
    const hold = { until, reason: 'quota', message: thrown.message } as const;
    return { state: 'paused', until, changes: { failures: 0, hold } };
  }
  const error = asTidemarkError(thrown);
  if (error.code === 'lease-lost') return { state: 'busy', changes: {}, error };
  const lastError = { code: error.code, message: error.message, at: now };
  const failed: Changes = { failures: lease.item.failures + 1, lastError, hold: undefined };
  if (error.code === 'refused') return { state: 'refused', error, changes: failed };
  if (error.code !== 'forbidden') return { state: 'failed', error, changes: failed };
  const until = now + FORBIDDEN_HOLD;
  const hold = { until, reason: 'forbidden', message: error.message, cure: error.cure, secretVersion } as const;
  return { state: 'forbidden', until, error, changes: { ...failed, hold } };
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
