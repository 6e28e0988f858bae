import { type SelfEvent, selfEvent } from '../events/self-events.ts';
import { destinationBits } from '../state/seen.ts';
import { SELF } from '../stored/seen-chunk.ts';
import type { Sending } from './sending.ts';

/** Adds an event of our own to the flush, for the destinations that do not have it yet. */
export async function queueSelfEvent(
  { effects, feed, seen, outgoing, destinations }: Sending,
  act: SelfEvent,
): Promise<void> {
  const now = effects.now();
  const event = selfEvent(feed, act, now);
  const { id } = event.event;
  const key = effects.seal(id);
  const ids = destinations.map((destination) => destination.id);
  const undelivered = destinationBits(ids, ids) & ~(await seen.has(SELF, key));
  if (act.act === 'unreadable') {
    outgoing.quarantine({ id, reason: 'unreadable', at: now, text: act.body, range: act.range });
  }
  if (undelivered !== 0) outgoing.add(event, { bucket: SELF, key, undelivered });
}
