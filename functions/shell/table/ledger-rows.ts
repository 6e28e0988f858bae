import type { LedgerRow } from '../../core/stored/ledger-row.ts';
import { formatInstant, type Instant } from '../../core/time.ts';
import { itemAt, readInstant, sortKeyOf } from './items.ts';
import { decodeState, encodeState } from './state-json.ts';
import type { TableClient } from './table-client.ts';

const PREFIX = 'ledger#';

/** @param expect `madeAt` of the row to replace; undefined if there must be no row yet */
export async function saveLedger(
  table: TableClient,
  feed: string,
  row: LedgerRow,
  expect: Instant | undefined,
): Promise<'written' | 'refused'> {
  const { day, madeAt, ...rest } = row;
  const item = itemAt({ pk: feed, sk: `${PREFIX}${day}` }, { madeAt: stored(madeAt), state: { S: encodeState(rest) } });
  return await table.put(item, expect === undefined ? undefined : { madeAt: stored(expect) });
}

/** The rows of these days, both included. */
export async function loadLedger(table: TableClient, feed: string, from: string, to: string): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for await (const item of table.query({ pk: feed, from: `${PREFIX}${from}`, to: `${PREFIX}${to}` })) {
    const rest = decodeState(item.state?.S ?? '{}') as Pick<LedgerRow, 'hours'>;
    rows.push({ ...rest, day: sortKeyOf(item).slice(PREFIX.length), madeAt: readInstant(feed, item.madeAt) });
  }
  return rows;
}

function stored(madeAt: Instant): { S: string } {
  return { S: formatInstant(madeAt, 'us') };
}
