import { UNKNOWN_EVENT } from '../core/events/tags.ts';

/**
 * The tags of an event whose kind the mapping did not know; nothing for a known one. Vendors add kinds of events without a word,
 * and the engine counts this tag so that somebody notices.
 */
export function unknownEventTags(isKnown: boolean): { tags?: string[] } {
  return isKnown ? {} : { tags: [UNKNOWN_EVENT] };
}
