import { createRandom } from '../../random.ts';
import { deviceHappened, videoHappened, webcastHappened } from './media-stories.ts';
import { type AuditRecord, recordOf } from './record.ts';
import type { Happened } from './story.ts';
import { accessHappened, groupHappened, userHappened } from './user-stories.ts';

/** One of the six logs that make up the audit, as its path names it. */
export type CollectionName = (typeof COLLECTIONS)[number]['name'];

/** The collections: their share of all events, and what happens in each. */
export const COLLECTIONS = [
  { name: 'userAccess', share: 0.4, happened: accessHappened },
  { name: 'users', share: 0.12, happened: userHappened },
  { name: 'groups', share: 0.08, happened: groupHappened },
  { name: 'devices', share: 0.1, happened: deviceHappened },
  { name: 'videos', share: 0.2, happened: videoHappened },
  { name: 'scheduledEvents', share: 0.1, happened: webcastHappened },
] as const satisfies readonly {
  readonly name: string;
  readonly share: number;
  happened(random: () => number): Happened;
}[];

/** Which rows a path below the account shows: `users`, `users/<id>`, `principals/<id>`. */
export interface Selection {
  readonly collections: readonly CollectionName[];
  readonly entityId?: string;
  readonly principalId?: string;
}

export const EVERYTHING: Selection = { collections: COLLECTIONS.map(({ name }) => name) };

/** Reads such a path; none when the vendor has no such endpoint. */
export function selectionOf(path: string): Selection | undefined {
  const [name, id, ...more] = path.split('/');
  if (more.length > 0 || id === '') return undefined;
  if (name === 'principals') return id === undefined ? undefined : { ...EVERYTHING, principalId: id };
  const found = COLLECTIONS.find((collection) => collection.name === name);
  return found && { collections: [found.name], ...(id !== undefined && { entityId: id }) };
}

/** What happened in a collection, out of a seed: equal seeds are equal records. */
export function contentOf(name: CollectionName, seed: number): AuditRecord {
  const collection = COLLECTIONS.find((one) => one.name === name) as (typeof COLLECTIONS)[number];
  return recordOf(collection.happened(createRandom(seed)), seed);
}
