import { UNKNOWN_EVENT } from '../core/events/tags.ts';

/** The action of an event whose name the mapping does not know. The name is in `event.code`. */
export const UNKNOWN_ACTION = 'unknown-event';

/**
 * The tags of an event whose kind the mapping does not know; empty for a known one. Vendors add kinds of events without notice,
 * so the engine counts this tag.
 */
export function unknownEventTags(isKnown: boolean): { tags?: string[] } {
  return isKnown ? {} : { tags: [UNKNOWN_EVENT] };
}
