import { sendSelfEvent } from '../../delivery/send-self-event.ts';
import type { SelfEvent } from '../../events/self-events.ts';
import type { LostDeliveries } from '../../state/seen.ts';
import type { FeedCheckpoint, Owed } from '../../stored/checkpoint.ts';
import type { Duration, Range } from '../../time.ts';
import type { FeedContext, LeasedRun } from '../feed-context.ts';
import { startSending } from '../start-sending.ts';
import type { LookedStreams } from './check-streams.ts';
import { reconcileDestinations } from './reconcile-destinations.ts';

/** Maximum number of ranges that are owed to a destination. More are joined. */
const MAX_RANGES = 10;

type LiveRun = Pick<LeasedRun<FeedCheckpoint>, 'lease' | 'asker' | 'tally' | 'start'>;

/**
 * Compares the configured destinations with the checkpoint's, notes what is owed to those that have returned, and tells the SIEM of
 * each that was removed or has returned. Returns whether there are destinations that the last run did not deliver to.
 *
 * @param overlap how far behind the watermark the feed reads
 */
export async function settleDestinations(context: FeedContext, run: LiveRun, overlap: Duration): Promise<boolean> {
  const { lease } = run;
  const { removed, returned, hasAdded } = reconcileDestinations(context, lease, overlap);
  // For a destination that was not there, everything above the watermark is read again.
  if (hasAdded) lease.note({ plan: undefined });
  for (const { destination, range } of returned) owe(context, run, { destination, ...range, at: run.start });
  await tell(context, run, [
    ...removed.map(({ id, from }) => ({ act: 'destination-removed', destination: id, since: from }) as const),
    ...returned.map((one) => ({ act: 'destination-returned', ...one }) as const),
  ]);
  return hasAdded;
}

/** Notes what was lost with delivery streams as owed, stores it together with what was seen of them, and tells the SIEM of it. */
export async function oweLost(context: FeedContext, run: LiveRun, { replaced, hasNew }: LookedStreams): Promise<void> {
  for (const { destination, range, lost } of replaced) {
    owe(context, run, { destination, ...range, lost, at: run.start });
  }
  if (hasNew) await run.lease.commit({});
  await tell(
    context,
    run,
    replaced.map((one) => ({ act: 'stream-replaced', ...one }) as const),
  );
}

async function tell(context: FeedContext, run: LiveRun, acts: readonly SelfEvent[]): Promise<void> {
  if (acts.length === 0) return;
  const sending = startSending(context, run);
  for (const act of acts) await sendSelfEvent(sending, act);
}

/** What counts as not delivered, because it may be lost. */
export function lostDeliveries({ owed = [] }: FeedCheckpoint): LostDeliveries[] {
  return owed.flatMap(({ destination, lost }) => (lost ? [{ destination, ...lost }] : []));
}

/** Adds to what is owed. Ranges of one destination that touch are one. */
function owe({ effects }: FeedContext, { lease }: Pick<LiveRun, 'lease'>, added: Owed): void {
  if (added.to <= added.from) return;
  const { owed = [] } = lease.item;
  const ofDestination = owed.filter(({ destination }) => destination === added.destination);
  const isFull = ofDestination.length >= MAX_RANGES;
  const touching = ofDestination.filter(({ from, to }) => isFull || (from <= added.to && to >= added.from));
  effects.count('Owed', 1);
  lease.note({ owed: [...owed.filter((one) => !touching.includes(one)), touching.reduce(joined, added)] });
}

function joined(one: Owed, other: Owed): Owed {
  const { destination, at } = one.at <= other.at ? one : other;
  const lost = one.lost && other.lost ? hull(one.lost, other.lost) : (one.lost ?? other.lost);
  return { destination, ...hull(leftOf(one), leftOf(other)), at, ...(lost && { lost }) };
}

/** The part of an owed range that is not delivered yet. */
function leftOf({ from, until = from, to }: Owed): Range {
  return { from: until, to };
}

function hull(one: Range, other: Range): Range {
  return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
}
