import { SCHEMA } from '../../core/stored/checkpoint.ts';
import type { LedgerRow } from '../../core/stored/ledger-row.ts';
import { formatInstant, type Instant } from '../../core/time.ts';
import { checkSchema, decode, encode, instant } from './items.ts';
import type { TableClient } from './table-client.ts';

/** @param expect when the row was made that must be there; none when there must be none */
export async function saveLedger(
  table: TableClient,
  feed: string,
  row: LedgerRow,
  expect: Instant | undefined,
): Promise<'written' | 'refused'> {
  const { day, madeAt, ...rest } = row;
  const made = formatInstant(madeAt, 'us');
  return await table.putIf({
    Item: {
      pk: { S: feed },
      sk: { S: `ledger#${day}` },
      schema: { N: String(SCHEMA) },
      madeAt: { S: made },
      state: { S: encode(rest) },
    },
    ...(expect === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'madeAt = :expect',
          ExpressionAttributeValues: { ':expect': { S: formatInstant(expect, 'us') } },
        }),
  });
}

export async function loadLedger(table: TableClient, feed: string, from: string, to: string): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for await (const item of table.query(feed, `ledger#${from}`, `ledger#${to}`)) {
    const sk = item.sk?.S ?? '';
    checkSchema(feed, sk, item);
    const rest = decode(item.state?.S ?? '{}') as Pick<LedgerRow, 'hours'>;
    rows.push({ ...rest, day: sk.slice('ledger#'.length), madeAt: instant(feed, item.madeAt) });
  }
  return rows;
}
