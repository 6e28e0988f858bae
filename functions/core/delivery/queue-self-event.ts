import { type OwnAct, ownEvent } from '../events/self-events.ts';
import { destinationBits } from '../state/seen.ts';
import { OWN } from '../stored/seen-chunk.ts';
import type { Sending } from './sending.ts';

/** Puts an event of our own among the outgoing, for the destinations that lack it. */
export async function addOwn({ effects, feed, seen, outgoing, destinations }: Sending, act: OwnAct): Promise<void> {
  const now = effects.now();
  const event = ownEvent(feed, act, now);
  const { id } = event.event;
  const key = effects.seal(id);
  const ids = destinations.map((destination) => destination.id);
  const lacking = destinationBits(ids, ids) & ~(await seen.has(OWN, key));
  if (act.act === 'unreadable') {
    outgoing.quarantine({ id, reason: 'unreadable', at: now, text: act.body, range: act.range });
  }
  if (lacking !== 0) outgoing.add(event, { bucket: OWN, key, lacking });
}
