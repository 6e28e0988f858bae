// Pages by offset, of which only an empty one is the end; sessions whose rows change when they end; times in microseconds.
import * as z from 'zod/mini';
import type { Connection, Source } from '../../core/model.ts';
import { auditTrails } from './audit-trails.ts';
import { CUSTOMER_ID, customerIdOf } from './customer.ts';
import { judge } from './judge.ts';
import { lookups } from './lookups.ts';
import { diskVolumeUsage } from './reports/disk-volume-usage.ts';
import { usage } from './reports/usage.ts';
import { userActivities } from './reports/user-activities.ts';
import { sessionTrails } from './session-trails.ts';
import { snapshots } from './snapshots/snapshots.ts';

const settings = z.strictObject({
  customerId: z.optional(
    z
      .string()
      .check(
        z.regex(CUSTOMER_ID, 'the id of a customer: letters, digits, dots, dashes and underscores'),
        z.describe('The id of the customer to read. Without it: the customer that the API key belongs to.'),
      ),
  ),
  limit: z._default(
    z
      .int()
      .check(
        z.minimum(1),
        z.maximum(1000),
        z.describe(
          'Records a page of the audit and session trails. The vendor documents no maximum, and may send fewer.',
        ),
      ),
    100,
  ),
});

/** Frame, desktops from the cloud: its Admin API. */
export const source: Source = {
  id: 'frame',
  title: 'Frame',
  vendor: 'Nutanix',
  origin: 'https://api.console.nutanix.com/v1',
  auth: {
    kind: 'headers-hmac',
    algorithm: 'sha256',
    key: 'client_secret',
    timestamp: 'seconds',
    signed: ['timestamp', { field: 'client_id' }],
    encoding: 'hex',
    headers: {
      'X-Frame-ClientId': { field: 'client_id' },
      'X-Frame-Timestamp': 'timestamp',
      'X-Frame-Signature': 'signature',
    },
    secret: [
      {
        client_id: 'The id of an API key (Console > Customer > Users > API).',
        client_secret: 'The secret that was shown when the key was made.',
      },
    ],
  },
  settings,
  streams: [auditTrails, sessionTrails, userActivities, usage, diskVolumeUsage, ...snapshots],
  scope,
  tenant: customerIdOf,
  judge,
  lookups,
};

function scope(connection: Connection): Record<string, string> {
  return { origin: connection.origin, customerId: customerIdOf(connection) ?? '' };
}
