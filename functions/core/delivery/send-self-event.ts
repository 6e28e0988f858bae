import type { OwnAct } from '../events/self-events.ts';
import { deliverOutgoing } from './deliver-outgoing.ts';
import { addOwn } from './queue-self-event.ts';
import type { Sending } from './sending.ts';

/** Delivers an event of our own like any other: once to each destination. */
export async function sendOwn(sending: Sending, act: OwnAct): Promise<void> {
  await addOwn(sending, act);
  await deliverOutgoing(sending);
}
