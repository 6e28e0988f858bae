import { createRandom } from '../../random.ts';
import { deviceEvent, videoEvent, webcastEvent } from './media-stories.ts';
import { type AuditRecord, recordOf } from './record.ts';
import type { EventContent } from './story.ts';
import { accessEvent, groupEvent, userEvent } from './user-stories.ts';

/** One of the six logs of the audit, by its name in the path. */
export type CollectionName = (typeof COLLECTIONS)[number]['name'];

/** The collections, each with its share of all events and what happens in it. */
export const COLLECTIONS = [
  { name: 'userAccess', share: 0.4, event: accessEvent },
  { name: 'users', share: 0.12, event: userEvent },
  { name: 'groups', share: 0.08, event: groupEvent },
  { name: 'devices', share: 0.1, event: deviceEvent },
  { name: 'videos', share: 0.2, event: videoEvent },
  { name: 'scheduledEvents', share: 0.1, event: webcastEvent },
] as const satisfies readonly {
  readonly name: string;
  readonly share: number;
  event(random: () => number): EventContent;
}[];

/** The rows that a path below the account shows: `users`, `users/<id>`, `principals/<id>`. */
export interface Selection {
  readonly collections: readonly CollectionName[];
  readonly entityId?: string;
  readonly principalId?: string;
}

export const EVERYTHING: Selection = { collections: COLLECTIONS.map(({ name }) => name) };

/** Reads such a path; undefined if the vendor has no such endpoint. */
export function selectionOf(path: string): Selection | undefined {
  const [name, id, ...more] = path.split('/');
  if (more.length > 0 || id === '') return undefined;
  if (name === 'principals') return id === undefined ? undefined : { ...EVERYTHING, principalId: id };
  const found = COLLECTIONS.find((collection) => collection.name === name);
  return found && { collections: [found.name], ...(id !== undefined && { entityId: id }) };
}

/** A record of a collection, made from a seed: equal seeds make equal records. */
export function contentOf(name: CollectionName, seed: number): AuditRecord {
  const collection = COLLECTIONS.find((one) => one.name === name) as (typeof COLLECTIONS)[number];
  return recordOf(collection.event(createRandom(seed)), seed);
}
