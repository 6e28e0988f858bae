import { randomBytes } from 'node:crypto';
import { itemAt } from './items.ts';
import type { TableClient } from './table-client.ts';

/** The random key under which this deployment seals event ids. The first function that needs it creates it. */
export async function sealKey(table: TableClient, source: string): Promise<Uint8Array> {
  const place = { pk: `${source}/@deployment`, sk: 'seal-key' };
  for (;;) {
    const found = (await table.get(place))?.key?.B;
    if (found) return found;
    await table.put(itemAt(place, { version: { N: '1' }, key: { B: randomBytes(16) } }), undefined);
  }
}
