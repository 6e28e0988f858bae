import { SECOND } from '../time.ts';
import type { Sent } from './deliveries.ts';
import type { Flush, Flushed } from './flush.ts';
import { queueSelfEvent } from './queue-self-event.ts';
import type { Sending } from './sending.ts';

/**
 * A flush is due when it has this many bytes or events, or when its first event has waited this long. Firehose takes so many bytes
 * in one call.
 */
export const FLUSH_BYTES = 3_800_000;
export const FLUSH_EVENTS = 5_000;
const FLUSH_AGE = 15 * SECOND;

/** Maximum number of flushes that are on their way: sent, or accepted and not remembered. A crash repeats at most these. */
export const FLUSHES_AT_ONCE = 2;

/** So long before the end of its time, a run makes room for another flush before it reads on: what it has then can be sent at once. */
const NEAR_THE_END = 35 * SECOND;

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
  const { outgoing, deliveries, effects, endBy } = run;
  for (const { id, reason } of outgoing.quarantined) {
    if (reason !== 'unreadable') await queueSelfEvent(run, { act: 'quarantine', event: id, reason });
  }
  const isHurried = run.inTurn !== undefined || effects.now() >= endBy - NEAR_THE_END;
  const isFollowed = isFull(run) && !isHurried;
  const send = outgoing.idle ? async () => NOTHING_SENT : sendingOf(run, outgoing.close());
  await deliveries.begin({ send, next, isFollowed }, FLUSHES_AT_ONCE);
  // A job delivers under the live feed's lease, which it can take only once at a time.
  if (run.inTurn) await deliveries.finish();
  else if (isHurried) await deliveries.room(FLUSHES_AT_ONCE);
}

const NOTHING_SENT: Sent = { chunks: [], done: () => undefined };

/** The step that sends a flush. */
function sendingOf(run: Sending, flush: Flush): () => Promise<Sent> {
  const { inTurn } = run;
  if (!inTurn) {
    return async () => {
      const { flushed, ...sent } = await flush.send(run.endBy);
      return { ...sent, done: () => !sent.failure && countFlushed(run, flush, flushed) };
    };
  }
  // A job has remembered it when the live feed's lease is given back.
  return async () => {
    try {
      const flushed = await inTurn(flush);
      return { chunks: [], done: () => countFlushed(run, flush, flushed) };
    } catch (thrown) {
      return { chunks: [], failure: { thrown }, done: () => undefined };
    }
  };
}

function countFlushed({ tally, effects }: Sending, flush: Flush, { events, quarantined, retries }: Flushed): void {
  flush.done();
  tally.delivered += events;
  tally.quarantined += quarantined;
  tally.retries += retries;
  effects.count('Delivered', events);
  effects.count('Quarantined', quarantined);
  effects.count('Retries', retries);
}

/** Whether the flush that is being collected is large enough, or old enough, to be delivered. */
export function flushDue(run: Sending): boolean {
  const { outgoing, effects } = run;
  return isFull(run) || (outgoing.since !== undefined && effects.now() - outgoing.since >= FLUSH_AGE);
}

function isFull({ outgoing }: Sending): boolean {
  return outgoing.bytes >= FLUSH_BYTES || outgoing.events >= FLUSH_EVENTS;
}
