import type { Connection } from '../../core/model.ts';
import { type Fields, isObject, present, textOf } from './fields.ts';

/** Something that a record belongs to. */
export interface Named {
  id?: string;
  name?: string;
}

/** The customer, the organization and the account that a record belongs to; acts of a whole customer have no more than that. */
export function tenantOf(
  record: Fields,
  { found }: Connection,
): { organization: Named | undefined; account: Named | undefined; customer: Named | undefined } {
  const customer = textOf(record.customer_id);
  return {
    organization: named(record.organization_id, found?.organizations),
    account: named(record.account_id, found?.accounts),
    customer: customer === undefined ? undefined : { id: customer },
  };
}

function named(value: unknown, names: unknown): Named | undefined {
  const id = textOf(value);
  if (id === undefined) return undefined;
  // What every object inherits is no text.
  const name = isObject(names) ? textOf(names[id]) : undefined;
  return present({ id, name });
}
