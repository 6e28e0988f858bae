import { UnreadableError } from '../../core/errors.ts';
import { bareJsonRows } from '../../core/events/json/large-json-rows.ts';
import type { Answer, Connection, Lookup, Request } from '../../core/model.ts';
import { DAY } from '../../core/time.ts';
import { fieldsOf, parseJson } from '../../source-kit/json-values.ts';
import { textOf } from '../../source-kit/scalars.ts';
import { CUSTOMER_ID, customerIdOf, customerPath } from './customer.ts';
import { firstPage, HEADERS, nextPage } from './offset-pages.ts';

const MAX_NAMES = 2_000;
const MAX_PAGES = 20;
const NAMES_A_PAGE = 100;
/** Maximum length of an id or name, because all of them are stored with the connection. */
const LONGEST_NAME = 200;

/** Every path of the API begins with the customer's id. */
const customerId: Lookup = {
  name: 'customerId',
  age: 30 * DAY,
  remedy: 'Set settings.customerId: the id of the customer, which the console shows in the address of its pages.',
  wanted: ({ settings }) => settings.customerId === undefined,
  first: () => ({ url: '/customers/', headers: HEADERS }),
  read: ([answer]) => ({ found: ownCustomer(answer?.text ?? '') }),
};

/** What is looked up for a connection. Events have only ids of accounts and organizations, but people know their names. */
export const lookups: readonly Lookup[] = [customerId, namesLookup('accounts'), namesLookup('organizations')];

function ownCustomer(text: string): string {
  const document = parseJson(text);
  if (document === undefined) throw new UnreadableError('/customers/ did not answer in JSON', false);
  const customers = Array.isArray(document) ? document : [document];
  const id = textOf(fieldsOf(customers[0]).id);
  if (customers.length !== 1) throw new UnreadableError(`/customers/ shows ${customers.length} customers`);
  if (id === undefined || !CUSTOMER_ID.test(id)) throw new UnreadableError('/customers/ shows no id of the customer');
  return id;
}

function namesLookup(what: 'accounts' | 'organizations'): Lookup {
  return {
    name: what,
    age: DAY,
    wanted: (connection) => customerIdOf(connection) !== undefined,
    first: (connection) => namesPage(connection, what),
    read: (answers, connection) => readNames(answers, connection, what),
  };
}

function namesPage(connection: Connection, what: string): Request {
  return firstPage(customerPath(connection, what), {}, NAMES_A_PAGE);
}

/** The names by their ids. Of accounts beyond the maximum, events show the ids only. */
function readNames(
  answers: readonly Answer[],
  connection: Connection,
  what: string,
): { readonly next: Request } | { readonly found: unknown } {
  const pages = answers.map(bareJsonRows);
  const rows = pages.flat();
  const isEnd = pages.at(-1)?.length === 0 || pages.length >= MAX_PAGES || rows.length >= MAX_NAMES;
  const next = isEnd ? undefined : nextPage(namesPage(connection, what), rows);
  if (next) return { next };
  const names = rows.slice(0, MAX_NAMES).flatMap(({ value }) => {
    const [id, name] = [textOf(fieldsOf(value).id), textOf(fieldsOf(value).name)];
    return isShort(id) && isShort(name) ? [[id, name] as const] : [];
  });
  return { found: Object.fromEntries(names) };
}

function isShort(text: string | undefined): text is string {
  return text !== undefined && text.length <= LONGEST_NAME;
}
