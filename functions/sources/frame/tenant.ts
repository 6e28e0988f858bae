import type { Connection } from '../../core/model.ts';
import { type Fields, isObject } from '../../source-kit/json-values.ts';
import { present } from '../../source-kit/present.ts';
import { textOf } from '../../source-kit/scalars.ts';

/** An owner of a record. */
export interface Named {
  id?: string;
  name?: string;
}

/** The customer, organization and account of a record. Acts of a whole customer have no organization and account. */
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
  // Properties that every object inherits, such as `constructor`, are no texts.
  const name = isObject(names) ? textOf(names[id]) : undefined;
  return present({ id, name });
}
