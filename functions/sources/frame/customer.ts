import type { Connection } from '../../core/model.ts';

/** What an id may be to stand in a path. It need not be a UUID: the vendor’s own samples have some that are none. */
export const CUSTOMER_ID = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** The customer whose records are read: as configured, else as it was found out. */
export function customerIdOf({ settings, found }: Connection): string | undefined {
  const id = settings.customerId ?? found?.customerId;
  return typeof id === 'string' ? id : undefined;
}

/** The path of something that belongs to the customer. No feed asks before the customer’s id is known. */
export function customerPath(connection: Connection, what: string): string {
  return `/customers/${encodeURIComponent(customerIdOf(connection) ?? '')}/${what}`;
}
