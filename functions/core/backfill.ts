import { type Changes, type Checkpoint, firstCheckpoint, type Plan, say } from './checkpoint.ts';
import { type Ending, outOfTime } from './ending.ts';
import { TidemarkError } from './errors.ts';
import { type BackfillJob, jobKey } from './jobs.ts';
import { foldDay } from './ledger.ts';
import { liveCheckpoint } from './live-checkpoint.ts';
import type { Feed } from './model.ts';
import { firstWindow } from './plan.ts';
import { addTallies, type FeedReport } from './report.ts';
import type { Flush } from './run.ts';
import { readToEnd, seenOf, startRun } from './run-feed.ts';
import { sendOwn } from './send-own.ts';
import { scopeOf } from './settle-in.ts';
import { ceilTo, DAY, floorTo, type Instant, type Range } from './time.ts';
import { type FeedTask, type Held, ownSending, underLease } from './under-lease.ts';
import { flushUnderLiveLease } from './under-live-lease.ts';

/** What a backfill is asked to do. */
export interface BackfillOrder {
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
export async function runBackfill(task: FeedTask, order: BackfillOrder): Promise<FeedReport> {
  const key = jobKey(task.feed.name, 'backfill', order.id);
  const live = await liveCheckpoint(task);
  const begun = await task.effects.load(key);
  if (!begun && !order.range) throw unknownJob(task.feed.name, 'backfill', order.id);
  const range = clampRange(task, live, order.range ?? (begun as Checkpoint).job?.range ?? { from: 0, to: 0 });
  return await underLease(
    { ...task, key },
    (start) => newJob(task, order, range, start),
    (held) => fill(task, order, held),
  );
}

export function unknownJob(feed: string, kind: string, id: string): TidemarkError {
  return new TidemarkError(
    'config',
    'processing',
    `${feed} has no ${kind} ${JSON.stringify(id)}.`,
    'Begin it with --from and --to; tidemark status lists those that there are.',
  );
}

/** What lies above the watermark is the live feed's to read, and what the vendor has deleted is nobody's. */
function clampRange({ effects, feed }: FeedTask, live: Checkpoint, { from, to }: Range): Range {
  const { precision, retention } = feed.stream;
  const oldest = ceilTo(effects.now() - retention, precision);
  const last = floorTo(Math.min(to, live.watermark), precision);
  const first = Math.max(floorTo(from, precision), oldest);
  return { from: Math.min(first, last), to: last };
}

function newJob(
  { destinations }: FeedTask,
  { id, resend = false }: BackfillOrder,
  range: Range,
  start: Instant,
): Checkpoint {
  const ids = destinations.map((destination) => destination.id);
  const tally = { fetched: 0, suppressed: 0, delivered: 0, quarantined: 0, unmapped: 0, pages: 0, retries: 0, late: 0 };
  const job: BackfillJob = { kind: 'backfill', id, range, resend, startedAt: start, state: 'running', tally };
  return { ...firstCheckpoint(range.from, '', ids), job };
}

async function fill(task: FeedTask, order: BackfillOrder, held: Held): Promise<Ending> {
  const { effects } = task;
  const { lease, warnings } = held;
  const job = lease.item.job as BackfillJob;
  const own = ownSending(task, held);
  await own.seen.open();
  const told = { act: 'backfill' as const, id: job.id, range: job.range, resend: job.resend };
  if (job.state !== 'running') return over(job);
  if (order.range && (order.range.from < job.range.from || order.range.to > job.range.to)) {
    warnings.push(
      `The backfill is of ${say(job.range.from)} to ${say(job.range.to)}: the vendor keeps nothing older, and what is newer is read live.`,
    );
  }
  if (order.cancel) {
    await sendOwn(own, { ...told, state: 'cancelled' });
    return over({ ...job, state: 'cancelled' }, { plan: undefined });
  }
  await sendOwn(own, { ...told, state: 'started' });
  const ending = await readPart(task, held).finally(() => {
    lease.note({ job: { ...job, tally: addTallies(job.tally, held.tally) } });
  });
  const watermark = ending.changes.watermark ?? lease.item.watermark;
  const folded = await foldRange(task, held, watermark);
  const changes = { ...ending.changes, folded: { first: folded, final: folded } };
  if (ending.state !== 'caught-up') return { ...ending, changes };
  // The last part is done, or the next one is to be begun.
  if (watermark < job.range.to || folded < floorTo(watermark, DAY)) return { ...outOfTime('more'), changes };
  await sendOwn(own, { ...told, state: 'done' });
  return over({ ...(lease.item.job as BackfillJob), state: 'done' }, { ...changes, lastSuccess: effects.now() });
}

function over(job: BackfillJob, changes: Changes = {}): Ending {
  return { state: 'caught-up', changes: { ...changes, job } };
}

/** Reads on in the range, as far as there is time. */
async function readPart(task: FeedTask, held: Held): Promise<Ending> {
  const { lease, asker, warnings } = held;
  const { id, range, resend } = lease.item.job as BackfillJob;
  if (lease.item.watermark >= range.to) return { state: 'caught-up', changes: {} };
  const prepared = await task.prepare(asker);
  const feed = { ...task.feed, connection: prepared.connection };
  lease.note({ scope: scopeOf(feed) });
  const place = resend ? `${feed.name}#resent#${id}` : feed.name;
  const seen = seenOf(task, place);
  await seen.open();
  const run = await startRun(task, feed, held, prepared, seen, planOf(feed, lease.item, range.to), place);
  // What is sent again on purpose is nothing that the live feed asks about.
  const sharing = resend ? run : { ...run, inTurn: (flush: Flush) => flushUnderLiveLease(task, run, flush) };
  return await readToEnd(sharing, prepared, warnings);
}

function planOf(feed: Feed, { watermark: from, plan, narrowed }: Checkpoint, to: Instant): Plan {
  if (plan && plan.to <= to) return plan;
  return { from, to, window: firstWindow(feed, { from, to }, narrowed) };
}

/** The days that are done get their rows in the ledger; says up to where. What is sent again was counted before. */
async function foldRange({ effects, feed }: FeedTask, { lease, asker }: Held, watermark: Instant): Promise<Instant> {
  const { range, resend } = lease.item.job as BackfillJob;
  const done = floorTo(watermark, DAY);
  let day = lease.item.folded?.first ?? floorTo(range.from, DAY);
  if (resend) return done;
  // The day in which the range ends is one that it shares: the live feed writes it, unless it has done so already.
  const last = watermark === range.to ? done + DAY : done;
  for (; day < last && effects.now() < asker.endBy; day += DAY) await foldDay(effects, feed, day, undefined);
  return day;
}
