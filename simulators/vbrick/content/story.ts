import type { Person } from './tenant.ts';

/** A change as somebody tells it: what was commanded, how the thing was before and is after; null where there is none. */
export interface Change {
  readonly says: object;
  readonly before: object | null;
  readonly after: object | null;
}

/** Something that happens to a thing, now and then. */
export interface Story<Thing> {
  readonly weight: number;
  /** The second part of the MessageKey. */
  readonly key: string;
  /** Nobody does it: the system acts. */
  readonly isOfSystem?: boolean;
  tell(thing: Thing, random: () => number): Change;
}

/** What happened, before it is written into columns. */
export interface Happened extends Change {
  readonly messageKey: string;
  readonly entityKey: string;
  readonly entityId: string;
  readonly actor: Person | null;
}

/** One of the stories, the weightier the likelier. */
export function pickStory<Thing>(random: () => number, stories: readonly Story<Thing>[]): Story<Thing> {
  let left = random() * stories.reduce((sum, story) => sum + story.weight, 0);
  for (const story of stories) {
    left -= story.weight;
    if (left < 0) return story;
  }
  return stories[0] as Story<Thing>;
}
