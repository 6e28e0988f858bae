import type { SelfEvent } from '../events/self-events.ts';
import { deliverOutgoing } from './deliver-outgoing.ts';
import { queueSelfEvent } from './queue-self-event.ts';
import type { Sending } from './sending.ts';

/** Delivers an event of our own like every other event: once to each destination. */
export async function sendSelfEvent(sending: Sending, act: SelfEvent): Promise<void> {
  await queueSelfEvent(sending, act);
  await deliverOutgoing(sending);
}
