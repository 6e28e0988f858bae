import { deliverOutgoing } from '../delivery/deliver-outgoing.ts';
import { Outgoing } from '../delivery/outgoing.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import {
  AmbiguousWriteError,
  ExpiredError,
  OutOfTimeError,
  PauseError,
  TidemarkError,
  UnreadableError,
} from '../errors.ts';
import type { Feed } from '../model.ts';
import { SignInMarks } from '../requests/own-sign-ins.ts';
import { IncompleteError } from '../requests/paging.ts';
import { caughtUp, type RunOutcome } from '../run/outcome.ts';
import { newCheckpoint, reconcileDestinations, reconcileScope } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { type FeedContext, type Held, type Prepared, runName, selfEventSending, withLease } from '../run/with-lease.ts';
import { DayNotes, foldDays } from '../state/ledger.ts';
import { OngoingNotes } from '../state/ongoing.ts';
import { Seen } from '../state/seen.ts';
import type { Changes, Checkpoint, Plan } from '../stored/checkpoint.ts';
import { LatenessNotes } from '../stored/lateness.ts';
import { type Duration, formatTime, type Instant } from '../time.ts';
import { finishWindow } from './finish-window.ts';
import { noteDay, noteDone } from './note-done.ts';
import { TooManyRowsError } from './occurrences.ts';
import { dueRereads, makePlan, type PlanResult } from './plan.ts';
import { readOngoing } from './read-ongoing.ts';
import { readWindow } from './read-window.ts';
import { helpOn, recoverBroken, recoverExpired, recoverIncomplete } from './recover.ts';
import type { Run } from './run.ts';
import { SingleActorCheck } from './single-actor-check.ts';

/** Runs one feed: finishes its plan or makes a new one, and reads window after window. */
export async function runFeed(task: FeedContext): Promise<FeedReport> {
  return await withLease(
    task,
    (start) => newCheckpoint(task, start),
    (held) => readOn(task, held),
  );
}

/** Works through the plan until it is done or something ends the run. */
async function readOn(task: FeedContext, held: Held): Promise<RunOutcome> {
  const { effects, destinations } = task;
  const { lease, start, asker, warnings } = held;
  const prepared = await task.prepare(asker);
  const feed = { ...task.feed, connection: prepared.connection };
  const changed = reconcileScope({ ...task, feed }, lease);
  warnings.push(...prepared.outlook.warnings);
  reconcileDestinations(task, lease);
  const seen = seenOf(task, feed.name);
  const due = dueRereads(feed, lease.item, start);
  const overlapFrom = overlapStart(feed, lease.item, due);
  const seenFrom = await seen.load(overlapFrom);
  const made = planOf(feed, lease.item, start, seenFrom, due);
  if (changed) {
    warnings.push(changed.message);
    await sendSelfEvent(selfEventSending(task, held, seen), { act: 'scope-changed', ...changed });
  }
  if (!made.plan) return caughtUp(effects.now());
  const run = await startRun(task, feed, held, prepared, seen, made.plan);
  if (seenFrom > overlapFrom) {
    effects.count('OverlapShortened', 1);
    warnings.push(
      `The overlap is cut to what lies after ${formatTime(seenFrom)}: more than ${task.mostSeenKeys} events were delivered in it.`,
    );
    await sendSelfEvent(run, { act: 'overlap-shortened', range: { from: overlapFrom, to: seenFrom } });
  }
  if (made.gap) {
    effects.count('Gap', 1);
    warnings.push(`The vendor deleted ${formatTime(made.gap.from)} to ${formatTime(made.gap.to)} before it was read.`);
    run.dayNotes.gap(made.gap);
    await sendSelfEvent(run, { act: 'gap', range: made.gap });
    await lease.commit({ watermark: made.gap.to, plan: run.plan });
  }
  let ending: RunOutcome;
  try {
    ending = await readOngoing(run, await readToEnd(run, prepared, warnings));
    noteDone(run);
  } finally {
    noteDay(run);
  }
  if (ending.state !== 'caught-up' || destinations.length === 0) return ending;
  const folded = await tryToFold(run, ending.changes.watermark ?? lease.item.watermark, task.seenFor);
  return { ...ending, changes: { ...ending.changes, ...folded } };
}

/** What was read has been delivered: a table that hiccups over the ledger, which the next run can write as well, must not undo that. */
async function tryToFold(run: Run, watermark: Instant, seenFor: Duration): Promise<Changes> {
  try {
    return await foldDays({ ...run, stopAt: run.asker.stopAt }, watermark, seenFor);
  } catch (thrown) {
    if (!(thrown instanceof AmbiguousWriteError)) throw thrown;
    run.effects.log('warn', 'The ledger could not be written; the next run does it.', {
      feed: run.feed.name,
      error: String(thrown),
    });
    return {};
  }
}

/** Which of a place's events were delivered, and to whom. */
export function seenOf({ effects, destinations, mostSeenKeys }: FeedContext, place: string): Seen {
  const ids = destinations.map(({ id }) => id);
  return new Seen(effects, place, ids, mostSeenKeys);
}

/** @param place where it is remembered what was delivered */
export async function startRun(
  task: FeedContext,
  feed: Feed,
  { lease, asker, tally }: Held,
  { connection, signInsOnRecord }: Prepared,
  seen: Seen,
  plan: Plan,
  place: string = feed.name,
): Promise<Run> {
  const { effects, destinations } = task;
  const ongoing = new OngoingNotes(effects, feed.name, feed.stream);
  await ongoing.load();
  return {
    effects,
    feed,
    asker,
    endBy: asker.endBy,
    lease,
    destinations,
    seen,
    outgoing: new Outgoing({
      effects,
      feed: feed.name,
      place,
      destinations,
      seen,
      write: task.write,
      run: runName(task, lease),
    }),
    tally,
    readBefore: lease.item.watermark,
    plan,
    unordered: lease.item.unordered ?? false,
    singleActor: new SingleActorCheck(),
    marks: new SignInMarks(feed.source.ownSignIns, connection, {
      onRecord: signInsOnRecord,
      claims: lease.item.claims ?? {},
      keep: (claims) => lease.commit({ claims }),
    }),
    ongoing,
    dayNotes: new DayNotes(tally),
    lateNotes: new LatenessNotes(),
  };
}

/** Reads window after window of the run's plan. */
export async function readToEnd(run: Run, { outlook }: Prepared, warnings: string[]): Promise<RunOutcome> {
  try {
    for (;;) {
      const ending = await readNext(run);
      if (ending) return ending;
    }
  } finally {
    if (outlook.singleActorWarning !== undefined && run.singleActor.onlyOneActor) {
      run.effects.count('NarrowSight', 1);
      warnings.push(outlook.singleActorWarning);
    }
  }
}

/** The stored plan is finished before a new one is made, unless the vendor has deleted a part of it meanwhile. */
function planOf(feed: Feed, item: Checkpoint, start: Instant, seenFrom: Instant, due: readonly Duration[]): PlanResult {
  const deleted = item.watermark < start - feed.stream.retention;
  return item.plan && !deleted ? { plan: item.plan } : makePlan(feed, item, start, seenFrom, due);
}

/** Reads the plan's window, or a part of it; says how the run ended when it did. */
async function readNext(run: Run): Promise<RunOutcome | undefined> {
  const { left } = run.plan;
  const { pages } = run.tally;
  try {
    if ((await readWindow(run)) === 'go-on') return undefined;
    await deliverOutgoing(run);
    await run.ongoing.save();
    return await finishWindow(run);
  } catch (thrown) {
    const begun = { left, readSome: run.tally.pages > pages };
    if (thrown instanceof UnreadableError) return await recoverBroken(run, thrown, begun);
    if (thrown instanceof IncompleteError || thrown instanceof TooManyRowsError) {
      return await recoverIncomplete(run, thrown);
    }
    if (thrown instanceof ExpiredError) return await recoverExpired(run, thrown);
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
function overlapStart(feed: Feed, { watermark, floor }: Checkpoint, due: readonly Duration[]): Instant {
  return Math.max(floor, watermark - Math.max(feed.overlap, ...due));
}
