import type { ConnectionState } from '../../core/stored/connection-state.ts';
import { decode, encode } from './items.ts';
import type { TableClient } from './table-client.ts';

export async function loadConnection(table: TableClient, key: string): Promise<ConnectionState | undefined> {
  const item = await table.get(key, 'state');
  return item && { ...(decode(item.state?.S ?? '{}') as { refusals: number }), version: Number(item.version?.N) };
}

export async function writeConnection(
  table: TableClient,
  key: string,
  { version, ...rest }: ConnectionState,
  expectVersion?: number,
) {
  const expect = expectVersion === undefined ? undefined : { version: expectVersion };
  return await table.put(key, 'state', { state: { S: encode(rest) } }, version, expect);
}
