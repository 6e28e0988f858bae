import type { ConnectionState } from '../../core/stored/connection-state.ts';
import { itemAt } from './items.ts';
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
