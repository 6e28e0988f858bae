import { digest } from '../../core/events/identity.ts';
import { SCHEMA } from '../../core/stored/checkpoint.ts';
import type { Ongoing } from '../../core/stored/ongoing.ts';
import { formatInstant, SECOND } from '../../core/time.ts';
import { checkSchema, instant } from './items.ts';
import type { TableClient } from './table-client.ts';

export async function loadOngoing(table: TableClient, feed: string): Promise<Ongoing[]> {
  const found: Ongoing[] = [];
  for await (const item of table.query(feed, 'ongoing#', 'ongoing#~')) {
    checkSchema(feed, item.sk?.S ?? '', item);
    const [since, until] = [instant(feed, item.since), instant(feed, item.until)];
    found.push({ key: item.key?.S ?? '', since, until });
  }
  return found;
}

/** What has ended is named by the same key under which it was noted. */
export async function noteOngoing(
  table: TableClient,
  feed: string,
  begun: readonly Ongoing[],
  ended: readonly Ongoing[],
): Promise<void> {
  const key = (one: Ongoing) => ({ pk: { S: feed }, sk: { S: `ongoing#${digest(one.key)}` } });
  const items = begun.map((one) => ({
    ...key(one),
    schema: { N: String(SCHEMA) },
    key: { S: one.key },
    since: { S: formatInstant(one.since, 'us') },
    until: { S: formatInstant(one.until, 'us') },
    ttl: { N: String(Math.ceil(one.until / SECOND)) },
  }));
  await table.batch([
    ...items.map((Item) => ({ PutRequest: { Item } })),
    ...ended.map((one) => ({ DeleteRequest: { Key: key(one) } })),
  ]);
}
