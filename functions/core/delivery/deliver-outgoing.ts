import { SECOND } from '../time.ts';
import { queueSelfEvent } from './queue-self-event.ts';
import type { Flush, Sending } from './sending.ts';

/** A flush is due when it has this many bytes or events, or when its first event has waited this long. */
export const FLUSH_BYTES = 2 * 1024 * 1024;
export const FLUSH_EVENTS = 2_000;
const FLUSH_AGE = 15 * SECOND;

/** Delivers and remembers, without moving the checkpoint. Also sends the SIEM an event for each quarantined event. */
export async function deliverOutgoing(run: Sending): Promise<void> {
  if (run.outgoing.idle) return;
  for (const { id, reason } of run.outgoing.quarantined) {
    if (reason !== 'unreadable') await queueSelfEvent(run, { act: 'quarantine', event: id, reason });
  }
  const flush: Flush = () => run.outgoing.flush(run.endBy);
  const { events, quarantined, retries } = await (run.inTurn ? run.inTurn(flush) : flush());
  run.tally.delivered += events;
  run.tally.quarantined += quarantined;
  run.tally.retries += retries;
  run.effects.count('Delivered', events);
  run.effects.count('Quarantined', quarantined);
  run.effects.count('Retries', retries);
}

/** Whether the flush is large enough, or old enough, to be delivered. */
export function flushDue({ outgoing, effects }: Sending): boolean {
  if (outgoing.bytes >= FLUSH_BYTES || outgoing.events >= FLUSH_EVENTS) return true;
  return outgoing.since !== undefined && effects.now() - outgoing.since >= FLUSH_AGE;
}
