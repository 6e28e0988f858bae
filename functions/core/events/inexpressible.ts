import type { EcsEvent } from '../ecs-event.ts';
import { messageOf } from '../errors.ts';
import type { FormatId } from '../model.ts';
import { digest } from './identity.ts';
import { INEXPRESSIBLE } from './tags.ts';

/**
 * Replaces an event that a format cannot express: it states that there was an event, when, and why it is missing. The event itself is
 * in quarantine and may be delivered later under its own id, so the replacement has another id.
 */
export function inexpressible(event: EcsEvent, format: FormatId, why: unknown): EcsEvent {
  const { '@timestamp': timestamp, ecs, observer, tidemark } = event;
  const { id, module, dataset, created } = event.event;
  return {
    '@timestamp': timestamp,
    ecs,
    message: `An event of ${tidemark.feed} could not be written as ${format}; it lies in quarantine.`,
    tags: [INEXPRESSIBLE],
    event: { kind: 'pipeline_error', id: digest(JSON.stringify(['inexpressible', id])), module, dataset, created },
    error: { message: messageOf(why).slice(0, 500), type: 'inexpressible' },
    observer,
    tidemark: { ...tidemark, event: id },
  };
}
