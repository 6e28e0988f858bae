import type { EcsEvent } from '../ecs-event.ts';
import { messageOf } from '../errors.ts';
import type { FormatId } from '../model.ts';
import { digest } from './identity.ts';

/**
 * What stands in for an event that a format cannot say: that there was one, when, and why it is not here. The whole lies in
 * quarantine; when it comes after all, it has its own id, so this one has another.
 */
export function inexpressible(event: EcsEvent, format: FormatId, why: unknown): EcsEvent {
  const { '@timestamp': timestamp, ecs, observer, tidemark } = event;
  const { id, module, dataset, created } = event.event;
  return {
    '@timestamp': timestamp,
    ecs,
    message: `An event of ${tidemark.feed} could not be written as ${format}; it lies in quarantine.`,
    tags: ['tidemark-inexpressible'],
    event: { kind: 'pipeline_error', id: digest(JSON.stringify(['inexpressible', id])), module, dataset, created },
    error: { message: messageOf(why).slice(0, 500), type: 'inexpressible' },
    observer,
    tidemark: { ...tidemark, event: id },
  };
}
