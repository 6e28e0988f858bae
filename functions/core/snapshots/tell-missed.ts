import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { Sending } from '../delivery/sending.ts';
import type { AnyFeed } from '../model.ts';
import type { FeedContext, LeasedRun } from '../run/feed-context.ts';
import { checkStreams } from '../run/owed/check-streams.ts';
import { type DestinationRange, notedIfTold, reconcileDestinations } from '../run/owed/reconcile-destinations.ts';
import type { SnapshotCheckpoint } from '../stored/checkpoint.ts';

/** A snapshot has no past that could be read again: what a destination has missed is only told. */
type SnapshotRun = Sending & LeasedRun<SnapshotCheckpoint>;

/** Compares the configured destinations with the checkpoint's. Tells of those that were removed, and of what those missed that have returned. */
export async function settleDestinations(context: FeedContext<AnyFeed>, run: SnapshotRun): Promise<void> {
  await notedIfTold(run.lease, () => tellOfChanges(context, run));
}

async function tellOfChanges(context: FeedContext<AnyFeed>, run: SnapshotRun): Promise<void> {
  const { removed, returned } = reconcileDestinations(context, run.lease, 0);
  for (const { id, from } of removed) {
    await sendSelfEvent(run, { act: 'destination-removed', destination: id, since: from });
  }
  const { snapshot } = run.lease.item;
  for (const missed of returned) if (snapshot && snapshot.at > missed.range.from) await tellMissed(run, missed);
}

/** Tells of changes that may have been lost with a delivery stream. */
export async function tellLost(context: FeedContext<AnyFeed>, run: SnapshotRun): Promise<void> {
  const { snapshot } = run.lease.item;
  const hasNew = await notedIfTold(run.lease, async () => {
    const looked = await checkStreams(context, run, { overlap: 0 });
    for (const { lost, ...missed } of looked.replaced) {
      if (snapshot && snapshot.at >= lost.from) await tellMissed(run, missed);
    }
    return looked.hasNew;
  });
  // Only then: a run that dies before it has told is followed by one that tells.
  if (hasNew) await run.lease.commit({});
}

async function tellMissed(run: SnapshotRun, { destination, range }: DestinationRange): Promise<void> {
  run.effects.count('OwedLost', 1);
  await sendSelfEvent(run, { act: 'owed-lost', destination, range });
}
