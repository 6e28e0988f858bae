import { Deliveries } from '../delivery/deliveries.ts';
import { Outgoing } from '../delivery/outgoing.ts';
import type { Sending } from '../delivery/sending.ts';
import { digest } from '../events/identity.ts';
import type { AnyFeed } from '../model.ts';
import type { Lease } from '../state/lease.ts';
import { idsOf, Seen, type SeenParts } from '../state/seen.ts';
import type { FeedContext, LeasedRun } from './feed-context.ts';

/** The keys of the events that were delivered. A bucket of them is loaded when an event needs it. */
export function seenOf(
  { effects, feed, destinations, maxSeenKeys: maxKeys }: FeedContext<AnyFeed>,
  { place = feed.name, lost = [] }: Partial<Pick<SeenParts, 'place' | 'lost'>> = {},
): Seen {
  return new Seen(effects, { place, destinations: idsOf(destinations), maxKeys, lost });
}

/** Options of a run's delivery. */
interface SendingOptions {
  readonly seen?: Seen | undefined;
  /** Where the keys of delivered events are kept. Default: the feed's name. */
  readonly place?: string;
}

/** Sets up a delivery to all destinations. Nothing is outgoing yet. */
export function startSending<F extends AnyFeed>(
  context: FeedContext<F>,
  { lease, asker, tally, sent }: Pick<LeasedRun, 'lease' | 'asker' | 'tally'> & Partial<Pick<LeasedRun, 'sent'>>,
  { seen = seenOf(context), place = context.feed.name }: SendingOptions = {},
): Sending & { readonly feed: F } {
  const { effects, feed, destinations, write } = context;
  const run = runName(context, lease);
  const parts = { effects, feed: feed.name, place, destinations, seen, ...(sent && { sent }) };
  const outgoing = new Outgoing({ ...parts, write, run });
  const { endBy } = asker;
  const deliveries = new Deliveries((chunks) => outgoing.remember(chunks, endBy));
  return { effects, feed, endBy, destinations, tally, seen, outgoing, deliveries };
}

/** A name that no other run has, even if a checkpoint was removed and its fence started again. */
export function runName({ owner, feed, key }: FeedContext<AnyFeed>, { item }: Pick<Lease, 'item'>): string {
  const name = `${String(item.fence).padStart(9, '0')}-${owner.slice(0, 8)}`;
  // A job has a fence of its own.
  return key === feed.name ? name : `${name}-${digest(key).slice(0, 6)}`;
}
