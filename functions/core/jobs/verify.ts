import { OutOfTimeError, TidemarkError, UnreadableError } from '../errors.ts';
import type { Feed } from '../model.ts';
import { isAboutRange } from '../reading/recover.ts';
import { startPageRun } from '../reading/start-run.ts';
import type { FeedContext, LeasedRun, PreparedConnection } from '../run/feed-context.ts';
import { liveCheckpoint } from '../run/live-checkpoint.ts';
import { outOfTime, type RunOutcome } from '../run/outcome.ts';
import { lostDeliveries } from '../run/owed/owe.ts';
import { scopeOf } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { seenOf } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import type { LostDeliveries } from '../state/seen.ts';
import {
  type BackfillCheckpoint,
  type FeedCheckpoint,
  firstCheckpoint,
  type VerifyCheckpoint,
} from '../stored/checkpoint.ts';
import { jobKey, type VerifyJob } from '../stored/job.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import { ceilTo, type Duration, floorTo, formatTime, HOUR, type Instant, type Range } from '../time.ts';
import { collect, Findings } from './collect.ts';
import { compareHours } from './compare-hours.ts';
import { recordDays } from './record-steps.ts';
import { repair } from './repair.ts';
import { reportFindings, warnAboutOwed, warnAboutRange } from './verify-warnings.ts';

/** The task of a verification. */
export interface VerifyTask {
  readonly id: string;
  /** It is cut to whole steps before the range that live reading still reads again. */
  readonly range: Range;
  readonly repair?: boolean;
  /** A verification that is done and began at or after this time is not repeated. Schedules ask for the same one several times. */
  readonly dueSince?: Instant;
}

/** The longest range that is compared at once. */
const LONGEST_STEP: Duration = 6 * HOUR;

/** A verification under its lease, and the live feed's checkpoint. */
type LeasedVerification = LeasedRun<VerifyCheckpoint> & { readonly live: FeedCheckpoint };

interface Verification extends LeasedVerification {
  /** What was delivered, and may be lost: it counts as missing. */
  readonly lost: readonly LostDeliveries[];
}

/**
 * Reads a range again, compares the vendor's events with the delivered ones, and delivers the missing ones if that is wanted.
 * One run does as much as it has time for; the next one continues.
 */
export async function runVerify(feedContext: FeedContext, task: VerifyTask): Promise<FeedReport> {
  return await verifyRange(feedContext, await verifiedLive(feedContext), task);
}

/** The same, if the live feed's checkpoint is known. */
export async function verifyRange(
  feedContext: FeedContext,
  live: FeedCheckpoint,
  task: VerifyTask,
): Promise<FeedReport> {
  const context = { ...feedContext, key: jobKey(feedContext.feed.name, 'verify', task.id) };
  const range = verifiable(context, live, task.range);
  const fresh = (start: Instant) => newJob(task, live, range, start);
  return await withLease<VerifyCheckpoint>(context, {
    kind: 'verify',
    fresh,
    work: async (run) => {
      const leased = { ...run, live };
      beginAgain(task, leased, fresh);
      warnAboutRange(context, task.range, leased.lease.item.job, leased.warnings);
      warnAboutOwed(live, leased.lease.item.job, leased.warnings);
      return await verify(context, { ...leased, lost: lostDeliveries(live) });
    },
    isOver: ({ job }) => isDone(job, task),
  });
}

/** Whether a job has done what a schedule wants now. */
function isDone({ state, startedAt, repair }: VerifyJob, { dueSince, repair: repairs = false }: VerifyTask): boolean {
  if (dueSince === undefined || state !== 'done' || startedAt < dueSince) return false;
  return repair || !repairs;
}

/** Whether anything of a range can be verified. */
export function isVerifiable(context: FeedContext, live: FeedCheckpoint, wanted: Range): boolean {
  const { from, to } = verifiable(context, live, wanted);
  return from < to;
}

/** The whole steps of a range that lie before the watermark minus the overlap, and not below the floor. */
function verifiable({ effects, feed }: FeedContext, live: FeedCheckpoint, { from, to }: Range): Range {
  const step = stepOf(feed);
  const last = floorTo(Math.min(to, live.watermark - feed.overlap), step);
  const kept = ceilTo(effects.now() - feed.stream.retention, step);
  const first = Math.max(floorTo(from, step), ceilTo(live.floor, step), kept);
  return { from: Math.min(first, last), to: last };
}

/** The live checkpoint, extended by the ranges of finished backfills: the destinations have events since an earlier time then. */
export async function verifiedLive(context: FeedContext): Promise<FeedCheckpoint> {
  const { effects, feed } = context;
  const live = await liveCheckpoint(context);
  const items = await effects.loadJobs(feed.name, 'backfill');
  const finished = items.filter(
    (item): item is BackfillCheckpoint => item.kind === 'backfill' && item.job.state === 'done',
  );
  finished.sort((one, other) => other.job.range.from - one.job.range.from);
  const joined = (since: Instant, id?: string): Instant =>
    finished
      .filter(({ destinations }) => id === undefined || destinations[id] !== undefined)
      .map(({ job }) => job.range)
      .reduce((lowest, { from, to }) => (to >= lowest && from < lowest ? from : lowest), since);
  const since = Object.entries(live.destinations).map(([id, from]) => [id, joined(from, id)] as const);
  return { ...live, floor: joined(live.floor), destinations: Object.fromEntries(since) };
}

function stepOf({ stream }: Feed): Duration {
  return Math.max(HOUR, stream.windowStep ?? 0);
}

function newJob(
  { id, repair = false }: VerifyTask,
  live: FeedCheckpoint,
  range: Range,
  start: Instant,
): VerifyCheckpoint {
  const job: VerifyJob = { kind: 'verify', id, range, repair, startedAt: start, state: 'running', steps: [] };
  const { floor, destinations, scope, claims } = live;
  return {
    kind: 'verify',
    ...firstCheckpoint(range.from, []),
    floor,
    destinations,
    scope,
    ...(claims && { claims }),
    job,
  };
}

/** Restarts a verification that is over, or that has another `repair`. */
function beginAgain(
  { repair = false }: VerifyTask,
  { lease, start }: LeasedVerification,
  fresh: (start: Instant) => VerifyCheckpoint,
): void {
  const { state, repair: repairs } = lease.item.job;
  if (state === 'running' && repair === repairs) return;
  const { job, watermark, scope, floor, destinations, claims } = fresh(start);
  lease.note({ job, watermark, scope, floor, destinations, claims, narrowed: undefined, waitsInPlace: undefined });
}

/** Compares part after part, as far as there is time. */
async function verify(configured: FeedContext, leased: Verification): Promise<RunOutcome<VerifyCheckpoint>> {
  const { effects } = configured;
  const { lease, asker, warnings } = leased;
  const prepared = await configured.prepare(asker);
  const feed = { ...configured.feed, connection: prepared.connection };
  const context = { ...configured, feed };
  if (lease.item.scope !== scopeOf(feed) && lease.item.scope !== '') {
    warnings.push(
      'What this feed reads has changed since the delivery: new records of the changed scope appear as missing.',
    );
  }
  const recording = { effects, feed: feed.name, lease, endBy: asker.endBy };
  while (lease.item.watermark < lease.item.job.range.to) {
    if (effects.now() >= asker.stopAt || effects.stopping()) return outOfTime('more');
    const { watermark: from, job, narrowed } = lease.item;
    const to = Math.min(job.range.to, from + (narrowed ?? Math.max(LONGEST_STEP, stepOf(feed))));
    const steps = await comparePart(context, leased, prepared, { from, to });
    if (!steps) continue;
    await lease.commit({
      watermark: to,
      job: { ...job, steps: [...job.steps, ...steps] },
      narrowed: widened(lease.item.narrowed),
      waitsInPlace: undefined,
    });
    await recordDays(recording);
  }
  await recordDays(recording);
  const { job } = lease.item;
  reportFindings(context, job, warnings);
  return { state: 'caught-up', changes: { job: { ...job, state: 'done' }, lastSuccess: effects.now(), failures: 0 } };
}

/** The next longer part, after one that was short enough. */
function widened(narrowed: Duration | undefined): Duration | undefined {
  return narrowed === undefined || narrowed * 2 >= LONGEST_STEP ? undefined : narrowed * 2;
}

/** Compares a part of the range. Returns undefined if it was too large: then a shorter one is next. */
async function comparePart(
  context: FeedContext,
  leased: Verification,
  prepared: PreparedConnection,
  range: Range,
): Promise<readonly VerifiedStep[] | undefined> {
  const { feed, seenFor } = context;
  const seen = seenOf(context, { lost: leased.lost });
  const run = await startPageRun(context, leased, { prepared, seen, plan: { ...range, window: range } });
  const findings = new Findings();
  try {
    await collect(run, findings, range);
  } catch (thrown) {
    return afterFailure(feed, leased, range, thrown);
  }
  const steps = doubted(leased, findings, await compareHours({ run, findings, range, seenFor }, stepOf(feed)));
  const { missing } = findings;
  if (!leased.lease.item.job.repair || missing.length === 0) return steps;
  return await repair(context, run, { missing, steps, range });
}

/** A vendor that has sent fewer rows than it announced has not shown all of them, unless its totals are known to be wrong. */
function doubted(
  { live }: LeasedVerification,
  { shortBy }: Findings,
  steps: readonly VerifiedStep[],
): readonly VerifiedStep[] {
  if (!shortBy || live.shortfall?.since !== undefined) return steps;
  const note = `the vendor announced ${shortBy.total} rows and sent ${shortBy.rows}`;
  return steps.map((step) => ({ ...step, note, unsure: true }));
}

/** After a failure, tries a shorter part. The smallest part that cannot be read is reported as unreadable. */
function afterFailure(
  feed: Feed,
  leased: LeasedVerification,
  range: Range,
  thrown: unknown,
): readonly VerifiedStep[] | undefined {
  const length = range.to - range.from;
  const halved = ceilTo(length / 2, stepOf(feed));
  const isCut = thrown instanceof OutOfTimeError;
  if (!isCut && !isAboutRange(thrown)) throw thrown;
  // A proxy's page says nothing about the vendor's data: this run fails, and the next one tries again.
  if (thrown instanceof UnreadableError && !thrown.claimsFormat) throw thrown;
  if (halved < length) {
    leased.lease.note({ narrowed: halved });
    if (isCut) throw thrown;
    return undefined;
  }
  if (!isCut) return [unreadable(range, thrown)];
  throw tooLongForARun(leased, range) ?? thrown;
}

/** The error if a whole run was too short for the smallest part, which would otherwise be retried for ever. The first time, the next run may try once more. */
function tooLongForARun({ lease, asker, start }: LeasedVerification, range: Range): TidemarkError | undefined {
  const { effects, stopAt } = asker;
  const hadWholeRun = (effects.now() - start) * 2 > stopAt - start && !effects.stopping();
  if (!hadWholeRun) return undefined;
  if (lease.item.waitsInPlace) return tooLong(range);
  // The next run begins with this part, and has all of its time for it.
  lease.note({ waitsInPlace: true });
  return undefined;
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
