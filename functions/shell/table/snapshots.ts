import type { Item } from './items.ts';
import { areComplete, joinParts, textInParts } from './parts.ts';
import type { TableClient } from './table-client.ts';

export async function saveSnapshot(table: TableClient, feed: string, id: string, text: string): Promise<void> {
  await table.write(textInParts(feed, `snapshot#${id}#`, text));
}

/** The text of a snapshot; undefined if any part of it is missing. */
export async function loadSnapshot(table: TableClient, feed: string, id: string): Promise<string | undefined> {
  const parts: Item[] = [];
  for await (const item of table.query({ pk: feed, from: `snapshot#${id}#`, to: `snapshot#${id}#~` })) parts.push(item);
  return areComplete(parts) ? joinParts(parts) : undefined;
}

/** Removes the snapshots whose ids sort before this one: those after it belong to a later worker and must stay. */
export async function dropSnapshots(table: TableClient, feed: string, before: string): Promise<void> {
  await table.remove({ pk: feed, from: 'snapshot#', to: `snapshot#${before}#` });
}
