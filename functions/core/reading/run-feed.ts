import { CLOCKS_AGREE } from '../clocks/believed-clocks.ts';
import { noBelievedClock } from '../clocks/run-clocks.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import { AmbiguousWriteError } from '../errors.ts';
import type { Feed } from '../model.ts';
import { noteSight } from '../run/condition-notes.ts';
import type { FeedContext, LeasedRun, PreparedConnection } from '../run/feed-context.ts';
import { caughtUp, failed, type RunOutcome } from '../run/outcome.ts';
import { checkStreams, noteBacklog, noteOwedBacklog } from '../run/owed/check-streams.ts';
import { oweLost, settleDestinations } from '../run/owed/owe.ts';
import { newCheckpoint, reconcileScope, unreadStart } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { reviewScopeChange } from '../run/review-scope-change.ts';
import { noteOnDay } from '../run/standing.ts';
import { seenOf, startSending } from '../run/start-sending.ts';
import { bringBack } from '../run/times/bring-back.ts';
import { withLease } from '../run/with-lease.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import { foldDays } from '../state/ledger.ts';
import type { Changes, FeedCheckpoint, Plan } from '../stored/checkpoint.ts';
import { type Duration, formatTime, type Instant, type Range } from '../time.ts';
import { payOwed } from './owed/pay-owed.ts';
import { dueRereads, longestOverlap, makePlan, type PlanResult } from './plan.ts';
import { readOngoing } from './read-ongoing.ts';
import { readPlan } from './read-plan.ts';
import type { Run } from './run.ts';
import { startRun } from './start-run.ts';

/** Who moves a watermark that was in the future. */
const ITSELF = 'tidemark';

type LiveRun = LeasedRun<FeedCheckpoint>;

/** Runs one feed: finishes its plan or makes a new one, and reads window after window. */
export async function runFeed(context: FeedContext): Promise<FeedReport> {
  return await withLease<FeedCheckpoint>(context, {
    kind: 'feed',
    fresh: (start) => newCheckpoint(context, start),
    work: async (leased) => {
      const prepared = await context.prepare(leased.asker);
      const feed = { ...context.feed, connection: prepared.connection };
      return await readLive({ ...context, feed }, leased, prepared);
    },
  });
}

/** Works through the plan until it is done or something ends the run. */
async function readLive(
  context: FeedContext,
  leased: LiveRun,
  prepared: PreparedConnection,
): Promise<RunOutcome<FeedCheckpoint>> {
  const { effects, destinations, seenFor } = context;
  const { lease, warnings, clocks, conditions } = leased;
  const reset = await bringBack(context, leased);
  const scopeChange = reconcileScope(context, lease);
  await reviewScopeChange(context, leased);
  noteSight(conditions, prepared.visibility);
  // Only a person can do something about it.
  const unread = context.askAgain && unreadStart(context, lease.item.floor, clocks.earliest);
  if (unread) warnings.push(unread);
  const overlap = longestOverlap(context.feed);
  const hasAdded = await settleDestinations(context, leased, overlap);
  noteBacklog(lease, leased.clocks.latest, overlap);
  await oweLost(context, leased, await checkStreams(context, leased, { overlap, anew: hasAdded }));
  const { plan, gap } = planRun(context.feed, leased);
  const seen = seenOf(context);
  if (leased.keptSeen) seen.takeOver(leased.keptSeen);
  if (reset) {
    warnings.push(reset.message);
    const { from: to, to: from } = reset.range;
    await noteOnDay(effects, context.feed.name, effects.now(), [
      { what: 'moved', at: effects.now(), from, to, by: ITSELF },
    ]);
    await sendSelfEvent(startSending(context, leased, { seen }), { act: 'watermark-reset', range: reset.range });
  }
  if (scopeChange) {
    const { scope, message, range } = scopeChange;
    conditions.holds('scope-changed', message, range);
    await sendSelfEvent(startSending(context, leased, { seen }), { act: 'scope-changed', message, range });
    // Not before: a run that dies or fails meanwhile is followed by one that tells.
    lease.note({ scope, conditions: conditions.after(lease.item.conditions, effects.now()) });
  }
  if (!plan) {
    return clocks.agree
      ? { ...caughtUp(clocks.now), seen }
      : failed(noBelievedClock(clocks), lease.item.failures, effects.now());
  }
  // What an added destination lacks of the overlap is not late.
  const options = { prepared, seen, plan, ...(hasAdded && { readBefore: plan.from }) };
  const run = { ...(await startRun(context, leased, options)), lease };
  if (gap) await reportGap(run, gap, plan, warnings);
  let outcome: RunOutcome<FeedCheckpoint>;
  try {
    outcome = await readOngoing(run, await readPlan(run, prepared));
    run.notes.save(lease, run.notes.lateness.takeNew(), effects.now());
  } finally {
    run.notes.saveDay(lease, effects.now());
  }
  const looked = await checkStreams(context, leased, { overlap });
  const isCaughtUp = outcome.state === 'caught-up' && destinations.length > 0;
  const pays = isCaughtUp && (looked.replaced.length > 0 || lease.item.owed !== undefined);
  if (looked.replaced.length > 0 || pays) {
    // Whatever becomes of what is owed, the position of live reading counts.
    lease.note(outcome.changes);
    await oweLost(context, leased, looked);
    await oweLost(context, leased, looked);
    if (pays) noteOwedBacklog(lease, clocks.earliest);
    // What was lost must be stored first: only then does what is sent again count as sent.
    await lease.commit({});
    if (pays) await payOwed(context, leased, prepared);
  }
  if (!isCaughtUp) return outcome;
  const folded = await tryToFold(run, outcome.changes.watermark ?? lease.item.watermark, seenFor);
  // What was delivered beside it is not in it.
  return { ...outcome, ...(!pays && { seen }), changes: { ...outcome.changes, ...folded } };
}

/**
 * The plan of a run: the stored one is finished before a new one is made, unless the vendor has deleted a part of it meanwhile, or
 * a clock that was wrong has made it.
 */
function planRun(feed: Feed, { lease: { item }, clocks }: LiveRun): PlanResult {
  const { earliest: start, latest: readUntil, agree } = clocks;
  const deleted = item.watermark < start - feed.stream.retention;
  if (item.plan && !deleted && item.plan.to <= readUntil - feed.settle + CLOCKS_AGREE) return { plan: item.plan };
  const due = agree ? dueRereads(feed, item, start) : [];
  return makePlan(feed, { checkpoint: item, start, readUntil: agree ? start : readUntil, due });
}

/** Reports a range that the vendor deleted before it was read, and moves the watermark past it. */
async function reportGap(run: Run, gap: Range, plan: Plan, warnings: string[]): Promise<void> {
  run.effects.count('Gap', 1);
  warnings.push(`The vendor deleted ${formatTime(gap.from)} to ${formatTime(gap.to)} before it was read.`);
  run.notes.day.gap(gap);
  await sendSelfEvent(run, { act: 'gap', range: gap });
  await run.lease.commit({ watermark: gap.to, plan });
  run.progress.passed(gap.to);
}

/** Writes the ledger. A failure does not fail the run, whose events are delivered: the next run writes the ledger. */
async function tryToFold(
  run: Run & { readonly lease: HeldCheckpoint<FeedCheckpoint> },
  watermark: Instant,
  seenFor: Duration,
): Promise<Changes<FeedCheckpoint>> {
  try {
    return await foldDays({ ...run, stopAt: run.asker.stopAt }, watermark - run.feed.overlap, seenFor);
  } catch (thrown) {
    if (!(thrown instanceof AmbiguousWriteError)) throw thrown;
    run.effects.log('warn', 'The ledger could not be written; the next run writes it.', {
      feed: run.feed.name,
      error: String(thrown),
    });
    return {};
  }
}
