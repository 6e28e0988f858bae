import { digest } from '../../core/events/identity.ts';
import type { Ongoing } from '../../core/stored/ongoing.ts';
import { formatInstant, SECOND } from '../../core/time.ts';
import { type ItemKey, itemAt, readInstant } from './items.ts';
import type { TableClient } from './table-client.ts';

export async function loadOngoing(table: TableClient, feed: string): Promise<Ongoing[]> {
  const found: Ongoing[] = [];
  for await (const item of table.query({ pk: feed, from: 'ongoing#', to: 'ongoing#~' })) {
    found.push({
      key: item.key?.S ?? '',
      since: readInstant(feed, item.since),
      until: readInstant(feed, item.until),
    });
  }
  return found;
}

/** Writes things that have begun, and removes those that have ended. */
export async function noteOngoing(
  table: TableClient,
  feed: string,
  begun: readonly Ongoing[],
  ended: readonly Ongoing[],
): Promise<void> {
  const puts = begun.map((one) =>
    itemAt(keyOf(feed, one), {
      key: { S: one.key },
      since: { S: formatInstant(one.since, 'us') },
      until: { S: formatInstant(one.until, 'us') },
      ttl: { N: String(Math.ceil(one.until / SECOND)) },
    }),
  );
  await table.write(
    puts,
    ended.map((one) => keyOf(feed, one)),
  );
}

/** The key is hashed: the vendor's may be longer than a sort key can be. */
function keyOf(feed: string, { key }: Ongoing): ItemKey {
  return { pk: feed, sk: `ongoing#${digest(key)}` };
}
