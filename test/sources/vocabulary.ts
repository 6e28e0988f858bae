import type { EcsFields } from '../../functions/core/ecs-event.ts';
import { UNKNOWN_EVENT } from '../../functions/core/events/tags.ts';
import { meaningOf } from '../../functions/source-kit/acts/vocabulary.ts';
import { UNKNOWN_ACTION } from '../../functions/source-kit/unknown-event.ts';

const WORDS = /^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+(?:-[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+)+$/u;

/** What is wrong with the action of an event: each action is of the vocabulary, and has the same category and type in every event. */
export function vocabularyComplaints({ event, tags = [] }: Pick<EcsFields, 'event' | 'tags'>): string[] {
  const { kind, action, category = [], type = [] } = event;
  if (kind === 'pipeline_error') return [];
  if (action === undefined) return ['there is no event.action'];
  if (!WORDS.test(action)) return [`${action} is not in lower case with dashes`];
  if (action === UNKNOWN_ACTION) return tags.includes(UNKNOWN_EVENT) ? [] : [`${action} is not marked as unknown`];
  const meaning = meaningOf(action);
  if (!meaning) return [`${action} is not in the vocabulary`];
  const [found, wanted] = [
    { category, type },
    { category: meaning.category, type: meaning.type },
  ].map((classes) => JSON.stringify(classes));
  return found === wanted ? [] : [`${action} has ${found}; the vocabulary says ${wanted}`];
}
