import type { Connection } from '../../core/model.ts';

/** Ids that may stand in a path. They need not be UUIDs: some in the vendor’s own samples are not. */
export const CUSTOMER_ID = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** The id of the customer whose records are read: the configured one, else the one that was looked up. */
export function customerIdOf({ settings, found }: Connection): string | undefined {
  const id = settings.customerId ?? found?.customerId;
  return typeof id === 'string' ? id : undefined;
}

/** The path of something that belongs to the customer. No feed makes requests before the customer’s id is known. */
export function customerPath(connection: Connection, what: string): string {
  return `/customers/${encodeURIComponent(customerIdOf(connection) ?? '')}/${what}`;
}
