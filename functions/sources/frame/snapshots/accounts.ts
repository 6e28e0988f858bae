import type { Answer, Connection, Request, SnapshotStream } from '../../../core/model.ts';
import { customerPath } from '../customer.ts';
import { firstPage, nextPage } from '../offset-pages.ts';
import { baselineFields, DAILY, driftFields, type Kind } from './drift-fields.ts';
import { itemOf } from './item.ts';
import { listRows } from './read-answer.ts';

const KIND: Kind = { title: 'Accounts', thing: 'account', noun: 'account', category: 'configuration' };
/** In this order a new account comes last, and does not shift the others. */
const ORDER = { order: 'asc', order_by: 'inserted_at' };
const ROWS_A_PAGE = 100;

/** The customer's accounts, page by page. */
export const accounts: SnapshotStream = {
  ...DAILY,
  name: 'accounts',
  title: KIND.title,
  thing: KIND.thing,
  first,
  read,
  items: ({ value }) => [itemOf(value, ['id'])],
  mapChange: (change, connection) => driftFields(KIND, change, connection),
  mapBaseline: (items, connection) => baselineFields(KIND, items, connection),
};

function first(connection: Connection): Request {
  return firstPage(customerPath(connection, 'accounts'), ORDER, Number(connection.settings.limit ?? ROWS_A_PAGE));
}

function read(answer: Answer, asked: Request) {
  const rows = listRows(answer);
  const next = nextPage(asked, rows);
  return { rows, asks: next ? [next] : [] };
}
