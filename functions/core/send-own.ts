import { type OwnAct, ownEvent } from './own-events.ts';
import { deliverOutgoing } from './read-window.ts';
import type { Run } from './run.ts';
import { bucketOf, destinationBits } from './seen.ts';
import { parseInstant } from './time.ts';

/** Delivers an event of our own like any other: once to each destination. */
export async function sendOwn(run: Run, act: OwnAct): Promise<void> {
  const now = run.effects.now();
  const event = ownEvent(run.feed, act, now);
  const { id } = event.event;
  const time = parseInstant(event['@timestamp']);
  const key = run.effects.seal(id);
  const everyone = destinationBits(
    run.destinations.map((destination) => destination.id),
    run.destinations.map((destination) => destination.id),
  );
  const lacking = everyone & ~(await run.seen.has(bucketOf(time), key));
  if (act.act === 'unreadable') run.outgoing.quarantine({ id, reason: 'unreadable', at: now, text: act.body });
  if (lacking !== 0) run.outgoing.add(event, time, key, lacking);
  await deliverOutgoing(run);
}
