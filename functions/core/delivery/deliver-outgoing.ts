import { SECOND } from '../time.ts';
import type { Flush } from './flush.ts';
import { queueSelfEvent } from './queue-self-event.ts';
import type { Sending } from './sending.ts';

/**
 * A flush is due when it has this many bytes or events, or when its first event has waited this long. Firehose takes so many bytes
 * in one call.
 */
export const FLUSH_BYTES = 3_800_000;
export const FLUSH_EVENTS = 5_000;
const FLUSH_AGE = 15 * SECOND;

/** Maximum number of flushes that are delivered at the same time. A crash repeats at most these. */
export const FLUSHES_AT_ONCE = 2;

/** Delivers and remembers what was collected, and waits for it. The checkpoint stays where it is. */
export async function deliverOutgoing(run: Sending): Promise<void> {
  if (!run.outgoing.idle) await beginDelivery(run, async () => undefined);
  await run.deliveries.finish();
}

/**
 * Begins to deliver what was collected, while the caller goes on. Also sends the SIEM an event for each quarantined event.
 *
 * @param next called when this flush and all before it are delivered and remembered
 */
export async function beginDelivery(run: Sending, next: () => Promise<void>): Promise<void> {
  for (const { id, reason } of run.outgoing.quarantined) {
    if (reason !== 'unreadable') await queueSelfEvent(run, { act: 'quarantine', event: id, reason });
  }
  // A job delivers under the live feed's lease, which it can take only once at a time.
  const atOnce = run.inTurn ? 1 : FLUSHES_AT_ONCE;
  const deliver = run.outgoing.idle ? async () => undefined : deliveryOf(run, run.outgoing.close());
  await run.deliveries.begin(atOnce, deliver, next);
}

function deliveryOf(run: Sending, flush: Flush): () => Promise<void> {
  return async () => {
    const { events, quarantined, retries } = await (run.inTurn ? run.inTurn(flush) : flush.deliver(run.endBy));
    run.tally.delivered += events;
    run.tally.quarantined += quarantined;
    run.tally.retries += retries;
    run.effects.count('Delivered', events);
    run.effects.count('Quarantined', quarantined);
    run.effects.count('Retries', retries);
  };
}

/** Whether the flush that is being collected is large enough, or old enough, to be delivered. */
export function flushDue({ outgoing, effects }: Sending): boolean {
  if (outgoing.bytes >= FLUSH_BYTES || outgoing.events >= FLUSH_EVENTS) return true;
  return outgoing.since !== undefined && effects.now() - outgoing.since >= FLUSH_AGE;
}
