import { earliestNow } from '../clocks/believed-clocks.ts';
import type { Flush } from '../delivery/flush.ts';
import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Sending } from '../delivery/sending.ts';
import { TidemarkError } from '../errors.ts';
import type { Feed } from '../model.ts';
import { planUpTo } from '../reading/plan.ts';
import { readPlan } from '../reading/read-plan.ts';
import { startRun } from '../reading/start-run.ts';
import { noteSight } from '../run/condition-notes.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import { liveCheckpoint } from '../run/live-checkpoint.ts';
import { outOfTime, type RunOutcome } from '../run/outcome.ts';
import { scopeOf } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { seenOf, startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { type HeldCheckpoint, loadCheckpoint } from '../state/lease.ts';
import { foldDay } from '../state/ledger.ts';
import { idsOf } from '../state/seen.ts';
import { type BackfillCheckpoint, type Changes, type FeedCheckpoint, firstCheckpoint } from '../stored/checkpoint.ts';
import { type BackfillJob, jobKey } from '../stored/job.ts';
import { addTallies, emptyTally } from '../stored/tally.ts';
import { ceilTo, DAY, floorTo, formatTime, type Instant, MINUTE, type Range } from '../time.ts';
import { flushWithLiveLease } from './with-live-lease.ts';

/** The task of a backfill. */
export interface BackfillTask {
  readonly id: string;
  /** Undefined: continue the backfill that has begun. */
  readonly range?: Range;
  readonly resend?: boolean;
  readonly cancel?: boolean;
}

type LeasedBackfill = LeasedRun<BackfillCheckpoint>;
type Outcome = RunOutcome<BackfillCheckpoint>;

/**
 * Reads a range of the past beside the live feed: with a checkpoint of its own, the same identities and the same seen keys.
 * Each flush is delivered under the live feed's lease, so that nothing is delivered twice where the two overlap. One run does
 * as much as it has time for; the next one continues.
 */
export async function runBackfill(feedContext: FeedContext, task: BackfillTask): Promise<FeedReport> {
  const { name } = feedContext.feed;
  const key = jobKey(name, 'backfill', task.id);
  const context = { ...feedContext, key };
  const live = await liveCheckpoint(context);
  const begun = await loadCheckpoint<BackfillCheckpoint>(context.effects, key, 'backfill');
  const wanted = task.range ?? begun?.job.range;
  if (!wanted) throw unknownJob(name, 'backfill', task.id);
  const range = clampRange(context, live, wanted);
  const fresh = (start: Instant) => newJob(context, task, range, start);
  return await withLease<BackfillCheckpoint>(context, {
    kind: 'backfill',
    fresh,
    work: async (leased) => {
      if (task.range && !task.cancel) restartForAdded(context, leased, fresh);
      return await runJob(context, task, leased);
    },
    heedsHold: !task.cancel,
  });
}

export function unknownJob(feed: string, kind: string, id: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${feed} has no ${kind} ${JSON.stringify(id)}.`,
    remedy:
      'Begin it with --from and --to; tidemark status, with --cloud where it is deployed, lists those that there are.',
  });
}

/** Cuts a range to the part that a backfill can read: below the watermark, and within the vendor's retention. */
function clampRange({ effects, feed }: FeedContext, live: FeedCheckpoint, { from, to }: Range): Range {
  const { precision, retention } = feed.stream;
  const now = earliestNow(effects);
  const oldest = ceilTo(now - retention, precision);
  const last = Math.min(ceilTo(to, precision), floorTo(Math.min(live.watermark, now), precision));
  const first = Math.max(floorTo(from, precision), oldest);
  return { from: Math.min(first, last), to: last };
}

function newJob(
  { destinations }: FeedContext,
  { id, resend = false }: BackfillTask,
  range: Range,
  start: Instant,
): BackfillCheckpoint {
  const job: BackfillJob = {
    kind: 'backfill',
    id,
    range,
    resend,
    startedAt: start,
    state: 'running',
    tally: emptyTally(),
  };
  return { kind: 'backfill', ...firstCheckpoint(range.from, idsOf(destinations)), job };
}

/**
 * Restarts a backfill that is done if destinations were added since. They get the events that the other destinations have;
 * those get nothing twice.
 */
function restartForAdded(
  { destinations }: FeedContext,
  { lease, start, warnings }: LeasedBackfill,
  fresh: (start: Instant) => BackfillCheckpoint,
): void {
  const { job, destinations: known } = lease.item;
  const added = destinations.filter(({ id }) => known[id] === undefined);
  if (job.state === 'cancelled') warnings.push('It was cancelled. To start it again, give it another --id.');
  if (job.state !== 'done') return;
  if (added.length > 0) restart(lease, fresh(start));
  else warnings.push('It was done before. To repeat it, give it another --id.');
}

/** Restarts the backfill: removes its progress. */
function restart(
  lease: HeldCheckpoint<BackfillCheckpoint>,
  { job, watermark, floor, destinations }: BackfillCheckpoint,
): void {
  const removed = {
    plan: undefined,
    narrowed: undefined,
    broken: undefined,
    shortfall: undefined,
    folded: undefined,
    scope: '',
  };
  lease.note({ ...removed, job, watermark, floor, destinations });
}

/** Cancels or continues the backfill. */
async function runJob(context: FeedContext, task: BackfillTask, leased: LeasedBackfill): Promise<Outcome> {
  const { lease, warnings } = leased;
  const { job } = lease.item;
  if (task.range && (task.resend ?? false) !== job.resend) throw otherResend(context.feed.name, job);
  if (job.state !== 'running') return ended(job);
  const sending = startSending(context, leased);
  warnAboutRange(context.feed, task, job, warnings);
  if (task.cancel) {
    await tell(sending, job, 'cancelled');
    return ended({ ...job, state: 'cancelled' }, { plan: undefined });
  }
  await tell(sending, job, 'started');
  return await readOn(context, leased, sending);
}

/** Reads a part of the range, and ends the backfill after the last part. */
async function readOn(context: FeedContext, leased: LeasedBackfill, sending: Sending): Promise<Outcome> {
  const { effects } = context;
  const { lease, tally } = leased;
  const { job, watermark: before } = lease.item;
  const outcome = await readPart(context, leased).finally(() => {
    lease.note({ job: { ...job, tally: addTallies(job.tally, tally) } });
  });
  const watermark = outcome.changes.watermark ?? lease.item.watermark;
  const folded = await foldRange(context, leased, watermark);
  if (outcome.state === 'caught-up' && watermark < job.range.to && watermark === before) {
    // The vendor's answer does not cover the whole range, and asking again at once would not help.
    return { state: 'paused', changes: outcome.changes, until: effects.now() + MINUTE };
  }
  const changes = { ...outcome.changes, folded: { first: folded, final: folded } };
  if (outcome.state !== 'caught-up') return { ...outcome, changes };
  // There is another part to read, or the ledger is not written up to here.
  if (watermark < job.range.to || folded < floorTo(watermark, DAY)) return { ...outOfTime('more'), changes };
  await tell(sending, job, 'done');
  return ended({ ...lease.item.job, state: 'done' }, { ...changes, lastSuccess: effects.now() });
}

/** Sends an event of our own about the backfill to the SIEM. */
async function tell(
  sending: Sending,
  { id, range, resend }: BackfillJob,
  state: 'started' | 'done' | 'cancelled',
): Promise<void> {
  await sendSelfEvent(sending, { act: 'backfill', id, range, resend, state });
}

function warnAboutRange({ stream }: Feed, { range: wanted }: BackfillTask, { range }: BackfillJob, warnings: string[]) {
  const { precision } = stream;
  if (!wanted || (wanted.from + precision > range.from && wanted.to < range.to + precision)) return;
  warnings.push(
    `The backfill is of ${formatTime(range.from)} to ${formatTime(range.to)}: the vendor keeps nothing older, and newer events are read live.`,
  );
}

function otherResend(feed: string, { id, resend }: BackfillJob): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${feed}: the backfill ${JSON.stringify(id)} ${resend ? 'sends' : 'does not send'} again what was delivered before.`,
    remedy: 'Give this one another --id.',
  });
}

function ended(job: BackfillJob, changes: Changes<BackfillCheckpoint> = {}): Outcome {
  return { state: 'caught-up', changes: { ...changes, job } };
}

/** Continues to read the range, as far as there is time. */
async function readPart(configured: FeedContext, leased: LeasedBackfill): Promise<Outcome> {
  const { lease, asker, warnings, conditions } = leased;
  const { id, range, resend } = lease.item.job;
  if (lease.item.watermark >= range.to) return { state: 'caught-up', changes: {} };
  const prepared = await configured.prepare(asker);
  const feed = { ...configured.feed, connection: prepared.connection };
  const context = { ...configured, feed };
  reconcileScope(feed, leased);
  noteSight(conditions, prepared.visibility);
  const live = await liveCheckpoint(context);
  warnAboutForgotten(context, live, range, warnings);
  // Events that are sent again on purpose are remembered apart from those that the live feed has delivered.
  const place = resend ? `${feed.name}#resent#${id}` : feed.name;
  const seen = seenOf(context, { place });
  const plan = planUpTo(feed, lease.item, range.to);
  // What the live feed has told is not told again. The other way round it is: a job does not write the live feed's checkpoint.
  const run = await startRun(context, leased, { prepared, seen, plan, place, told: live.unknown ?? [] });
  const inTurn = (flush: Flush) => flushWithLiveLease(context, run, flush);
  return await readPlan(resend ? run : { ...run, inTurn }, prepared);
}

/** Restarts the backfill if the feed's scope has changed. */
function reconcileScope(feed: Feed, { lease, warnings }: LeasedBackfill): void {
  const scope = scopeOf(feed);
  const { scope: before, job } = lease.item;
  if (before !== '' && before !== scope) {
    warnings.push('What this feed reads has changed: the backfill starts again.');
    lease.note({ plan: undefined, watermark: job.range.from, folded: undefined });
  }
  lease.note({ scope });
}

/** Warns of events that may be delivered a second time, because their keys have expired. */
function warnAboutForgotten(
  { effects, seenFor }: FeedContext,
  live: FeedCheckpoint,
  range: Range,
  warnings: string[],
): void {
  const forgotten = Math.min(range.to, effects.now() - seenFor);
  if (forgotten <= Math.max(live.floor, range.from)) return;
  warnings.push(
    `Events delivered from before ${formatTime(forgotten)} are no longer remembered: they may be delivered again, with the same ids.`,
  );
}

/** Writes the ledger's rows of the days that are done. Returns the time up to which they are written. Events that are sent again are not counted again. */
async function foldRange(
  { effects, feed }: FeedContext,
  { lease, asker }: LeasedBackfill,
  watermark: Instant,
): Promise<Instant> {
  const { job, folded } = lease.item;
  const done = floorTo(watermark, DAY);
  if (job.resend) return done;
  let day = folded?.first ?? floorTo(job.range.from, DAY);
  // The live feed itself writes the days that it has not written yet.
  const live = await loadCheckpoint<FeedCheckpoint>(effects, feed.name, 'feed');
  const liveFrom = live ? (live.folded?.first ?? floorTo(live.floor, DAY)) : done;
  const last = Math.min(watermark === job.range.to ? ceilTo(watermark, DAY) : done, liveFrom);
  for (; day < last && effects.now() < asker.endBy; day += DAY) await foldDay(effects, feed, day, undefined);
  return day < last ? day : Math.max(day, done);
}
