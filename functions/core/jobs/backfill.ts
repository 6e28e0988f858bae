import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Flush } from '../delivery/sending.ts';
import type { Effects } from '../effects.ts';
import { TidemarkError } from '../errors.ts';
import type { Feed } from '../model.ts';
import { firstWindow } from '../reading/plan.ts';
import { readToEnd, startRun } from '../reading/run-feed.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import { liveCheckpoint } from '../run/live-checkpoint.ts';
import { outOfTime, type RunOutcome } from '../run/outcome.ts';
import { scopeOf } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { seenOf, startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import type { Lease } from '../state/lease.ts';
import { foldDay } from '../state/ledger.ts';
import { idsOf } from '../state/seen.ts';
import { type Changes, type Checkpoint, firstCheckpoint, type Plan } from '../stored/checkpoint.ts';
import { type BackfillJob, jobKey } from '../stored/job.ts';
import { addTallies, emptyTally } from '../stored/tally.ts';
import { ceilTo, DAY, floorTo, formatTime, type Instant, MINUTE, type Range } from '../time.ts';
import { flushWithLiveLease } from './with-live-lease.ts';

/** What a backfill is asked to do. */
export interface BackfillTask {
  readonly id: string;
  /** None to go on with one that has begun. */
  readonly range?: Range;
  readonly resend?: boolean;
  readonly cancel?: boolean;
}

/**
 * Reads a range of the past beside the live feed: with a checkpoint of its own, the same identities and the same seen keys. Each
 * flush goes out under the live feed's lease, so that nothing is delivered twice where the two meet. One run does as much as it
 * has time for; the next one goes on.
 */
export async function runBackfill(task: FeedContext, order: BackfillTask): Promise<FeedReport> {
  const key = jobKey(task.feed.name, 'backfill', order.id);
  const live = await liveCheckpoint(task);
  const begun = await task.effects.load(key);
  if (!begun && !order.range) throw unknownJob(task.feed.name, 'backfill', order.id);
  const range = clampRange(task, live, order.range ?? (begun as Checkpoint).job?.range ?? { from: 0, to: 0 });
  const own = { ...task, key };
  return await withLease(own, {
    fresh: (start) => newJob(own, order, range, start),
    work: (held) => fill(own, order, held, () => newJob(own, order, range, held.start)),
    heedsHold: !order.cancel,
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

/** What lies above the watermark is the live feed's to read, and what the vendor has deleted is nobody's. */
function clampRange({ effects, feed }: FeedContext, live: Checkpoint, { from, to }: Range): Range {
  const { precision, retention } = feed.stream;
  const oldest = ceilTo(effects.now() - retention, precision);
  const last = Math.min(ceilTo(to, precision), floorTo(live.watermark, precision));
  const first = Math.max(floorTo(from, precision), oldest);
  return { from: Math.min(first, last), to: last };
}

function newJob(
  { destinations }: FeedContext,
  { id, resend = false }: BackfillTask,
  range: Range,
  start: Instant,
): Checkpoint {
  const job: BackfillJob = {
    kind: 'backfill',
    id,
    range,
    resend,
    startedAt: start,
    state: 'running',
    tally: emptyTally(),
  };
  return { ...firstCheckpoint(range.from, '', idsOf(destinations)), job };
}

async function fill(
  task: FeedContext,
  order: BackfillTask,
  held: LeasedRun,
  fresh: () => Checkpoint,
): Promise<RunOutcome> {
  const { effects } = task;
  const { lease, warnings } = held;
  if (order.range && !order.cancel) beginAnew(task, lease, fresh, warnings);
  const job = lease.item.job as BackfillJob;
  if (order.range && (order.resend ?? false) !== job.resend) throw otherKind(task.feed.name, job);
  const own = startSending(task, held);
  const told = { act: 'backfill' as const, id: job.id, range: job.range, resend: job.resend };
  if (job.state !== 'running') return over(job);
  await own.seen.open();
  const { precision } = task.feed.stream;
  if (order.range && (order.range.from + precision <= job.range.from || order.range.to >= job.range.to + precision)) {
    warnings.push(
      `The backfill is of ${formatTime(job.range.from)} to ${formatTime(job.range.to)}: the vendor keeps nothing older, and what is newer is read live.`,
    );
  }
  if (order.cancel) {
    await sendSelfEvent(own, { ...told, state: 'cancelled' });
    return over({ ...job, state: 'cancelled' }, { plan: undefined });
  }
  await sendSelfEvent(own, { ...told, state: 'started' });
  const before = lease.item.watermark;
  const ending = await readPart(task, held).finally(() => {
    lease.note({ job: { ...job, tally: addTallies(job.tally, held.tally) } });
  });
  const watermark = ending.changes.watermark ?? lease.item.watermark;
  const folded = await foldRange(task, held, watermark);
  if (ending.state === 'caught-up' && watermark < job.range.to && watermark === before)
    return standingStill(effects, ending);
  const changes = { ...ending.changes, folded: { first: folded, final: folded } };
  if (ending.state !== 'caught-up') return { ...ending, changes };
  // The last part is done, or the next one is to be begun.
  if (watermark < job.range.to || folded < floorTo(watermark, DAY)) return { ...outOfTime('more'), changes };
  await sendSelfEvent(own, { ...told, state: 'done' });
  return over({ ...(lease.item.job as BackfillJob), state: 'done' }, { ...changes, lastSuccess: effects.now() });
}

/**
 * What is done is done, for those who were there: when destinations were added since, it is begun anew for their sake. They
 * alone get what the others have.
 */
function beginAnew({ destinations }: FeedContext, lease: Lease, fresh: () => Checkpoint, warnings: string[]): void {
  const { job, destinations: known } = lease.item;
  const added = destinations.filter(({ id }) => known[id] === undefined);
  if (job?.state === 'cancelled') warnings.push('It was cancelled. To begin it once more, give it another --id.');
  if (job?.state !== 'done') return;
  if (added.length > 0) restart(lease, fresh());
  else warnings.push('It was done before. To do it once more, give it another --id.');
}

/** From the beginning, with all that is known of how far it had come left behind. */
function restart(lease: Lease, { job, watermark, floor, destinations }: Checkpoint): void {
  const nothing = { plan: undefined, narrowed: undefined, broken: undefined, folded: undefined, scope: '' };
  lease.note({ ...nothing, job, watermark, floor, destinations });
}

function otherKind(feed: string, { id, resend }: BackfillJob): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${feed}: the backfill ${JSON.stringify(id)} ${resend ? 'sends' : 'does not send'} again what was delivered before.`,
    remedy: 'Give this one another --id.',
  });
}

/** The vendor has not answered for as much as it was asked for: to ask again at once would not help. */
function standingStill({ now }: Effects, { changes }: RunOutcome): RunOutcome {
  return { state: 'paused', changes, until: now() + MINUTE };
}

function over(job: BackfillJob, changes: Changes = {}): RunOutcome {
  return { state: 'caught-up', changes: { ...changes, job } };
}

/** Reads on in the range, as far as there is time. */
async function readPart(task: FeedContext, held: LeasedRun): Promise<RunOutcome> {
  const { lease, asker, warnings } = held;
  const { effects } = task;
  const { id, range, resend } = lease.item.job as BackfillJob;
  if (lease.item.watermark >= range.to) return { state: 'caught-up', changes: {} };
  const prepared = await task.prepare(asker);
  const feed = { ...task.feed, connection: prepared.connection };
  const scope = scopeOf(feed);
  const { scope: known } = lease.item;
  if (known !== '' && known !== scope) {
    warnings.push('What this feed reads has changed: the backfill begins anew.');
    lease.note({ plan: undefined, watermark: range.from, folded: undefined });
  }
  lease.note({ scope });
  const live = await liveCheckpoint(task);
  const forgotten = Math.min(range.to, effects.now() - task.seenFor);
  if (forgotten > Math.max(live.floor, range.from)) {
    warnings.push(
      `What was delivered of before ${formatTime(forgotten)} is no longer remembered: it may arrive once more, with the same ids.`,
    );
  }
  const place = resend ? `${feed.name}#resent#${id}` : feed.name;
  const seen = seenOf(task, place);
  await seen.open();
  const run = await startRun({ ...task, feed }, held, {
    prepared,
    seen,
    plan: planOf(feed, lease.item, range.to),
    place,
  });
  // What is sent again on purpose is nothing that the live feed asks about.
  const sharing = resend ? run : { ...run, inTurn: (flush: Flush) => flushWithLiveLease(task, run, flush) };
  return await readToEnd(sharing, prepared, warnings);
}

function planOf(feed: Feed, { watermark: from, plan, narrowed }: Checkpoint, to: Instant): Plan {
  if (plan && plan.to <= to) return plan;
  return { from, to, window: firstWindow(feed, { from, to }, narrowed) };
}

/** The days that are done get their rows in the ledger; says up to where. What is sent again was counted before. */
async function foldRange(
  { effects, feed }: FeedContext,
  { lease, asker }: LeasedRun,
  watermark: Instant,
): Promise<Instant> {
  const { range, resend } = lease.item.job as BackfillJob;
  const done = floorTo(watermark, DAY);
  let day = lease.item.folded?.first ?? floorTo(range.from, DAY);
  if (resend) return done;
  // The days that the live feed has yet to write are its own.
  const live = await effects.load(feed.name);
  const theirs = live ? (live.folded?.first ?? floorTo(live.floor, DAY)) : done;
  const last = Math.min(watermark === range.to ? ceilTo(watermark, DAY) : done, theirs);
  for (; day < last && effects.now() < asker.endBy; day += DAY) await foldDay(effects, feed, day, undefined);
  return day < last ? day : Math.max(day, done);
}
