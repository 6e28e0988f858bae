import { addOwn } from './add-own.ts';
import { deliverOutgoing } from './deliver-outgoing.ts';
import type { OwnAct } from './own-events.ts';
import type { Sending } from './run.ts';

/** Delivers an event of our own like any other: once to each destination. */
export async function sendOwn(sending: Sending, act: OwnAct): Promise<void> {
  await addOwn(sending, act);
  await deliverOutgoing(sending);
}
