import { deliverOutgoing, flushDue } from '../delivery/deliver-outgoing.ts';
import type { Sending } from '../delivery/sending.ts';
import type { EcsEvent } from '../ecs-event.ts';
import { ExpiredError, PauseError, TidemarkError } from '../errors.ts';
import type { Item, SnapshotFeed } from '../model.ts';
import { RETRIES, retry } from '../retry.ts';
import { noteSight } from '../run/condition-notes.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import { caughtUp, type RunOutcome } from '../run/outcome.ts';
import { scopeOf } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { runName, startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { DayNotes, foldDays } from '../state/ledger.ts';
import { destinationBits, idsOf } from '../state/seen.ts';
import { firstCheckpoint, type SnapshotCheckpoint, type SnapshotRef } from '../stored/checkpoint.ts';
import { bucketOf } from '../stored/seen-chunk.ts';
import { type Instant, SECOND } from '../time.ts';
import { readItems } from './read-items.ts';
import { diffItems } from './snapshot-diff.ts';
import { baselineEvent, changeEvent } from './snapshot-events.ts';
import { settleDestinations, tellLost } from './tell-missed.ts';

/** A run of a snapshot feed, under its lease. */
interface SnapshotRun extends Sending, LeasedRun<SnapshotCheckpoint> {
  readonly feed: SnapshotFeed;
  /** A part of the ids of the snapshots that this run stores. */
  readonly name: string;
}

/** Reads a new snapshot, compares it with the last one, and delivers the difference. */
export async function runSnapshot(context: FeedContext<SnapshotFeed>): Promise<FeedReport> {
  return await withLease<SnapshotCheckpoint>(context, {
    kind: 'snapshot',
    fresh: (start) => ({ kind: 'snapshot', ...firstCheckpoint(start, idsOf(context.destinations)) }),
    work: async (leased) => {
      const { lease, tally } = leased;
      const { effects } = context;
      const notes = new DayNotes(tally, effects.code());
      try {
        return await compare(context, leased);
      } finally {
        lease.note({ days: notes.take(lease.item.days, tally, effects.now()) });
        await tryToFold(context, leased);
      }
    },
  });
}

/** Writes the ledger of days that are over. A failure does not fail the run, whose events are delivered: the next run writes it. */
async function tryToFold(
  { effects, feed, seenFor, asker }: FeedContext<SnapshotFeed>,
  { lease }: LeasedRun<SnapshotCheckpoint>,
): Promise<void> {
  try {
    lease.note(await foldDays({ effects, feed, lease, stopAt: asker.stopAt }, lease.item.watermark, seenFor));
  } catch (thrown) {
    effects.log('warn', 'The ledger could not be written; the next run writes it.', {
      feed: feed.name,
      error: String(thrown),
    });
  }
}

async function compare(
  context: FeedContext<SnapshotFeed>,
  leased: LeasedRun<SnapshotCheckpoint>,
): Promise<RunOutcome<SnapshotCheckpoint>> {
  const { connection, visibility } = await context.prepare(leased.asker);
  noteSight(leased.conditions, visibility);
  const sending = startSending({ ...context, feed: { ...context.feed, connection } }, leased);
  const run: SnapshotRun = { ...leased, ...sending, name: runName(context, leased.lease) };
  await settleDestinations(context, run);
  await tellLost(context, run);
  await deliverPending(run);
  const before = await itemsBefore(run);
  const items = await readItems(run, before).catch((thrown) => {
    throw explainCutShort(run, thrown);
  });
  if (!before || diffItems(before, items).length > 0) await storeAndDeliver(run, before, items);
  const { clocks } = leased;
  leased.lease.note({ watermark: clocks.earliest });
  await tellLost(context, run);
  return caughtUp(clocks.now);
}

/** Delivers the changes that an earlier run found and could not deliver. */
async function deliverPending(run: SnapshotRun): Promise<void> {
  const { lease } = run;
  const { snapshot, pending } = lease.item;
  if (!pending) return;
  const before = snapshot && (await loadItems(run, snapshot));
  const after = await loadItems(run, pending);
  if (after) return await deliverAndPromote(run, pending, before, after);
  // Some of its changes may have been delivered, so the destinations' knowledge no longer matches the snapshot before it.
  lease.note({ snapshot: undefined, pending: undefined });
}

/** The items of the last snapshot. Undefined if there is none to compare with: then a new baseline is delivered. */
async function itemsBefore(run: SnapshotRun): Promise<readonly Item[] | undefined> {
  const { effects, feed, lease, conditions } = run;
  const { scope: before, snapshot } = lease.item;
  const scope = scopeOf(feed);
  if (before === '' || before === scope) {
    conditions.ended('scope-changed');
    return snapshot && (await loadItems(run, snapshot));
  }
  // The items of another account are not changes of these.
  effects.count('ScopeChanged', 1);
  const message = `What this feed reads has changed from ${before} to ${scope}: it begins with a new baseline.`;
  conditions.holds('scope-changed', message);
  return undefined;
}

async function loadItems({ effects, feed, warnings }: SnapshotRun, ref: SnapshotRef) {
  const text = await effects.loadSnapshot(feed.name, ref.id);
  if (text !== undefined) return JSON.parse(text) as readonly Item[];
  warnings.push(`The stored snapshot ${ref.number} is gone: the comparison begins anew.`);
  return undefined;
}

/** The error of a list that was not read to its end. Half a list cannot be used: the next run begins with the first page. */
function explainCutShort({ lease, tally }: SnapshotRun, thrown: unknown): unknown {
  // A list with more pages than the quota allows at once can be read only if a run waits for the quota.
  if (thrown instanceof PauseError && tally.pages > 0) lease.note({ waitsInPlace: true });
  if (!(thrown instanceof ExpiredError)) return thrown;
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message: thrown.message,
    remedy: 'Nothing to do, unless it persists: the next run begins the list again.',
    cause: thrown,
  });
}

/** Stores the new snapshot, notes it as pending, and only then delivers, so that a later run can continue if this one ends early. */
async function storeAndDeliver(
  run: SnapshotRun,
  before: readonly Item[] | undefined,
  items: readonly Item[],
): Promise<void> {
  const { effects, asker, feed, lease, start } = run;
  const { snapshot } = lease.item;
  const number = nextNumber(snapshot, start);
  const pending = { id: `${number}-${run.name}`, number, at: start };
  const text = JSON.stringify(items);
  await retry(effects, RETRIES.table, asker.endBy, () => effects.saveSnapshot(feed.name, pending.id, text));
  await lease.commit({ pending, snapshot: before && snapshot, scope: scopeOf(feed) });
  await deliverAndPromote(run, pending, before, items);
}

/** The number of a new snapshot, which is part of event ids. It is a time, so that it is new even after a checkpoint was removed. */
function nextNumber(last: SnapshotRef | undefined, now: Instant): number {
  return Math.max((last?.number ?? 0) + 1, Math.floor(now / SECOND));
}

/** Delivers the changes of a pending snapshot since the one before it, and then replaces that one. */
async function deliverAndPromote(
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
  await dropOlder(run, pending);
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

/** Removes the older snapshots, also those that unfinished runs have left behind. It does no harm if some of them stay. */
async function dropOlder({ effects, feed }: SnapshotRun, { id }: SnapshotRef): Promise<void> {
  try {
    await effects.dropSnapshots(feed.name, id);
  } catch (thrown) {
    effects.log('warn', 'Old snapshots could not be removed; they are removed after the next change.', {
      feed: feed.name,
      error: String(thrown),
    });
  }
}
