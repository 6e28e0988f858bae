import type { Person } from './tenant.ts';

/** A change: the command, and the state before and after; null where there is none. */
export interface Change {
  readonly command: object;
  readonly before: object | null;
  readonly after: object | null;
}

/** Something that can happen to a thing. */
export interface Story<Thing> {
  readonly weight: number;
  /** The second part of the MessageKey. */
  readonly key: string;
  /** The system does it, not a user. */
  readonly bySystem?: boolean;
  change(thing: Thing, random: () => number): Change;
}

/** An event, before it is written into columns. */
export interface EventContent extends Change {
  readonly messageKey: string;
  readonly entityKey: string;
  readonly entityId: string;
  readonly actor: Person | null;
}

/** Picks a story; its weight decides how likely it is. */
export function pickStory<Thing>(random: () => number, stories: readonly Story<Thing>[]): Story<Thing> {
  let left = random() * stories.reduce((sum, story) => sum + story.weight, 0);
  for (const story of stories) {
    left -= story.weight;
    if (left < 0) return story;
  }
  return stories[0] as Story<Thing>;
}
