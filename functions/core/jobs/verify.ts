import { OutOfTimeError, TidemarkError, UnreadableError } from '../errors.ts';
import type { Feed } from '../model.ts';
import { isAboutRange } from '../reading/recover.ts';
import { startRun } from '../reading/run-feed.ts';
import type { FeedContext, LeasedRun, PreparedConnection } from '../run/feed-context.ts';
import { liveCheckpoint } from '../run/live-checkpoint.ts';
import { outOfTime, type RunOutcome } from '../run/outcome.ts';
import { scopeOf } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { seenOf } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { type Checkpoint, firstCheckpoint } from '../stored/checkpoint.ts';
import { jobKey, type VerifyJob } from '../stored/job.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import {
  ceilTo,
  DAY,
  type Duration,
  floorTo,
  formatDuration,
  formatTime,
  HOUR,
  type Instant,
  type Range,
} from '../time.ts';
import { collect, Findings } from './collect.ts';
import { compareHours } from './compare-hours.ts';
import { repair } from './repair.ts';

/** What a verification is asked to do. */
export interface VerifyTask {
  readonly id: string;
  /** Cut to whole steps that lie below what live reading still looks at. */
  readonly range: Range;
  readonly repair?: boolean;
  /** A range that is done is not compared again: what schedules ask for may come several times. */
  readonly once?: boolean;
}

/** So many hours are compared at once. */
const LONGEST_STEP: Duration = 6 * HOUR;
/** So many steps that could not be verified are named; the table has all of them. */
const MOST_TOLD = 5;

/**
 * Asks the vendor again for a range that has been read, compares what it has with what was delivered, and, when asked to,
 * delivers what is missing, and only that. One run does as much as it has time for; the next one goes on.
 */
export async function runVerify(task: FeedContext, order: VerifyTask): Promise<FeedReport> {
  const key = jobKey(task.feed.name, 'verify', order.id);
  const live = await withBackfilled(task, await liveCheckpoint(task));
  const range = verifiable(task, live, order.range);
  const own = { ...task, key };
  return await withLease(own, {
    fresh: (start) => newJob(order, live, range, start),
    work: (held) => compare(own, order, live, range, held),
    // Of a day's hourly invocations most find it done: they write nothing.
    isOver: ({ job }) => order.once === true && job?.state === 'done',
  });
}

/** The latest whole day that can be verified: yesterday, as a rule. */
export function latestDay(feed: Feed, { watermark }: Checkpoint): Range {
  const to = floorTo(watermark - lookBack(feed), DAY);
  return { from: to - DAY, to };
}

/** How far behind the watermark a feed is ever read again. */
function lookBack({ overlap, rereads = [] }: Feed): Duration {
  return Math.max(overlap, ...rereads.map((reread) => reread.overlap));
}

/** Whole steps below W - overlap, and not below what Tidemark ever set out to read. */
function verifiable({ effects, feed }: FeedContext, live: Checkpoint, { from, to }: Range): Range {
  const step = stepOf(feed);
  const last = floorTo(Math.min(to, live.watermark - feed.overlap), step);
  const kept = ceilTo(effects.now() - feed.stream.retention, step);
  const first = Math.max(floorTo(from, step), ceilTo(live.floor, step), kept);
  return { from: Math.min(first, last), to: last };
}

/** Where what a destination has begins earlier because finished backfills join it, it can be verified from there on. */
async function withBackfilled({ effects, feed }: FeedContext, live: Checkpoint): Promise<Checkpoint> {
  const items = await effects.loadJobs(feed.name, 'backfill');
  const finished = items.filter(({ job }) => job?.kind === 'backfill' && job.state === 'done');
  finished.sort((one, other) => rangeOf(other).from - rangeOf(one).from);
  const joined = (since: Instant, id?: string): Instant =>
    finished
      .filter(({ destinations }) => id === undefined || destinations[id] !== undefined)
      .map(rangeOf)
      .reduce((lowest, { from, to }) => (to >= lowest && from < lowest ? from : lowest), since);
  const since = Object.entries(live.destinations).map(([id, from]) => [id, joined(from, id)] as const);
  return { ...live, floor: joined(live.floor), destinations: Object.fromEntries(since) };
}

function rangeOf({ job, watermark }: Checkpoint): Range {
  return job?.range ?? { from: watermark, to: watermark };
}

function stepOf({ stream }: Feed): Duration {
  return Math.max(HOUR, stream.windowStep ?? 0);
}

function newJob({ id, repair = false }: VerifyTask, live: Checkpoint, range: Range, start: Instant): Checkpoint {
  const job: VerifyJob = { kind: 'verify', id, range, repair, startedAt: start, state: 'running', steps: [] };
  const { floor, destinations, scope, claims } = live;
  return { ...firstCheckpoint(range.from, scope, []), floor, destinations, ...(claims && { claims }), job };
}

async function compare(
  task: FeedContext,
  order: VerifyTask,
  live: Checkpoint,
  range: Range,
  held: LeasedRun,
): Promise<RunOutcome> {
  const { effects } = task;
  const { lease, asker, start, warnings } = held;
  let job = lease.item.job as VerifyJob;
  if (job.state !== 'running' || (order.repair ?? false) !== job.repair) {
    // The same range again is a verification of its own.
    const fresh = newJob(order, live, range, start);
    job = fresh.job as VerifyJob;
    const { watermark, scope, floor, destinations, claims } = fresh;
    lease.note({ job, watermark, scope, floor, destinations, claims, narrowed: undefined, waitsInPlace: undefined });
  }
  sayRange(task.feed, order, job, warnings);
  const prepared = await task.prepare(asker);
  const feed = { ...task.feed, connection: prepared.connection };
  if (lease.item.scope !== scopeOf(feed) && lease.item.scope !== '') {
    warnings.push('What this feed reads has changed since it was delivered: what is new in it shows as missing.');
  }
  while (lease.item.watermark < job.range.to) {
    if (effects.now() >= asker.stopAt || effects.stopping()) return outOfTime('more');
    const from = lease.item.watermark;
    const to = Math.min(job.range.to, from + (lease.item.narrowed ?? Math.max(LONGEST_STEP, stepOf(feed))));
    const outcome = await compareStep(task, feed, held, prepared, { from, to });
    if (!outcome) continue;
    job = { ...job, steps: [...job.steps, ...outcome] };
    await lease.commit({ watermark: to, job, narrowed: widened(lease.item.narrowed), waitsInPlace: undefined });
  }
  const missing = job.steps.reduce((sum, step) => sum + step.missing, 0);
  effects.count('VerifyMissing', missing - job.steps.reduce((sum, step) => sum + step.repaired, 0));
  if (missing > 0) tellMissing(task, job, missing, warnings);
  tellUnsure(job, warnings);
  return { state: 'caught-up', changes: { job: { ...job, state: 'done' }, lastSuccess: effects.now(), failures: 0 } };
}

function sayRange(feed: Feed, { range: { from, to } }: VerifyTask, { range }: VerifyJob, warnings: string[]): void {
  const back = lookBack(feed);
  if (back > feed.overlap && range.to > range.from) {
    warnings.push(
      `What is missing here may yet be found: this feed is read again up to ${formatDuration(back)} back every so often.`,
    );
  }
  if (range.from >= range.to) {
    warnings.push(
      `There is nothing to verify from ${formatTime(from)} to ${formatTime(to)}: what lies above the watermark less the overlap is still being read, and what lies below the floor never was.`,
    );
  } else if (range.from > from || range.to < to) {
    warnings.push(
      `Verified is ${formatTime(range.from)} to ${formatTime(range.to)}: whole hours that have been read, and are not read again.`,
    );
  }
}

function tellMissing({ effects, feed }: FeedContext, job: VerifyJob, missing: number, warnings: string[]): void {
  const repaired = job.steps.reduce((sum, step) => sum + step.repaired, 0);
  if (repaired === missing) return;
  const { from, to } = job.range;
  const command = `tidemark verify --feed ${feed.name} --from ${formatTime(from)} --to ${formatTime(to)} --repair`;
  warnings.push(
    `${missing - repaired} event(s) that the vendor has were never delivered; this delivers them (with --cloud what is deployed): ${command}`,
  );
  const windows = job.steps.filter((step) => step.missing > step.repaired).map((step) => formatTime(step.from));
  effects.log('error', `Verification of ${feed.name}: ${missing - repaired} events are missing.`, {
    feed: feed.name,
    windows,
  });
}

/** What could not be compared, or not be told apart, is no proof: that is said apart from what is missing. */
function tellUnsure({ steps }: VerifyJob, warnings: string[]): void {
  const unsure = steps.filter(({ unsure }) => unsure);
  for (const { from, to, note = '' } of unsure.slice(0, MOST_TOLD)) {
    warnings.push(`${formatTime(from)} to ${formatTime(to)}: ${note}.`);
  }
  if (unsure.length > MOST_TOLD) warnings.push(`${unsure.length - MOST_TOLD} more steps could not be verified.`);
}

/** After a step that was short enough, a longer one may do, too. */
function widened(narrowed: Duration | undefined): Duration | undefined {
  return narrowed === undefined || narrowed * 2 >= LONGEST_STEP ? undefined : narrowed * 2;
}

/**
 * Reads a few whole hours at once. None when they were too many: then fewer are next.
 */
async function compareStep(
  task: FeedContext,
  feed: Feed,
  held: LeasedRun,
  prepared: PreparedConnection,
  range: Range,
): Promise<readonly VerifiedStep[] | undefined> {
  const { lease } = held;
  const seen = seenOf(task);
  await seen.open();
  const run = await startRun({ ...task, feed }, held, { prepared, seen, plan: { ...range, window: range } });
  const findings = new Findings();
  try {
    await collect(run, findings, range);
  } catch (thrown) {
    return afterFailure(feed, held, range, thrown);
  }
  const steps = await compareHours(run, findings, range, stepOf(feed), task.seenFor);
  if (!(lease.item.job as VerifyJob).repair || findings.missing.length === 0) return steps;
  return await repair(task, run, findings, steps, range);
}

/** What cannot be read at once may be readable in parts; the smallest part that cannot is said to be unreadable. */
function afterFailure(feed: Feed, { lease, asker, start }: LeasedRun, range: Range, thrown: unknown) {
  const length = range.to - range.from;
  const halved = ceilTo(length / 2, stepOf(feed));
  const isCut = thrown instanceof OutOfTimeError;
  if (!isCut && !isAboutRange(thrown)) throw thrown;
  // A proxy's page says nothing of the vendor's data: this run has failed, and the next one asks again.
  if (thrown instanceof UnreadableError && !thrown.claimsFormat) throw thrown;
  if (halved < length) {
    lease.note({ narrowed: halved });
    if (isCut) throw thrown;
    return undefined;
  }
  if (!isCut) return [unreadable(range, thrown)];
  // An hour that a whole run has no time for would be begun for ever.
  const { effects } = asker;
  const wasWhole = (effects.now() - start) * 2 > asker.stopAt - start && !effects.stopping();
  throw wasWhole && lease.item.waitsInPlace ? tooLong(range) : noteWhole(lease, wasWhole, thrown);
}

/** The next run begins with this hour, and has all of its time for it. */
function noteWhole(lease: LeasedRun['lease'], wasWhole: boolean, thrown: unknown): unknown {
  if (wasWhole) lease.note({ waitsInPlace: true });
  return thrown;
}

function unreadable(range: Range, thrown: Error): VerifiedStep {
  const note = `could not be read: ${thrown.message}`;
  return { ...range, vendor: 0, delivered: 0, missing: 0, changed: 0, repaired: 0, by: 'keys', note, unsure: true };
}

function tooLong({ from, to }: Range): TidemarkError {
  return new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `${formatTime(from)} to ${formatTime(to)} has more events than one run can read.`,
    remedy: 'Give the function more time (deployment.timeout), or the stream a larger page.',
  });
}
