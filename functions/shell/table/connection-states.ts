import type { ConnectionState } from '../../core/stored/connection-state.ts';
import type { KnownFeeds } from '../../core/stored/known-feeds.ts';
import { itemAt, sortKeyOf } from './items.ts';
import { decodeState, encodeState } from './state-json.ts';
import type { TableClient } from './table-client.ts';

/** @param key `<source>/@connection/<id>` */
export async function loadConnection(table: TableClient, key: string): Promise<ConnectionState | undefined> {
  const item = await table.get({ pk: key, sk: 'state' });
  if (!item) return undefined;
  return { ...(decodeState(item.state?.S ?? '{}') as { refusals: number }), version: Number(item.version?.N) };
}

/** @param expectVersion the version of the item to replace; undefined if there must be no item yet */
export async function writeConnection(
  table: TableClient,
  key: string,
  { version, ...rest }: ConnectionState,
  expectVersion?: number,
): Promise<'written' | 'refused'> {
  const item = itemAt({ pk: key, sk: 'state' }, { version: { N: String(version) }, state: { S: encodeState(rest) } });
  return await table.put(item, expectVersion === undefined ? undefined : { version: { N: String(expectVersion) } });
}

/** @param key `<source>/@feeds`: it has an item for each connection that was ever configured */
export async function loadKnownFeeds(table: TableClient, key: string): Promise<KnownFeeds[]> {
  const found: KnownFeeds[] = [];
  for await (const item of table.query({ pk: key, from: '!', to: '~' })) {
    const state = decodeState(item.state?.S ?? '{}') as Omit<KnownFeeds, 'connection'>;
    found.push({ connection: sortKeyOf(item), ...state });
  }
  return found;
}

/** Writes what is known of some connections, and forgets others. */
export async function noteKnownFeeds(
  table: TableClient,
  key: string,
  known: readonly KnownFeeds[],
  forgotten: readonly string[],
): Promise<void> {
  await table.write(
    known.map(({ connection, ...state }) => itemAt({ pk: key, sk: connection }, { state: { S: encodeState(state) } })),
    forgotten.map((connection) => ({ pk: key, sk: connection })),
  );
}
