import type { Connection, Request } from '../../../core/model.ts';
import { customerPath } from '../customer.ts';
import { HEADERS } from '../offset-pages.ts';

/** A request for something that the customer has. */
export function customerRequest(connection: Connection, what: string): Request {
  return { url: customerPath(connection, what), headers: HEADERS };
}
