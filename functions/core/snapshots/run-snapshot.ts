import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import type { Sending } from '../delivery/sending.ts';
import type { EcsEvent } from '../ecs-event.ts';
import { ExpiredError, PauseError, TidemarkError } from '../errors.ts';
import type { Item, SnapshotFeed } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import { caughtUp, type RunOutcome } from '../run/outcome.ts';
import { reconcileDestinations, scopeOf } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { runName, startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { destinationBits, idsOf } from '../state/seen.ts';
import { firstCheckpoint, type SnapshotRef } from '../stored/checkpoint.ts';
import { bucketOf } from '../stored/seen-chunk.ts';
import { type Instant, SECOND } from '../time.ts';
import { readItems } from './read-items.ts';
import { diffItems } from './snapshot-diff.ts';
import { baselineEvent, changeEvent } from './snapshot-events.ts';

/** A run of a snapshot feed, under its lease. */
interface SnapshotRun extends Sending, LeasedRun {
  readonly feed: SnapshotFeed;
  /** Tells what this run stores from every other run's. */
  readonly name: string;
}

/** Reads how things are, compares that with how they were, and delivers the difference. */
export async function runSnapshot(task: FeedContext<SnapshotFeed>): Promise<FeedReport> {
  return await withLease(task, {
    fresh: (start) => firstCheckpoint(start, '', idsOf(task.destinations)),
    work: (held) => compare(task, held),
  });
}

async function compare(task: FeedContext<SnapshotFeed>, held: LeasedRun): Promise<RunOutcome> {
  const { connection, visibility } = await task.prepare(held.asker);
  held.warnings.push(...visibility.warnings);
  reconcileDestinations(task, held.lease);
  const run = snapshotRun(task, { ...task.feed, connection }, held);
  await deliverPending(run);
  const before = await itemsBefore(run);
  const items = await readItems(run, before).catch((thrown) => {
    throw cutShort(run, thrown);
  });
  if (!before || diffItems(before, items).length > 0) await takeOver(run, before, items);
  const { changes, ...ending } = caughtUp(task.effects.now());
  return { ...ending, changes: { ...changes, watermark: held.start } };
}

function snapshotRun(task: FeedContext<SnapshotFeed>, feed: SnapshotFeed, held: LeasedRun): SnapshotRun {
  return { ...held, ...startSending({ ...task, feed }, held), name: runName(task, held.lease) };
}

/** What a run before this one had found out and could not deliver comes first: it exists nowhere else. */
async function deliverPending(run: SnapshotRun): Promise<void> {
  const { lease } = run;
  const { snapshot, pending } = lease.item;
  if (!pending) return;
  const before = snapshot && (await loadItems(run, snapshot));
  const after = await loadItems(run, pending);
  if (after) return await promote(run, pending, before, after);
  // Some of its changes may have been delivered, so what was before it is no longer what the destinations know.
  lease.note({ snapshot: undefined, pending: undefined });
}

/** How things were when they were last compared; none when they cannot be, and the comparison begins with a new baseline. */
async function itemsBefore(run: SnapshotRun): Promise<readonly Item[] | undefined> {
  const { effects, feed, lease, warnings } = run;
  const { scope: before, snapshot } = lease.item;
  const scope = scopeOf(feed);
  if (before === '' || before === scope) return snapshot && (await loadItems(run, snapshot));
  // Things of another account are not changes of these.
  effects.count('ScopeChanged', 1);
  warnings.push(`What this feed reads has changed from ${before} to ${scope}: it begins with a new baseline.`);
  return undefined;
}

async function loadItems({ effects, feed, warnings }: SnapshotRun, ref: SnapshotRef) {
  const text = await effects.loadSnapshot(feed.name, ref.id);
  if (text !== undefined) return JSON.parse(text) as readonly Item[];
  warnings.push(`The stored snapshot ${ref.number} is gone: the comparison begins anew.`);
  return undefined;
}

/** Half a list is nothing to go on from: the next run begins with its first page. */
function cutShort({ lease, tally }: SnapshotRun, thrown: unknown): unknown {
  // A list of more pages than a quota allows at once could never be read, if no run waited for the rest of it.
  if (thrown instanceof PauseError && tally.pages > 0) lease.note({ waitsInPlace: true });
  if (!(thrown instanceof ExpiredError)) return thrown;
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message: thrown.message,
    remedy: 'Nothing to do, unless it stays: the next run begins the list again.',
    cause: thrown,
  });
}

/** Stores how things are, notes that as pending, and only then delivers: whatever ends the run, a later one goes on from there. */
async function takeOver(run: SnapshotRun, before: readonly Item[] | undefined, items: readonly Item[]): Promise<void> {
  const { effects, asker, feed, lease, start } = run;
  const { snapshot } = lease.item;
  const number = nextNumber(snapshot, start);
  const pending = { id: `${number}-${run.name}`, number, at: start };
  const text = JSON.stringify(items);
  await retry(effects, RETRIES.table, asker.endBy, () => effects.saveSnapshot(feed.name, pending.id, text));
  await lease.commit({ pending, snapshot: before && snapshot, scope: scopeOf(feed) });
  await promote(run, pending, before, items);
}

/** Event ids are made of it: seconds keep them apart also when a checkpoint was removed, or begins with a new baseline. */
function nextNumber(last: SnapshotRef | undefined, now: Instant): number {
  return Math.max((last?.number ?? 0) + 1, Math.floor(now / SECOND));
}

/** Delivers what a pending snapshot differs in from the one before it, and puts it in that one's place. */
async function promote(
  run: SnapshotRun,
  pending: SnapshotRef,
  before: readonly Item[] | undefined,
  after: readonly Item[],
): Promise<void> {
  const { effects, feed, lease } = run;
  const changes = before && diffItems(before, after);
  if (!changes) await send(run, baselineEvent(feed, pending, after), pending);
  for (const change of changes ?? []) await send(run, changeEvent(feed, pending, change), pending);
  await deliverOutgoing(run);
  await lease.commit({ snapshot: pending, pending: undefined, watermark: pending.at });
  effects.count('Changes', changes?.length ?? 0);
  await clearAway(run, pending);
}

async function send(run: SnapshotRun, event: EcsEvent, { at }: SnapshotRef): Promise<void> {
  const { effects, seen, destinations, outgoing, tally } = run;
  const key = effects.seal(event.event.id);
  const ids = idsOf(destinations);
  const undelivered = destinationBits(ids, ids) & ~(await seen.has(bucketOf(at), key));
  tally.fetched++;
  effects.count('Fetched', 1);
  if (undelivered === 0) {
    tally.suppressed++;
    effects.count('Suppressed', 1);
    return;
  }
  if (event.event.kind === 'pipeline_error') {
    tally.unmapped++;
    effects.count('Unmapped', 1);
  }
  outgoing.add(event, { time: at, bucket: bucketOf(at), key, undelivered });
  if (flushDue(run)) await deliverOutgoing(run);
}

/** Removes what came before, and what runs have left behind that did not come to their end. It is no harm when some of it stays. */
async function clearAway({ effects, feed }: SnapshotRun, { id }: SnapshotRef): Promise<void> {
  try {
    await effects.dropSnapshots(feed.name, id);
  } catch (thrown) {
    effects.log('warn', 'Old snapshots could not be removed; they are removed after the next change.', {
      feed: feed.name,
      error: String(thrown),
    });
  }
}
