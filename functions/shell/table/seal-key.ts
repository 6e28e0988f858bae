import { randomBytes } from 'node:crypto';
import type { TableClient } from './table-client.ts';

/** The random key under which this deployment seals event ids; made by whoever needs it first. */
export async function sealKey(table: TableClient, source: string): Promise<Uint8Array> {
  const key = `${source}/@deployment`;
  for (;;) {
    const found = (await table.get(key, 'seal-key'))?.key?.B;
    if (found) return found;
    await table.put(key, 'seal-key', { key: { B: randomBytes(32) } }, 1, undefined);
  }
}
